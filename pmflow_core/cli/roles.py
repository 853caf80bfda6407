"""`up`, `web`, `worker` and `scheduler`: this process becomes the one that does it."""

import os
import sys
from typing import Annotated, NoReturn

import typer

from pmflow_core.cli.groups import command_group

app = command_group("Run pmflow.")


@app.command()
def up(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port of the web process.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Number of worker processes.")
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Load the sample workspace.")] = False,
) -> None:
    """Run everything: servers, web, workers and scheduler, until Ctrl-C."""
    if port is not None:
        os.environ["PMFLOW_PORT"] = str(port)
    if workers is not None:
        os.environ["PMFLOW_WORKERS"] = str(workers)
    _become("up", *(["--demo"] if demo else []))


@app.command()
def web() -> None:
    """Run the web process only: dashboard and API."""
    _become("web")


@app.command()
def worker(
    count: Annotated[int, typer.Option("-n", min=1, max=64, help="Number of processes.")] = 1,
) -> None:
    """Run workers only: runs and signals."""
    if count > 1:
        _become("workers", "-n", str(count))
    _become("worker")


@app.command()
def scheduler() -> None:
    """Run the scheduler only: what is due, and what was left behind."""
    _become("scheduler")


def _become(role: str, *arguments: str) -> NoReturn:
    # Core may not import the worker package; and signals reach the one process that matters.
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "worker", role, *arguments])  # noqa: S606
