"""What OpenAPI says beyond the routes' own types: who may call, what may go wrong, one place each.

All of it is derived from what a route declares, so that it cannot say anything else than the code.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from pmflow_core.accounts.actor import Role
from pmflow_ui.access import Access
from pmflow_ui.api.permission import declared
from pmflow_ui.api.problems import PROBLEM, problem_of
from pmflow_ui.viewer import COOKIE

ROLE = "x-role"
_SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "An API key, pmf_…"},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
}
_WORDS = """
Everything that the dashboard does, for programs. Show an API key as `Authorization: Bearer pmf_…`.

Lists answer `items` and `next_cursor`; send that as `cursor` until it is null. Errors are RFC 9457
problem details; decide by their `code`, which never changes. A POST may carry `Idempotency-Key`,
and then takes effect once however often it is sent. Every answer names its `X-Request-Id`.
"""
_MEANINGS = {
    401: "Nobody is signed in, or the API key is not live.",
    403: "The caller's role does not reach.",
    404: "There is none, or none that the caller may know of.",
    409: "The present state does not allow it.",
    412: "It was changed since it was read.",
    413: "More bytes than are taken.",
    422: "What was sent cannot be right.",
    428: "The write does not say over what it writes.",
    429: "Too many requests; `Retry-After` says when to send the next.",
    500: "Something broke on the server; `reference` is in its log.",
}
_TWICE = re.compile(r"pmflow_ui__api__(\w+)__(\w+)")
_IN_PATH = re.compile(r"\{(\w+)\}")
_OPERATIONS = frozenset({"get", "put", "post", "patch", "delete"})


def secured(router: APIRouter) -> APIRouter:
    """Return the router with each route's permission and failures in its description."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            (permission,) = declared(route)
            more = {"security": _security(route), ROLE: permission.value}
            route.openapi_extra = {**(route.openapi_extra or {}), **more}
            failures = {status: problem_of(_MEANINGS[status]) for status in _failures(route)}
            rest: dict[int | str, Any] = {"default": problem_of("Any other failure.")}
            if "auth" in route.tags and route.methods == {"POST"}:
                rest[303] = {"description": "A page's form is sent on to the next page."}
            route.responses = {**failures, **rest, **route.responses}
    return router


def install(api: FastAPI) -> None:
    """Have the API's document say what the routes' types do not."""

    def document() -> dict[str, Any]:
        if api.openapi_schema is None:
            made = get_openapi(
                title=api.title, version=api.version, description=_WORDS, routes=api.routes
            )
            components = made.setdefault("components", {})
            components["securitySchemes"] = _SCHEMES
            schemas = components.setdefault("schemas", {})
            schemas["Problem"] = PROBLEM
            for path, _method, operation in operations(made):
                _name_path_parts(path, operation)
                _name_bodies(operation, schemas)
            api.openapi_schema = _named(made)
        return api.openapi_schema

    api.openapi = document


def _named(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with a plain name for each shape that two resources call alike."""
    text = json.dumps(document)
    for name in document["components"]["schemas"]:
        found = _TWICE.fullmatch(name)
        if found:
            plain = found[1].replace("_", " ").title().replace(" ", "") + found[2]
            text = text.replace(f'schemas/{name}"', f'schemas/{plain}"')
            text = text.replace(f'"{name}": {{', f'"{plain}": {{')
    named: dict[str, Any] = json.loads(text)
    return named


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (path, method, operation) of an OpenAPI document in its order."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in _OPERATIONS:
                yield path, method, operation


def _security(route: APIRoute) -> list[dict[str, list[str]]]:
    (permission,) = declared(route)
    if permission is Access.ANYONE:
        return []
    # A person only: keys belong to a workspace, not to anybody.
    return [{"session": []}] if not isinstance(permission, Role) else [{"key": []}, {"session": []}]


def _failures(route: APIRoute) -> Iterator[int]:
    (permission,) = declared(route)
    headers = {str(each.alias) for each in route.dependant.header_params}
    if permission is not Access.ANYONE:
        yield from (401, 403)
    if _IN_PATH.search(route.path):
        yield 404
    if "GET" not in (route.methods or ()):
        yield 409
    if "if-match" in headers:
        yield 412
    if "requestBody" in (route.openapi_extra or {}):
        yield 413
    yield 422
    if "if-none-match" in headers:
        yield 428
    yield from (429, 500)


def _name_path_parts(path: str, operation: dict[str, Any]) -> None:
    """Describe the parts of an address that only the permission reads."""
    parameters = operation.setdefault("parameters", [])
    known = {each["name"] for each in parameters if each["in"] == "path"}
    for name in _IN_PATH.findall(path):
        if name not in known:
            parameters.insert(
                0, {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            )
    if not parameters:
        del operation["parameters"]


def _name_bodies(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Move the shapes of bodies to where those of answers are."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        media["schema"] = _moved(media.get("schema", {}), schemas)


def _moved(schema: Any, schemas: dict[str, Any]) -> Any:
    """Return a schema that names its parts instead of holding them."""
    if isinstance(schema, list):
        return [_moved(each, schemas) for each in schema]
    if not isinstance(schema, dict):
        return schema
    names = {name: _place(name, part, schemas) for name, part in schema.get("$defs", {}).items()}
    for name, part in schema.get("$defs", {}).items():
        schemas[names[name]] = _moved(_renamed(part, names), schemas)
    rest = {key: value for key, value in schema.items() if key != "$defs"}
    rest = {key: _moved(value, schemas) for key, value in _renamed(rest, names).items()}
    if rest.get("type") != "object" or "title" not in rest or "properties" not in rest:
        return rest
    name = _place(str(rest["title"]), rest, schemas)
    schemas[name] = rest
    return {"$ref": f"#/components/schemas/{name}"}


def _place(name: str, part: Any, schemas: dict[str, Any]) -> str:
    """Return a name that no other shape has."""
    plain = re.sub(r"\W", "_", name)
    for candidate in (plain, f"{plain}Sent", *(f"{plain}Sent{n}" for n in range(2, 99))):
        if schemas.get(candidate, part) == part:
            return candidate
    raise AssertionError(f"too many shapes are called {name}")


def _renamed(part: Any, names: dict[str, str]) -> Any:
    if isinstance(part, list):
        return [_renamed(each, names) for each in part]
    if not isinstance(part, dict):
        return part
    found = {key: _renamed(value, names) for key, value in part.items()}
    target = found.get("$ref")
    if isinstance(target, str) and target.startswith("#/$defs/"):
        name = target.removeprefix("#/$defs/")
        found["$ref"] = f"#/components/schemas/{names.get(name, name)}"
    return found
