"""The run's page, live: only new lines, decisions with their effects, and what went wrong."""

from uuid import UUID

import pytest

from pmflow_core.accounts.actor import Role
from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.runs import service as runs
from pmflow_ui.guard import NoticeState
from pmflow_ui.state.run import RunState
from pmflow_ui.state.runs import RunsState
from tests.core.runs.staging import (
    RESEARCH,
    Desk,
    MakeEngine,
    answers,
    desk,
    extensions,
    make_engine,
    workspace_id,
)
from tests.ui.tab import Tab, as_member, goes_to, words

__all__ = ["answers", "desk", "extensions", "make_engine", "workspace_id"]


def start(where: Desk) -> UUID:
    """Queue a run of Discovery."""
    with transaction(where.actor.workspace_id) as session:
        return board.start_run(session, where.actor, where.id, "discovery").id


def opened(where: Desk, run_id: UUID) -> Tab:
    tab = Tab(where.actor, f"/w/acme/runs/{run_id}")
    tab.send(RunState, "load")
    return tab


@pytest.fixture
def done(desk: Desk, make_engine: MakeEngine) -> UUID:
    """A run that is done; its project waits for an approval."""
    run_id = start(desk)
    make_engine(RESEARCH).execute(run_id, "worker")
    return run_id


def test_a_queued_run_warns_that_no_worker_is_alive(desk: Desk) -> None:
    state = opened(desk, start(desk)).state(RunState)
    assert (state.facts.status, state.facts.no_worker, state.facts.done) == (
        "queued",
        True,
        "0 of 1",
    )
    assert (state.chunk[-1:], state.facts.is_open) == ([], True)
    assert state.reason == "Queued, but no worker is alive"


def test_a_refresh_sends_only_new_lines(desk: Desk, make_engine: MakeEngine) -> None:
    run_id = start(desk)
    tab = opened(desk, run_id)
    make_engine(RESEARCH).execute(run_id, "worker")
    tab.send(RunState, "refresh")
    first = tab.state(RunState).chunk
    assert [line.seq for line in first] == list(range(1, len(first) + 1))
    assert {line.level for line in first} <= {"dbg", "info", "ok", "warn", "err"}
    assert any(line.step == "Research" for line in first)
    tab.send(RunState, "refresh")
    assert tab.state(RunState).chunk == first
    tab.send(RunState, "fill_gap", 3)
    assert tab.state(RunState).chunk[0].seq == 4


def test_what_is_waiting_says_what_an_approval_does(desk: Desk, done: UUID) -> None:
    tab = opened(desk, done)
    state = tab.state(RunState)
    assert state.can_approve
    assert [(effect.lead, effect.text) for effect in state.effects][:2] == [
        (f"{desk.key} moves", "from Discovery to PRD"),
        ("Write the PRD", "starts by itself in the next stage"),
    ]
    assert [(each.title, each.change) for each in state.covered] == [
        ("Research", "not approved before")
    ]
    assert [each.href for each in state.written] == [
        f"/w/acme/projects/{desk.key}/documents/research"
    ]
    assert {gate.glyph for gate in state.gates} == {"completed"}
    (said,) = words(tab.send(RunState, "approve"))
    assert said.startswith("Advanced from Discovery to PRD")
    assert not tab.state(RunState).can_approve


def test_a_rejection_keeps_the_project_with_the_reason(desk: Desk, done: UUID) -> None:
    tab = opened(desk, done)
    tab.send(RunState, "ask_reject", True)
    (said,) = words(tab.send(RunState, "reject", {"comment": "Name the release"}))
    assert said.endswith("Name the release")
    assert not tab.state(RunState).rejecting


def test_a_failed_run_is_explained_and_can_be_repeated(
    desk: Desk,
    make_engine: MakeEngine,
) -> None:
    run_id = start(desk)
    make_engine(*["Nothing of use"] * 4).execute(run_id, "worker")
    tab = opened(desk, run_id)
    state = tab.state(RunState)
    assert (state.facts.status, state.facts.can_retry) == ("failed", True)
    assert state.facts.failure
    assert state.steps[0].glyph == "failed"
    assert state.faults + state.warnings > 0
    (address,) = goes_to(tab.send(RunState, "retry"))
    assert address.startswith("/w/acme/runs/")


def test_an_open_run_is_cancelled(desk: Desk) -> None:
    tab = opened(desk, start(desk))
    assert words(tab.send(RunState, "cancel")) == ["Cancelled. What was written stays."]
    facts = tab.state(RunState).facts
    assert (facts.status, facts.is_open, facts.can_retry) == ("cancelled", False, True)


def test_a_viewer_reads_a_run_and_decides_nothing(desk: Desk, done: UUID) -> None:
    tab = Tab(as_member(desk.actor, Role.VIEWER), f"/w/acme/runs/{done}")
    tab.send(RunState, "load")
    assert tab.state(RunState).ready
    for name in ("approve", "cancel", "retry"):
        assert "role" in words(tab.send(RunState, name))[0]


@pytest.mark.parametrize("address", ["/w/acme/runs/nonsense", f"/w/acme/runs/{UUID(int=1)}"])
def test_an_unknown_run_takes_the_page_s_place(desk: Desk, address: str) -> None:
    tab = Tab(desk.actor, address)
    tab.send(RunState, "load")
    assert tab.state(NoticeState).kind == "not_found"


def test_the_list_shows_runs_by_state(desk: Desk, done: UUID) -> None:
    with transaction(desk.actor.workspace_id) as session:
        runs.retry(session, desk.actor, done)
    tab = Tab(desk.actor, "/w/acme/runs")
    tab.send(RunsState, "load")
    assert [row.status for row in tab.state(RunsState).rows] == ["queued", "completed"]
    assert tab.state(RunsState).words == "1 run open"
    (address,) = goes_to(tab.send(RunsState, "show", "ended"))
    tab.go(address)
    tab.send(RunsState, "load")
    assert [row.number for row in tab.state(RunsState).rows] == [1]
