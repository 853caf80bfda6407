"""The commands of the page about webhooks do what it says, against a real socket and database."""

import re
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from pmflow_core import connections, onboarding, plugins
from pmflow_core.accounts.actor import Actor
from pmflow_core.connections import Urls
from pmflow_core.db import transaction as database
from pmflow_core.db.transaction import transaction
from pmflow_core.embedded.postgres import start_postgres
from pmflow_core.ids import uuid7
from pmflow_core.intake import events
from pmflow_core.migrations import run as migrations
from pmflow_core.settings import Settings, get_settings
from pmflow_core.signals import service as signals
from pmflow_core.signals.schemas import SignalQuery
from pmflow_ui.api.app import make_api
from tests.conftest import make_user
from tests.docs.test_tutorial import environment
from worker.web import Server

__all__ = ["environment"]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "send-feedback-by-webhook.md"
_TESTED = re.compile(r"<!-- tested -->\n```sh\n(.*?)```\n", re.DOTALL)


@pytest.fixture
def music(environment: dict[str, str]) -> Iterator[Actor]:
    """The workspace of the page, in a database of its own that this process reads, too."""
    environment["PMFLOW_SECRET_KEY"] = get_settings().secret().decode()
    server = start_postgres(Path(environment["PMFLOW_DATA_DIR"]))
    try:
        migrations.upgrade(server.url)
        plugins.load(get_settings())
        connections.connect(Settings(), Urls(server.url, None))
        workspace_id = uuid7()
        with transaction(workspace_id) as session:
            owner = make_user(session).id
            onboarding.create_workspace(
                session, workspace_id, name="Music", slug="music", admin_user_id=owner
            )
        yield Actor.system(workspace_id)
    finally:
        database.dispose()
        server.stop()


@pytest.fixture
def served(music: Actor, environment: dict[str, str]) -> Iterator[None]:
    """The API on a port of its own, which is the address that the commands print."""
    del music
    web = Server(uvicorn.Config(make_api(), port=0, log_level="error"))
    thread = threading.Thread(target=web.run)
    thread.start()
    while not web.started:
        time.sleep(0.02)
    port = web.servers[0].sockets[0].getsockname()[1]
    environment["PMFLOW_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    yield
    web.should_exit = True
    thread.join()


@pytest.mark.processes
@pytest.mark.usefixtures("served")
def test_what_the_page_sends_becomes_signals(
    music: Actor, environment: dict[str, str], tmp_path: Path
) -> None:
    script = "set -euo pipefail\n" + "\n".join(_TESTED.findall(PAGE.read_text(encoding="utf-8")))
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '{"id":"message-812"}' in done.stdout
    assert "Support desk" in done.stdout
    assert done.stdout.count("received") == 2

    events.process_workspace(music.workspace_id)
    with transaction(music.workspace_id) as session:
        page = signals.list_signals(session, music, SignalQuery())
    assert {row.text for row in page.items} == {
        "The export fails for large playlists.",
        "Shuffle repeats the same songs.",
    }


def test_the_page_shows_what_the_test_runs() -> None:
    assert len(_TESTED.findall(PAGE.read_text(encoding="utf-8"))) == 4
