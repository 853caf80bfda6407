"""The page of the REST API, from the application itself."""

from collections.abc import Iterator
from typing import Any

from docs.generator.markdown import code, page, table
from pmflow_ui.api.app import make_api

_BEFORE = """
The API shares the port with the pages. A running installation describes itself as OpenAPI at
`/api/openapi.json`. Errors are RFC 9457 problem details (`application/problem+json`) with a
stable `code`; see [errors](errors.md). An unknown address under `/api/` answers 404 the same way.
"""


def render() -> str:
    """Return the page."""
    rows = [[code(f"{method} {path}"), words(found)] for method, path, found in operations()]
    return page("REST API", _BEFORE, table(["Request", "What it does"], rows), *_details())


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (method, path, OpenAPI operation) in the order of the routers."""
    for path, methods in make_api().openapi()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def words(operation: dict[str, Any]) -> str:
    """Return what an operation does, in its function's own words."""
    return " ".join(operation.get("description", operation.get("summary", "")).split())


def _details() -> Iterator[str]:
    for method, path, operation in operations():
        rows = [
            [
                code(each["name"]),
                each["in"],
                "required" if each.get("required") else "",
                " ".join(each.get("description", "").split()),
            ]
            for each in operation.get("parameters", [])
        ]
        if rows:
            yield f"## `{method} {path}`"
            yield table(["Parameter", "In", "", "Meaning"], rows)
