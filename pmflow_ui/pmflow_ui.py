"""The dashboard: pages, live updates and the API, as one ASGI application on one port."""

from collections.abc import AsyncIterator

import reflex as rx
from reflex.app import default_error_boundary
from reflex.utils import prerequisites
from reflex_base.config import get_config
from starlette.types import ASGIApp

from pmflow_core import plugins, tables
from pmflow_core.connections import Urls, connect
from pmflow_core.errors import Unavailable
from pmflow_core.events.subscribe import nudges
from pmflow_core.settings import get_settings
from pmflow_ui import watch
from pmflow_ui.api.app import make_api, safe_for_browsers
from pmflow_ui.guard import broken
from pmflow_ui.routes import add_pages
from pmflow_ui.theme import STYLESHEETS
from pmflow_ui.wall import Wall


async def connect_process() -> None:
    """Point this process at its servers; nothing is opened at import.

    Raises:
        Unavailable: it was started without DATABASE_URL.
    """
    settings = get_settings()
    if settings.database_url is None:
        raise Unavailable("DATABASE_URL is not set: start with `pmflow up`, or set it.")
    plugins.load(settings)
    tables.ready()
    redis = settings.redis_url.get_secret_value() if settings.redis_url else None
    connect(settings, Urls(settings.database_url.get_secret_value(), redis))


async def keep_tabs_live() -> None:
    """Run the hub of live updates for as long as the process lives."""
    hub = watch.Hub(watch.deliver_with(app))
    watch.use(hub)
    url = get_settings().redis_url
    if url is not None:

        def listen() -> AsyncIterator[str]:
            return nudges(url.get_secret_value())

        await hub.run(listen)


def outermost(inner: ASGIApp) -> ASGIApp:
    """Wrap the application in what protects browsers."""
    config = get_config()
    return safe_for_browsers(
        inner,
        origins=config.cors_allowed_origins,
        url=get_settings().web_url,
        built=prerequisites.get_web_dir() / "build" / "client",
    )


app = rx.App(
    stylesheets=list(STYLESHEETS),
    reset_style=False,
    html_lang="en",
    head_components=[
        rx.el.link(rel="icon", href="/favicon.svg", custom_attrs={"type": "image/svg+xml"})
    ],
    # The shell shows notes: the framework's toasts would need `unsafe-eval`.
    toaster=None,
    backend_exception_handler=broken,
    # Without the framework's own connection toast: the shell has a banner.
    app_wraps={(55, "ErrorBoundary"): lambda _stateful: default_error_boundary()},
    api_transformer=[make_api(), outermost],
)
app.add_middleware(Wall(), index=0)
app.register_lifespan_task(connect_process)
app.register_lifespan_task(keep_tabs_live)
add_pages(app)
