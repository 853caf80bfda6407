"""What programs do with suggestions and with the links of signals."""

import pytest

from pmflow_core.db.transaction import transaction
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn
from pmflow_core.suggestions import service as suggestions
from pmflow_core.suggestions.models import SuggestionKind
from pmflow_core.suggestions.schemas import Proposal
from tests.core.runs.staging import answers, desk, extensions, make_engine, workspace_id
from tests.ui.api_world import World, world

__all__ = ["answers", "desk", "extensions", "make_engine", "workspace_id", "world"]
LIST = "/api/workspaces/{workspace}/suggestions"
SIGNALS = "/api/workspaces/{workspace}/signals"


@pytest.fixture
def suggested(world: World) -> list[str]:
    """Three suggested links, the newest first."""
    actor = world.desk.actor
    with transaction(actor.workspace_id) as session:
        rows = [SignalIn(text=f"Search is gone {n}") for n in range(3)]
        made = signals.ingest(session, actor, rows, source=Source.API)
        proposals = [
            Proposal(
                SuggestionKind.LINK_SIGNAL,
                0.6 + place / 10,
                "It says the same.",
                signal_id=signal_id,
                project_id=world.desk.id,
            )
            for place, signal_id in enumerate(made.ids)
        ]
        suggestions.propose(session, actor, proposals)
    items = world.ask("viewer", "GET", LIST).json()["items"]
    return [item["id"] for item in items]


def test_suggestions_are_listed_page_by_page(world: World, suggested: list[str]) -> None:
    first = world.ask("viewer key", "GET", f"{LIST}?limit=2&sort=confidence").json()
    rest = world.ask(
        "viewer key", "GET", f"{LIST}?limit=2&sort=confidence&cursor={first['next_cursor']}"
    ).json()
    found = [*first["items"], *rest["items"]]
    assert [item["confidence"] for item in found] == [0.8, 0.7, 0.6]
    assert {item["id"] for item in found} == set(suggested)
    assert found[0]["project"] == world.desk.key
    assert found[0]["title"] == f"Link {found[0]['signal']} to {world.desk.key}"
    bad = world.ask("viewer", "GET", f"{LIST}?cursor=nonsense")
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_suggestion_cursor")


def test_one_is_accepted_once_and_taken_back(world: World, suggested: list[str]) -> None:
    accept = f"{LIST}/{suggested[0]}/accept"
    done = world.ask("editor key", "POST", accept).json()
    assert (done["status"], done["repeated"], done["can_undo"]) == ("accepted", False, True)
    assert world.ask("editor", "POST", accept).json()["repeated"] is True
    back = world.ask("editor", "POST", f"{LIST}/{suggested[0]}/undo").json()
    assert back["status"] == "proposed"
    twice = world.ask("editor", "POST", f"{LIST}/{suggested[0]}/undo")
    assert (twice.status_code, twice.json()["code"]) == (409, "suggestion_not_undoable")


def test_one_is_dismissed_and_restored(world: World, suggested: list[str]) -> None:
    path = f"{LIST}/{suggested[0]}"
    assert world.ask("editor", "POST", f"{path}/dismiss").json()["status"] == "dismissed"
    refused = world.ask("editor", "POST", f"{path}/accept")
    assert (refused.status_code, refused.json()["code"]) == (409, "suggestion_is_decided")
    assert world.ask("editor", "POST", f"{path}/restore").json()["status"] == "proposed"


def test_several_are_decided_at_once(world: World, suggested: list[str]) -> None:
    done = world.ask("editor", "POST", f"{LIST}/bulk", {"ids": suggested, "accept": False}).json()
    assert {item["status"] for item in done["decided"]} == {"dismissed"}
    assert done["refused"] == []


def test_who_may_not_decide_is_refused(world: World, suggested: list[str]) -> None:
    path = f"{LIST}/{suggested[0]}/accept"
    wanted = {"anonymous": 401, "stranger": 404, "viewer": 403, "viewer key": 403, "no key": 401}
    for caller, status in wanted.items():
        assert world.ask(caller, "POST", path).status_code == status, caller
    assert world.ask("editor", "POST", f"{LIST}/{world.run}/accept").status_code == 404


def test_a_signal_is_linked_and_unlinked(world: World) -> None:
    path = f"{SIGNALS}/1/projects"
    project = world.desk.key
    linked = world.ask("viewer", "GET", path).json()["items"]
    assert [item["project"] for item in linked] == [project]
    gone = world.ask("editor key", "DELETE", f"{path}/{project}").json()
    assert gone["items"] == []
    back = world.ask("editor key", "POST", path, {"project": project}).json()
    assert [item["reason"] for item in back["items"]] == ["linked by hand"]
    assert world.ask("editor", "POST", path, {"project": "NO-1"}).status_code == 404


def test_many_signals_are_put_aside_and_brought_back(world: World) -> None:
    path = f"{SIGNALS}/bulk"
    names = ["S-1", "S-2"]
    done = world.ask("editor", "POST", path, {"signals": names, "action": "archive"})
    assert done.json() == {"changed": 2}
    again = world.ask("editor", "POST", path, {"signals": names, "action": "archive"})
    assert again.json() == {"changed": 0}
    world.ask("editor", "POST", path, {"signals": names, "action": "restore"})
    incomplete = world.ask("editor", "POST", path, {"signals": names, "action": "link"})
    assert incomplete.status_code == 422
    unknown = world.ask("editor", "POST", path, {"signals": ["S-99"], "action": "delete"})
    assert unknown.status_code == 404
