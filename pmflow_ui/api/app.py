"""The API that shares the port with the pages: routers, errors, and the outermost layer."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp

from pmflow_core.errors import NotFound
from pmflow_ui.api import (
    auth,
    automation,
    cron,
    customers,
    description,
    duplicates,
    health,
    personas,
    problems,
    projects,
    run_actions,
    runs,
    search,
    signal_actions,
    signals,
    sse,
    streams,
    suggestions,
    themes,
    uploads,
    webhook_endpoints,
    webhooks,
    webhooks_out,
)
from pmflow_ui.api.browser import BrowserSafety, content_policy, script_hashes
from pmflow_ui.api.permission import ANYONE

# Every router of the API; a new resource is one module and one line here.
ROUTERS = (
    health.router,
    auth.router,
    uploads.router,
    signals.router,
    webhooks.router,
    webhook_endpoints.router,
    webhooks_out.router,
    projects.router,
    runs.router,
    run_actions.router,
    signal_actions.router,
    suggestions.router,
    streams.router,
    customers.router,
    personas.router,
    themes.router,
    search.router,
    automation.router,
    cron.router,
    duplicates.router,
)


def make_api() -> FastAPI:
    """Return the REST surface; the pages are mounted beneath it."""
    api = FastAPI(
        title="pmflow",
        version="1",
        openapi_url="/api/openapi.json",
        # FastAPI's own documentation page loads scripts from another host.
        docs_url=None,
        redoc_url=None,
    )
    problems.install(api)
    sse.seat(api)
    description.install(api)
    for router in ROUTERS:
        api.include_router(description.secured(router), responses=problems.DESCRIBED)

    @api.api_route(
        "/api/{rest:path}",
        methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        include_in_schema=False,
        dependencies=ANYONE,
    )
    async def nothing(rest: str) -> None:
        """Answer unknown addresses as the API does, instead of with a page."""
        raise NotFound(f"There is no /api/{rest}.")

    return api


def safe_for_browsers(app: ASGIApp, *, origins: Sequence[str], url: str, built: Path) -> ASGIApp:
    """Wrap the whole application; `built` is the folder of the compiled pages."""
    return BrowserSafety(app, origins, content_policy(url, script_hashes(built)))
