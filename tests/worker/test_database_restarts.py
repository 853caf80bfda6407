"""Runs go on while PostgreSQL is restarted again and again; a server of this test's own."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pmflow_core.connections import Urls
from pmflow_core.embedded.postgres import start_postgres
from pmflow_core.embedded.server import EmbeddedServer
from pmflow_core.migrations import run as migrations
from pmflow_core.recipes.spec import RecipeSpec
from pmflow_core.runs.status import RunStatus
from tests.worker.conftest import Desk, House, slow_recipe

pytestmark = pytest.mark.processes
RESTARTS = 4


@pytest.fixture
def postgres(make_server_folder: Callable[[], Path]) -> Iterator[EmbeddedServer]:
    """A migrated server that may be restarted."""
    server = start_postgres(make_server_folder())
    migrations.upgrade(server.url)
    yield server
    server.stop()


@pytest.fixture
def urls(urls: Urls, postgres: EmbeddedServer) -> Urls:
    """The usual queue with that server."""
    return Urls(postgres.url, urls.redis)


def restart(server: EmbeddedServer) -> None:
    """Stop the server at once, as its operator would in a hurry, and start it again."""
    os.kill(server.pid, signal.SIGINT)
    while server.alive():
        time.sleep(0.05)
    server.start_again()


def test_runs_end_well_while_the_database_is_restarted_again_and_again(
    postgres: EmbeddedServer, house: House, make_desk: Callable[[RecipeSpec], Desk]
) -> None:
    desks = [make_desk(slow_recipe(1.0)) for _ in range(3)]
    house.start()
    runs = [(desk, desk.run()) for desk in desks]
    desks[0].wait_for_line(runs[0][1], "First started", 60)

    for _ in range(RESTARTS):
        restart(postgres)
        time.sleep(1.0)
    ended = [desk.wait(run_id, 60) for desk, run_id in runs]

    assert [run.status for run in ended] == [RunStatus.COMPLETED] * 3
    assert [run.crashes for run in ended] == [0] * 3
    assert [len(desk.versions()) for desk in desks] == [2] * 3
    assert house.workers[0].poll() is None, "the worker itself did not survive"
