"""`python -m worker ROLE`: one process of pmflow, or all of them."""

import argparse
import os
import socket
import sys
from collections.abc import Callable, Sequence

import uvicorn

from pmflow_core.embedded.servers import servers
from pmflow_core.errors import PmflowError
from pmflow_core.settings import get_settings
from worker import scheduler
from worker.bootstrap import started
from worker.rq_worker import PmflowWorker
from worker.supervisor import several_workers, up

WEB = {
    "REFLEX_ENV_MODE": "prod",
    "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    "__REFLEX_SKIP_COMPILE": "true",
    "REFLEX_TELEMETRY_ENABLED": "false",
    "REFLEX_CHECK_LATEST_VERSION": "false",
}


def run_web(_arguments: argparse.Namespace) -> int:
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


def run_worker(arguments: argparse.Namespace) -> int:
    """Take jobs until told to stop, in as many processes as asked for."""
    if arguments.n > 1:
        return several_workers(arguments.n)
    name = f"worker-{socket.gethostname()}-{os.getpid()}"
    with started() as process:
        PmflowWorker(name, process.settings, process.urls).work(logging_level="WARNING")
    return 0


def run_scheduler(_arguments: argparse.Namespace) -> int:
    """Reconcile until told to stop."""
    with started() as process:
        scheduler.run(process.settings)
    return 0


def run_up(arguments: argparse.Namespace) -> int:
    """Start and watch all processes until told to stop."""
    return up(get_settings(), demo=arguments.demo)


ROLES: dict[str, Callable[[argparse.Namespace], int]] = {
    "web": run_web,
    "worker": run_worker,
    "scheduler": run_scheduler,
    "up": run_up,
}


def main(arguments: Sequence[str]) -> int:
    """Run the role named first and return the exit code."""
    parser = argparse.ArgumentParser(prog="worker")
    parser.add_argument("role", choices=ROLES)
    parser.add_argument("-n", type=int, default=1, help="number of worker processes")
    parser.add_argument("--demo", action="store_true", help="fill the sample workspace")
    parsed = parser.parse_args(arguments)
    try:
        return ROLES[parsed.role](parsed)
    except PmflowError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
