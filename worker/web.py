"""The web process: dashboard and API on one port."""

import argparse
import gc
import os
import socket
from contextlib import suppress

import uvicorn

from pmflow_core.embedded.servers import servers
from pmflow_core.events import closing
from pmflow_core.logs import configure_logging
from pmflow_core.settings import get_settings
from worker.slow_clients import PatientProtocol

WEB = {
    "REFLEX_ENV_MODE": "prod",
    "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    "__REFLEX_SKIP_COMPILE": "true",
    "REFLEX_TELEMETRY_ENABLED": "false",
    "REFLEX_CHECK_LATEST_VERSION": "false",
}


class Server(uvicorn.Server):
    """Tells streams that it stops, which would keep it waiting for their end otherwise."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        closing.reopen()
        await super().startup(sockets)
        # Looking through the application's own objects, which stay, held every request for 0.3 s.
        gc.collect()
        gc.freeze()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then everything else."""
        closing.close()
        await super().shutdown(sockets)


def main(_arguments: argparse.Namespace) -> int:
    """Serve the dashboard and the API until told to stop."""
    settings = get_settings()
    configure_logging(json=settings.log_json)
    with servers(settings) as urls:
        # Reflex reads its configuration, and ours, from the environment at import.
        os.environ.update(WEB, DATABASE_URL=urls.database_url, REDIS_URL=urls.redis_url)
        get_settings.cache_clear()
        config = uvicorn.Config(
            "pmflow_ui.pmflow_ui:app",
            factory=True,
            http=PatientProtocol,
            host=settings.host,
            port=settings.port,
            access_log=False,
            # Whose X-Forwarded-For is believed, PMFLOW_TRUSTED_PROXY_HOPS says.
            proxy_headers=False,
            timeout_graceful_shutdown=3,
            log_level="warning",
        )
        server = Server(config)
        with suppress(KeyboardInterrupt):
            server.run()
    return 0 if server.started else 1
