"""Composio's REST API on the wire: connected accounts, tools and their execution.

Shapes: https://docs.composio.dev/reference/api-reference/tools.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.vendor_server import Received, Reply, VendorServer, failing

KEY = "ak_very-secret"
Work = Callable[[Mapping[str, Any]], Reply]


def tool(slug: str, app: str, *tags: str, **fields: Any) -> dict[str, Any]:
    """Return a tool as the API lists it."""
    return {
        "slug": slug,
        "name": slug.replace("_", " ").title(),
        "description": f"Does {slug}.",
        "toolkit": {"slug": app, "name": app.title(), "logo": "https://logos.example/x.png"},
        "input_parameters": {
            "type": "object",
            "properties": {"text": {"type": "string"}},
            "required": ["text"],
        },
        "output_parameters": {"type": "object"},
        "no_auth": False,
        "available_versions": ["20260901_00"],
        "version": "20260901_00",
        "scopes": [],
        "tags": list(tags),
        "is_deprecated": False,
        **fields,
    }


def done(data: object) -> Reply:
    """Return the reply of a tool that did its work."""
    body = {"data": data, "error": None, "successful": True, "log_id": "log_1"}
    return Reply(chunks=[json.dumps(body).encode()])


def refused(error: str) -> Reply:
    """Return the reply of a tool that would not."""
    body = {"data": {}, "error": error, "successful": False, "log_id": "log_1"}
    return Reply(chunks=[json.dumps(body).encode()])


class ComposioServer(VendorServer):
    """Has these apps connected and these tools; `work` carries one out."""

    def __init__(self, apps: list[str], tools: list[dict[str, Any]], work: Work) -> None:
        self._apps = apps
        self._tools = tools
        self._work = work
        self.executed: list[tuple[str, dict[str, Any]]] = []
        super().__init__((), self._route)

    def _route(self, received: Received) -> Reply:
        if received.headers.get("x-api-key", received.headers.get("X-Api-Key")) != KEY:
            return failing(401, {"error": {"message": f"Invalid API key {KEY}", "code": 10401}})
        url = urlsplit(received.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/api/v3/connected_accounts":
            items = [{"id": f"ca_{app}", "toolkit": {"slug": app}} for app in self._apps]
            return _page(items, None)
        if url.path == "/api/v3/tools":
            return self._list(query)
        slug = url.path.removeprefix("/api/v3/tools/execute/")
        if slug in {one["slug"] for one in self._tools}:
            self.executed.append((slug, received.body))
            return self._work(received.body)
        return failing(404, {"error": {"message": "Tool not found", "code": 1404}})

    def _list(self, query: Mapping[str, str]) -> Reply:
        wanted = query.get("tool_slugs", "").split(",")
        app = query.get("toolkit_slug")
        found = [
            one for one in self._tools if one["slug"] in wanted or one["toolkit"]["slug"] == app
        ]
        at = int(query.get("cursor", "0"))
        following = str(at + 1) if at + 1 < len(found) else None
        return _page(found[at : at + 1], following)


def _page(items: list[dict[str, Any]], following: str | None) -> Reply:
    body = {"items": items, "next_cursor": following, "total_pages": 1, "current_page": 1}
    return Reply(chunks=[json.dumps({**body, "total_items": len(items)}).encode()])
