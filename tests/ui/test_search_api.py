"""Search and evidence over REST: who may ask, and what is answered."""

from urllib.parse import quote

import pytest

from pmflow_core.db.transaction import transaction
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn
from tests.core.runs.staging import answers, desk, extensions, make_engine, workspace_id
from tests.ui.api_world import World, world

__all__ = ["answers", "desk", "extensions", "make_engine", "workspace_id", "world"]

PATHS = ("/api/workspaces/{workspace}/search?q=x", "/api/workspaces/{workspace}/evidence?q=x")
REFUSED = {
    "anonymous": 401,
    "no key": 401,
    "revoked key": 401,
    "stranger": 404,
    "foreign key": 404,
}


@pytest.mark.parametrize("path", PATHS)
def test_every_member_may_ask_and_nobody_else(world: World, path: str) -> None:
    for caller, status in REFUSED.items():
        assert (caller, world.ask(caller, "GET", path).status_code) == (caller, status)
    for caller in ("viewer", "editor", "admin", "viewer key"):
        assert (caller, world.ask(caller, "GET", path).status_code) == (caller, 200)


def test_the_words_that_were_found_are_offsets_and_never_markup(world: World) -> None:
    with transaction(world.desk.actor.workspace_id) as session:
        row = SignalIn(text="<b>Bluetooth</b> drops <script>alert(1)</script>", customer="Acme")
        signals.ingest(session, world.desk.actor, [row], source=Source.API)
    path = "/api/workspaces/{workspace}/search?q=bluetooth&kind=signal"
    answer = world.ask("viewer", "GET", path).json()

    [hit] = [each for each in answer["signals"] if each["customer"] == "Acme"]
    assert hit["text"] == row.text
    assert [hit["text"][mark["start"] : mark["end"]] for mark in hit["highlights"]] == ["Bluetooth"]
    assert (answer["themes"], answer["projects"], answer["documents"]) == ([], [], [])


def test_a_project_s_document_is_found_with_its_section(world: World) -> None:
    answer = world.ask("viewer", "GET", "/api/workspaces/{workspace}/search?q={project}").json()
    assert [each["key"] for each in answer["projects"]] == [world.desk.key]

    answer = world.ask("viewer", "GET", "/api/workspaces/{workspace}/search?q=listeners").json()
    assert {each["type"] for each in answer["documents"]} == {"research"}


@pytest.mark.parametrize(
    "query",
    [
        "q=x&severity=none",
        "q=x&kind=run",
        "q=x&theme=1",
        "q=x&received_since=2026-01-01T00:00:00",
        "q=x&limit=0",
        "q=%00",
        "",
    ],
)
def test_what_cannot_be_asked_is_a_problem(world: World, query: str) -> None:
    answer = world.ask("viewer", "GET", f"/api/workspaces/{{workspace}}/search?{query}")
    assert answer.status_code == 422


@pytest.mark.parametrize("typed", ["'", '"', "a" * 3_000, "& | !", "\\", "-"])
def test_whatever_is_typed_is_answered(world: World, typed: str) -> None:
    for path in PATHS:
        address = path.replace("q=x", f"q={quote(typed)}")
        assert world.ask("viewer", "GET", address).status_code == 200


def test_evidence_is_verbatim_and_counted(world: World) -> None:
    found = world.ask("viewer", "GET", "/api/workspaces/{workspace}/evidence?q=search&limit=2")
    answer = found.json()

    assert 1 <= len(answer["quotes"]) <= 2
    assert answer["signals"] >= len(answer["quotes"])
    with transaction(world.desk.actor.workspace_id) as session:
        for each in answer["quotes"]:
            number = int(each["signal"].removeprefix("S-"))
            verbatim = signals.get_signal(session, world.desk.actor, number).verbatim
            assert verbatim[each["start"] : each["end"]] == each["quote"]
