"""The API that shares the port with the pages: routers, errors, and the outermost layer."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Scope

from pmflow_core.errors import NotFound
from pmflow_ui.api import (
    account,
    agents,
    api_keys,
    audit,
    auth,
    automation,
    budgets,
    comments,
    cron,
    customers,
    description,
    documents,
    duplicates,
    health,
    insights,
    knowledge,
    members,
    oauth,
    personas,
    problems,
    project_edits,
    projects,
    recipes,
    reference,
    resets,
    run_actions,
    runs,
    saved_views,
    search,
    signal_actions,
    signals,
    snoozes,
    sse,
    stages,
    streams,
    suggestions,
    tags,
    themes,
    trash,
    uploads,
    webhook_endpoints,
    webhooks,
    webhooks_out,
    workspaces,
)
from pmflow_ui.api.browser import BrowserSafety, content_policy, script_hashes
from pmflow_ui.api.edge import Edge, Terms
from pmflow_ui.api.limits import Limits
from pmflow_ui.api.permission import ANYONE

# Every router of the API; a new resource is one module and one line here.
ROUTERS = (
    health.router,
    auth.router,
    resets.router,
    account.router,
    oauth.router,
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
    snoozes.router,
    streams.router,
    customers.router,
    personas.router,
    themes.router,
    search.router,
    automation.router,
    cron.router,
    duplicates.router,
    workspaces.router,
    workspaces.binned,
    members.router,
    members.accepting,
    api_keys.router,
    stages.router,
    audit.router,
    trash.router,
    budgets.router,
    insights.router,
    knowledge.router,
    saved_views.router,
    tags.router,
    project_edits.router,
    documents.router,
    comments.router,
    recipes.router,
    agents.router,
)


def make_api(terms: Terms | None = None) -> FastAPI:
    """Return the REST surface; the pages are mounted beneath it.

    `terms` stand in for those of the settings, which are read at the first request.
    """
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
        api.include_router(description.secured(router))
    reference.install(api)

    @api.api_route(
        "/api/{rest:path}",
        methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
        include_in_schema=False,
        dependencies=ANYONE,
    )
    async def nothing(request: Request, rest: str) -> None:
        """Answer unknown addresses as the API does, instead of with a page."""
        allowed = _methods_of(request.scope)
        if allowed:
            raise HTTPException(405, "This address takes another method.", {"Allow": allowed})
        raise NotFound(f"There is no /api/{rest}.")

    if terms is None:
        api.add_middleware(Edge)
    else:
        api.add_middleware(Edge, terms=lambda: terms)
    return api


def _methods_of(scope: Scope) -> str:
    """Return the methods of the routes that have a request's address."""
    found = {
        method
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and route.matches(scope)[0] is Match.PARTIAL
        for method in route.methods or ()
    }
    return ", ".join(sorted(found))


def safe_for_browsers(app: ASGIApp, *, origins: Sequence[str], url: str, built: Path) -> ASGIApp:
    """Wrap the whole application; `built` is the folder of the compiled pages."""
    policy = content_policy(url, script_hashes(built))
    return BrowserSafety(Limits(app), origins, policy, is_secure=url.startswith("https:"))
