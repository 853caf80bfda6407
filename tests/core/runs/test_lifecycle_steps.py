"""Steps that fail: tried again, passed over, asked about, and what the project is told."""

from uuid import UUID

import pytest
from sqlalchemy import func, update

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import service as board
from pmflow_core.board.reads import read_why
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import Conflict, Invalid, Unavailable
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Outcome
from pmflow_core.runs import progress, questions, service
from pmflow_core.runs.engine import Engine
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.kinds import (
    CriterionFacts,
    CriterionKind,
    LeaseLost,
    RunContext,
    Tools,
    Verdict,
)
from pmflow_core.runs.models import Question
from pmflow_core.runs.repository import Holder
from pmflow_core.runs.status import FailureClass, RunStatus, StepStatus, WaitingFor
from tests.core.runs.lifecycle import (
    Notebook,
    add_steps,
    publish,
    row,
    show,
    start,
    step,
    steps,
)
from tests.core.runs.staging import Desk


@pytest.fixture
def notebook(extensions: Extensions) -> Notebook:
    """The steps of these tests."""
    return add_steps(extensions)


def answer(desk: Desk, words: str) -> None:
    with transaction(desk.actor.workspace_id) as session:
        (asked,) = questions.open_questions(session, desk.actor)
        questions.answer(session, desk.actor, asked.id, words)


def test_a_failing_step_is_tried_again_after_a_growing_pause(
    desk: Desk, workspace_id: UUID, extensions: Extensions, notebook: Notebook
) -> None:
    notebook.faults += [Unavailable("away"), ArithmeticError("boom")]
    publish(workspace_id, extensions, step("one", retries=2, backoff_s=0.05))
    run = start(desk)

    Engine(extensions).execute(run.id, "w1")

    texts = [line.text for line in show(desk, run).lines]
    assert row(desk, run).status is RunStatus.COMPLETED
    assert "try 1 failed (away); again in 0.05 s" in texts
    assert "try 2 failed (Internal error: ArithmeticError: boom); again in 0.1 s" in texts


def test_what_cannot_become_right_is_not_tried_again(
    desk: Desk, workspace_id: UUID, extensions: Extensions, notebook: Notebook
) -> None:
    notebook.faults.append(Invalid("wrong input"))
    publish(workspace_id, extensions, step("one", retries=3))
    run = start(desk)

    Engine(extensions).execute(run.id, "w1")

    assert row(desk, run).failure_message == "wrong input"
    assert notebook.worked == []


def test_a_cancelled_run_leaves_its_pause_between_tries(
    desk: Desk, workspace_id: UUID, extensions: Extensions, notebook: Notebook
) -> None:
    notebook.faults.append(Unavailable("away"))
    publish(workspace_id, extensions, step("one", retries=1, backoff_s=300))
    run = start(desk)

    def cancel(_context: RunContext, tools: Tools) -> None:
        with transaction(workspace_id) as session:
            service.cancel(session, desk.actor, run.id)
        with pytest.raises(LeaseLost):
            tools.write("late")

    notebook.before = cancel
    Engine(extensions).execute(run.id, "w1")

    assert row(desk, run).status is RunStatus.CANCELLED
    assert notebook.worked == []


def test_a_run_goes_on_without_a_step_that_may_fail_and_says_so(
    desk: Desk, workspace_id: UUID, extensions: Extensions, notebook: Notebook
) -> None:
    notebook.faults += [None, ArithmeticError("boom")]
    publish(
        workspace_id,
        extensions,
        step("one"),
        step("two", continue_on_error=True),
        step("three", "peek"),
    )
    run = start(desk)

    Engine(extensions).execute(run.id, "w1")

    found = show(desk, run)
    assert found.row.status is RunStatus.COMPLETED
    assert [each.status for each in steps(desk, run)] == [
        StepStatus.COMPLETED,
        StepStatus.FAILED,
        StepStatus.COMPLETED,
    ]
    assert notebook.worked == ["one", "peek one"]
    assert "although Two failed" in found.why.reason
    assert any(gate.title == "Two" and "boom" in gate.detail for gate in found.gates)


@pytest.mark.parametrize(
    ("words", "status", "worked"),
    [
        ("Try again", RunStatus.COMPLETED, ["one", "two"]),
        ("Skip", RunStatus.COMPLETED, ["two"]),
        ("Stop", RunStatus.FAILED, []),
    ],
)
def test_a_person_decides_about_a_failed_step(
    desk: Desk,
    workspace_id: UUID,
    extensions: Extensions,
    notebook: Notebook,
    words: str,
    status: RunStatus,
    worked: list[str],
) -> None:
    notebook.faults.append(Conflict("no room"))
    publish(workspace_id, extensions, step("one"), step("two"), on_failure="ask")
    run = start(desk)
    Engine(extensions).execute(run.id, "w1")
    asked = show(desk, run)

    answer(desk, words)
    Engine(extensions).execute(run.id, "w1")

    assert asked.row.status is RunStatus.WAITING
    assert "The step One failed. no room" in asked.why.reason
    assert row(desk, run).status is status
    assert notebook.worked == worked


