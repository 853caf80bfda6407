"""Runs that wait are not forgotten: money wakes them, a deleted project ends them."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from pmflow_core.calls import budgets
from pmflow_core.calls.budgets import Payer
from pmflow_core.calls.models import Budget, Scope
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.projects import repository as projects
from pmflow_core.providers.scripted import ScriptedProvider
from pmflow_core.runs import question_rows, questions, repository, rescue
from pmflow_core.runs.kinds import QuestionDraft
from pmflow_core.runs.models import QuestionKind, StageRun
from pmflow_core.runs.repository import Holder
from pmflow_core.runs.status import RunStatus
from tests.core.runs.lifecycle import row, start
from tests.core.runs.staging import RESEARCH, Desk, MakeEngine


def reserve_all(workspace_id: UUID, left: Decimal) -> None:
    """Have calls of others reserve all but `left` of the workspace's budget."""
    with transaction(workspace_id) as session:
        session.execute(
            update(Budget)
            .where(col(Budget.scope) == Scope.WORKSPACE)
            .values(reserved_usd=col(Budget.cap_usd) - col(Budget.spent_usd) - left)
        )


def a_minute_later(workspace_id: UUID, run: StageRun) -> None:
    with transaction(workspace_id) as session:
        earlier = utcnow() - timedelta(minutes=10)
        session.execute(
            update(StageRun).where(col(StageRun.id) == run.id).values(dispatched_at=earlier)
        )


def look(workspace_id: UUID, run: StageRun) -> RunStatus:
    """Do for one run what the reconciler does for all."""
    with transaction(None) as session:
        found = run.id in [run_id for _, run_id in repository.to_wake(session)]
    with transaction(workspace_id) as session:
        if found:
            rescue.wake(session, run.id)
        return repository.get_run(session, run.id).status


@pytest.fixture
def broke(desk: Desk, workspace_id: UUID, make_engine: MakeEngine) -> Callable[[], StageRun]:
    """Run a project whose next call costs up to a dollar while others reserve the budget."""

    def run() -> StageRun:
        engine = make_engine(RESEARCH)
        scripted = engine.extensions.providers.get("scripted")
        assert isinstance(scripted, ScriptedProvider)
        scripted.bound = Decimal(1)
        made = start(desk)
        with transaction(workspace_id) as session:
            # The row exists from the first call on.
            payer = Payer(workspace_id, desk.id, made.id)
            budgets.reserve(session, payer, Decimal("0.01"))
            budgets.settle(session, payer, Decimal("0.01"), Decimal(0))
        reserve_all(workspace_id, Decimal("0.5"))
        engine.execute(made.id, "w1")
        return made

    return run


def test_a_run_whose_budget_was_only_reserved_is_woken_when_the_money_is_back(
    desk: Desk, workspace_id: UUID, broke: Callable[[], StageRun]
) -> None:
    run = broke()
    assert row(desk, run).waiting_usd == 1
    a_minute_later(workspace_id, run)
    assert look(workspace_id, run) is RunStatus.WAITING

    reserve_all(workspace_id, Decimal(1))

    assert look(workspace_id, run) is RunStatus.QUEUED
    assert row(desk, run).waiting_usd is None


def test_a_run_is_not_woken_twice_within_a_minute(
    workspace_id: UUID, broke: Callable[[], StageRun]
) -> None:
    run = broke()

    reserve_all(workspace_id, Decimal(1))

    assert look(workspace_id, run) is RunStatus.WAITING


def test_a_run_that_waits_for_an_answer_ends_with_its_deleted_project(
    desk: Desk, workspace_id: UUID
) -> None:
    run = start(desk)
    draft = QuestionDraft("which", QuestionKind.TEXT, "Which one?", (), None, timedelta(hours=-1))
    with transaction(workspace_id) as session:
        lease = timedelta(seconds=45)
        claimed = repository.claim(session, run.id, worker="w1", lease=lease, at_once=4)
        assert claimed is not None
        step = repository.steps_of(session, run.id)[0]
        repository.begin_step(session, Holder(run.id, claimed.fence), step)
        questions.open_question(session, Holder(run.id, claimed.fence), claimed, draft)
    with transaction(workspace_id) as session:
        projects.get_project(session, desk.id).deleted_at = utcnow()

    assert look(workspace_id, run) is RunStatus.CANCELLED

    with transaction(None) as session:
        assert workspace_id not in [found for found, _ in question_rows.overdue(session)]


def test_a_finished_step_stays_finished_when_checks_after_it_kill_their_workers(
    desk: Desk, workspace_id: UUID, make_engine: MakeEngine
) -> None:
    run = start(desk)
    make_engine(RESEARCH).execute(run.id, "w1")
    with transaction(workspace_id) as session:
        before = repository.steps_of(session, run.id)
        session.execute(
            update(StageRun)
            .where(col(StageRun.id) == run.id)
            .values(
                status=RunStatus.RUNNING,
                worker="w1",
                crashes=rescue.MAX_CRASHES - 1,
                finished_at=None,
            )
        )

    with transaction(workspace_id) as session:
        rescue.release(session, run.id, "w1")
        after = repository.steps_of(session, run.id)
        status = repository.get_run(session, run.id).status

    assert status is RunStatus.FAILED
    assert [each.status for each in after] == [each.status for each in before]
