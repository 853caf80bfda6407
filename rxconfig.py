"""What Reflex needs to know to build and serve the dashboard."""

import os
from urllib.parse import urlsplit

import reflex as rx

from pmflow_core.settings import get_settings

# The framework must not call out, and must not keep run-time files inside the clone.
os.environ.setdefault("REFLEX_TELEMETRY_ENABLED", "false")
os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "false")

settings = get_settings()
public = urlsplit(settings.web_url)
origins = dict.fromkeys(
    [
        f"{public.scheme}://{public.netloc}",
        f"http://localhost:{settings.port}",
        f"http://127.0.0.1:{settings.port}",
    ]
)

config = rx.Config(
    app_name="pmflow_ui",
    api_url=settings.web_url,
    deploy_url=settings.web_url,
    frontend_port=settings.port,
    backend_port=settings.port,
    backend_host=settings.host,
    cors_allowed_origins=list(origins),
    state_manager_mode=rx.constants.StateManagerMode.MEMORY,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    react_strict_mode=False,
    default_color_mode="system",
    frontend_packages=[
        "@fontsource-variable/inter@5.3.0",
        "@fontsource-variable/jetbrains-mono@5.3.0",
        "@atlaskit/pragmatic-drag-and-drop@4.0.0",
    ],
    plugins=[
        rx.plugins.RadixThemesPlugin(
            theme=rx.theme(
                accent_color="indigo", gray_color="slate", radius="medium", scaling="95%"
            )
        )
    ],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
