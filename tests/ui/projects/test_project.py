"""The project page: why it is here, what is next, and decisions whose effects were said."""

from collections.abc import Callable

import pytest

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import reads
from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound
from pmflow_ui.guard import NoticeState
from pmflow_ui.state.project import ProjectState, read_address
from pmflow_ui.state.project_rows import ticks_of
from tests.core.runs.staging import RESEARCH, Desk, MakeEngine
from tests.ui.projects.conftest import Tab, said

OpenTab = Callable[[Actor, str], Tab]


@pytest.fixture
def waiting(desk: Desk, make_engine: MakeEngine) -> Desk:
    """The project in Discovery: its run is done, and it waits for an approval."""
    with transaction(desk.actor.workspace_id) as session:
        board.move(session, desk.actor, desk.id, "discovery")
        run_id = board.start_run(session, desk.actor, desk.id).id
    make_engine(RESEARCH).execute(run_id, "worker")
    with transaction(desk.actor.workspace_id) as session:
        assert reads.read_why(session, desk.actor, desk.id).can_approve
    return desk


def test_the_page_says_why_and_what_is_next(desk: Desk, open_tab: OpenTab) -> None:
    tab = open_tab(desk.actor, f"/w/acme/projects/{desk.key}?tab=evidence")
    tab.send(ProjectState, "load")
    state = tab.state(ProjectState)

    assert (state.ready, state.tab, state.head.key) == (True, "evidence", desk.key)
    assert state.why.reason == "In Inbox, nothing has run here yet"
    assert state.why.next == "Run Inbox: summarise the intake"
    assert (state.why.owner.name, state.why.owner.mine) == ("Product lead", True)
    assert [line.mark for line in state.evidence] == ["S-1", "S-2", "S-3"]
    assert state.evidence[0].href == "/w/acme/signals?signal=1"
    assert [stage.kind for stage in state.stages][:2] == ["now", ""]


def test_an_unknown_project_takes_the_pages_place(editor: Actor, open_tab: OpenTab) -> None:
    tab = open_tab(editor, "/w/acme/projects/NOPE-1")
    tab.send(ProjectState, "load")

    assert tab.state(NoticeState).kind == "not_found"
    assert not tab.state(ProjectState).ready


def test_a_run_is_started_from_the_page(desk: Desk, open_tab: OpenTab) -> None:
    tab = open_tab(desk.actor, f"/w/acme/projects/{desk.key}")
    tab.send(ProjectState, "load")

    assert "Run 1 is queued" in said(tab.send(ProjectState, "start"))
    assert "Queued" in tab.state(ProjectState).why.reason


def test_an_approval_says_its_effects_before_it_is_given(waiting: Desk, open_tab: OpenTab) -> None:
    tab = open_tab(waiting.actor, f"/w/acme/projects/{waiting.key}")
    tab.send(ProjectState, "load")
    effects = tab.state(ProjectState).why.effects

    assert effects[0] == f"Moves {waiting.key} to PRD"
    assert effects[1].startswith("Starts a run: ")
    tab.send(ProjectState, "decide", "approve")
    assert [each.title for each in tab.state(ProjectState).covered] == ["Research"]
    assert "Advanced from Discovery to PRD" in said(
        tab.send(ProjectState, "approve", {"comment": "Reads well"})
    )


def test_a_rejection_needs_a_reason(waiting: Desk, open_tab: OpenTab) -> None:
    tab = open_tab(waiting.actor, f"/w/acme/projects/{waiting.key}")
    tab.send(ProjectState, "load")
    tab.send(ProjectState, "reject", {"comment": " "})
    assert "what has to change" in tab.state(ProjectState).comment_error

    tab.send(ProjectState, "reject", {"comment": "Name the release"})
    assert "Name the release" in tab.state(ProjectState).why.reason


def test_a_viewer_reads_everything_and_decides_nothing(
    waiting: Desk, viewer: Actor, open_tab: OpenTab
) -> None:
    tab = open_tab(viewer, f"/w/acme/projects/{waiting.key}")
    tab.send(ProjectState, "load")

    assert tab.state(ProjectState).why.effects == []
    for event, arguments in (("start", ()), ("approve", ({},)), ("reject", ({"comment": "No"},))):
        assert tab.send(ProjectState, event, *arguments)
    with transaction(viewer.workspace_id) as session:
        assert reads.read_why(session, viewer, waiting.id).can_approve


def test_an_address_names_the_project_and_its_document() -> None:
    assert read_address("/w/acme/projects/ACM-1/documents/prd").kind == "prd"
    assert read_address("/w/acme/projects/ACM-1").key == "ACM-1"
    with pytest.raises(NotFound):
        read_address("/w/acme/board")


def test_one_uncited_claim_of_many_still_shows() -> None:
    assert ticks_of(2, 3) == ["on", "on", "wait"]
    assert ticks_of(999, 1000, 12) == ["on"] * 11 + ["wait"]
    assert ticks_of(1000, 1000, 12) == ["on"] * 12


def test_a_finished_project_is_archived_with_its_reason_and_comes_back(
    waiting: Desk, open_tab: OpenTab
) -> None:
    tab = open_tab(waiting.actor, f"/w/acme/projects/{waiting.key}")
    tab.send(ProjectState, "load")
    tab.send(ProjectState, "decide", "archive")
    assert "Merged into search" in said(
        tab.send(ProjectState, "archive", {"comment": "Merged into search"})
    )
    state = tab.state(ProjectState)
    assert (state.deciding, state.why.is_ended) == ("", True)

    assert "Reopened by" in said(tab.send(ProjectState, "reopen"))
    assert not tab.state(ProjectState).why.is_ended
