"""The page of the REST API, from the routes themselves."""

from collections.abc import Iterator

from fastapi.routing import APIRoute

from docs.generator.markdown import code, first_line, page, table
from pmflow_ui.api.app import ROUTERS
from pmflow_ui.api.permission import declared

_BEFORE = """
The API shares the port with the pages. A running installation describes itself as OpenAPI, with
every body and parameter, at `/api/openapi.json`. Errors are RFC 9457 problem details
(`application/problem+json`) with a stable `code`; see [errors](errors.md). An unknown address
under `/api/` answers 404 the same way.

A caller is known by the session cookie that `POST /api/auth/login` sets. A role is the caller's
role in the workspace of the address; each role may what the ones before it may.
"""


def render() -> str:
    """Return the page."""
    rows = [
        [code(f"{method} {route.path}"), _who(route), first_line(route.endpoint.__doc__)]
        for method, route in operations()
    ]
    return page("REST API", _BEFORE, table(["Request", "Who may call it", "What it does"], rows))


def operations() -> Iterator[tuple[str, APIRoute]]:
    """Yield (method, route) in the order of the routers."""
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                for method in sorted(route.methods):
                    yield method, route


def _who(route: APIRoute) -> str:
    return ", ".join(code(permission.value) for permission in declared(route)) or "see below"
