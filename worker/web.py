"""The web process: dashboard and API on one port."""

import argparse
import os

import uvicorn

from pmflow_core.embedded.servers import servers
from pmflow_core.settings import get_settings

WEB = {
    "REFLEX_ENV_MODE": "prod",
    "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    "__REFLEX_SKIP_COMPILE": "true",
    "REFLEX_TELEMETRY_ENABLED": "false",
    "REFLEX_CHECK_LATEST_VERSION": "false",
}


def main(_arguments: argparse.Namespace) -> int:
    """Serve the dashboard and the API until told to stop."""
    settings = get_settings()
    with servers(settings) as urls:
        # Reflex reads its configuration, and ours, from the environment at import.
        os.environ.update(WEB, DATABASE_URL=urls.database_url, REDIS_URL=urls.redis_url)
        get_settings.cache_clear()
        uvicorn.run(
            "pmflow_ui.pmflow_ui:app",
            factory=True,
            host=settings.host,
            port=settings.port,
            access_log=False,
            timeout_graceful_shutdown=3,
            log_level="warning",
        )
    return 0
