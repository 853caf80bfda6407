"""The commands of the page about the API do what it says, against a real socket and database."""

import re
import subprocess
from pathlib import Path

import pytest

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.projects import repository as projects
from pmflow_core.signals import service as signals
from pmflow_core.signals.schemas import SignalQuery
from tests.docs.test_webhook_page import environment, music, served

__all__ = ["environment", "music", "served"]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "use-the-api.md"
_TESTED = re.compile(r"<!-- tested -->\n```sh\n(.*?)```\n", re.DOTALL)
_SHOWN = re.compile(r"```json\n(\{.*?)\"…\"\}\n```", re.DOTALL)


@pytest.mark.processes
@pytest.mark.usefixtures("served")
def test_what_the_page_asks_for_is_done(
    music: Actor, environment: dict[str, str], tmp_path: Path
) -> None:
    page = PAGE.read_text(encoding="utf-8")
    script = "set -euo pipefail\n" + "\n".join(_TESTED.findall(page))
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout.splitlines()
    with transaction(music.workspace_id) as session:
        project, _idea = projects.list_projects(session)
        assert signals.list_signals(session, music, SignalQuery()).total == 2
    assert said[:3] == [
        "2",
        "S-2 Shuffle never plays my new songs.",
        "S-1 Shuffle repeats the same songs.",
    ]
    assert said[3:5] == [f"made {project.key}"] * 2
    assert said[5:9] == ["high", "precondition_failed", "1", "queued"]
    assert said[10] == "cancelled"
    (shown,) = _SHOWN.findall(page)
    assert said[-1].startswith(shown)
    assert "x-request-id: try-7" in done.stdout.casefold()
    assert "ratelimit-remaining: " in done.stdout.casefold()


def test_the_page_shows_what_the_test_runs() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert len(_TESTED.findall(page)) == 8
    assert len(_SHOWN.findall(page)) == 1