def test_a_failed_step_that_nobody_looks_at_stops_the_run(
    desk: Desk, workspace_id: UUID, extensions: Extensions, notebook: Notebook
) -> None:
    notebook.faults.append(Conflict("no room"))
    publish(workspace_id, extensions, step("one"), on_failure="ask")
    run = start(desk)
    Engine(extensions).execute(run.id, "w1")

    with transaction(workspace_id) as session:
        (asked,) = questions.open_questions(session, desk.actor)
        ago = func.now() - func.make_interval(0, 0, 0, 0, 1)
        session.execute(update(Question).values(deadline_at=ago))
    with transaction(workspace_id) as session:
        questions.expire(session, asked.id)
    Engine(extensions).execute(run.id, "w1")

    ended = row(desk, run)
    assert (ended.status, ended.failure_class) == (RunStatus.FAILED, FailureClass.INVALID)
    assert ended.failure_message == "no room"


def test_another_try_is_told_what_the_last_one_did_wrong(
    desk: Desk, workspace_id: UUID, extensions: Extensions, notebook: Notebook
) -> None:
    told: list[str] = []
    notebook.before = lambda context, _tools: told.append(context.feedback)
    publish(workspace_id, extensions, step("one", criteria=("cites:3",)), on_failure="ask")
    run = start(desk)
    Engine(extensions).execute(run.id, "w1")

    for _ in range(2):
        answer(desk, "Try again")
        Engine(extensions).execute(run.id, "w1")

    assert told[0] == ""
    assert "Mend exactly this" in told[1]
    assert told[1] != told[2]


def test_a_failed_run_sends_its_project_back_where_the_recipe_says_so(
    desk: Desk, workspace_id: UUID, extensions: Extensions, notebook: Notebook
) -> None:
    notebook.faults.append(Conflict("no room"))
    publish(workspace_id, extensions, step("one"), on_failure="revert")
    run = start(desk)

    Engine(extensions).execute(run.id, "w1")

    with transaction(workspace_id) as session:
        why = read_why(session, desk.actor, desk.id)
        moves = projects.transitions(session, desk.id)
    assert row(desk, run).status is RunStatus.FAILED
    assert why.stage == "inbox"
    assert "so the project went back to Inbox. no room" in why.reason
    assert moves[-1].automatic


def test_a_failed_run_waits_for_review_where_the_recipe_says_so(
    desk: Desk, workspace_id: UUID, extensions: Extensions, notebook: Notebook
) -> None:
    notebook.faults.append(Conflict("no room"))
    publish(workspace_id, extensions, step("one"), on_failure="review_required")
    run = start(desk)

    Engine(extensions).execute(run.id, "w1")

    with transaction(workspace_id) as session:
        decision = projects.latest_decisions(session, [desk.id])[desk.id]
    assert row(desk, run).status is RunStatus.FAILED
    assert decision.outcome is Outcome.STAYED
    assert decision.next_action == "Review One, then run the stage again"


def test_what_is_written_is_shown_to_its_end_and_cleared_with_the_step(
    desk: Desk, workspace_id: UUID, extensions: Extensions, notebook: Notebook
) -> None:
    seen: list[str] = []

    def write(_context: RunContext, tools: Tools) -> None:
        for piece in ("Search ", "is ", "gone"):
            tools.write(piece)

    def check(_argument: object, _facts: CriterionFacts) -> Verdict:
        seen.append(steps(desk, run)[0].live_text)
        return Verdict("seen", "Seen", passed=True, detail="yes")

    extensions.criteria.add(CriterionKind("seen", str, check))
    notebook.before = write
    publish(workspace_id, extensions, step("one", criteria=("seen:",)))
    run = start(desk)

    Engine(extensions).execute(run.id, "w1")

    assert seen == ["Search is gone"]
    assert steps(desk, run)[0].live_text == ""


def test_live_text_of_a_worker_that_lost_the_run_is_not_shown(
    desk: Desk, workspace_id: UUID, extensions: Extensions, notebook: Notebook
) -> None:
    del notebook
    publish(workspace_id, extensions, step("one"))
    run = start(desk)
    found = row(desk, run)

    with transaction(workspace_id) as session, pytest.raises(LeaseLost):
        progress.show_live(session, Holder(run.id, 99), found, "one", "late")

    assert steps(desk, run)[0].live_text == ""


def test_a_run_that_waits_for_money_is_tried_again_when_another_one_ends(
    desk: Desk, workspace_id: UUID, extensions: Extensions, notebook: Notebook
) -> None:
    publish(workspace_id, extensions, step("one"))
    with transaction(workspace_id) as session:
        other = board.create_project(session, desk.actor, "Another idea")
        board.move(session, Actor.system(workspace_id), other.id, "discovery", "test")
        waiting = service.request_run(session, desk.actor, other.id)
        waiting.status, waiting.waiting_for = RunStatus.WAITING, WaitingFor.BUDGET
    run = start(desk)

    Engine(extensions).execute(run.id, "w1")

    assert notebook.worked == ["one"]
    assert row(desk, waiting).status is RunStatus.QUEUED
