"""What OpenAPI says of how a caller shows who it is; derived from what each route declares."""

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from pmflow_core.accounts.actor import Role
from pmflow_ui.access import Access
from pmflow_ui.api.permission import declared
from pmflow_ui.viewer import COOKIE

_SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "An API key, pmf_…"},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
}


def secured(router: APIRouter) -> APIRouter:
    """Return the router with each route's permission in its description."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            route.openapi_extra = {**(route.openapi_extra or {}), "security": _security(route)}
    return router


def install(api: FastAPI) -> None:
    """Have the API's document name the ways to show who one is."""

    def document() -> dict[str, Any]:
        if api.openapi_schema is None:
            made = get_openapi(title=api.title, version=api.version, routes=api.routes)
            made.setdefault("components", {})["securitySchemes"] = _SCHEMES
            api.openapi_schema = made
        return api.openapi_schema

    api.openapi = document


def _security(route: APIRoute) -> list[dict[str, list[str]]]:
    (permission,) = declared(route)
    if permission is Access.ANYONE:
        return []
    # A person only: keys belong to a workspace, not to anybody.
    return [{"session": []}] if not isinstance(permission, Role) else [{"key": []}, {"session": []}]
