"""The alarm about a run that waits for workers that do not exist."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from pmflow_core.activity import service as activity
from pmflow_core.board.reads import read_why
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.runs import repository, rescue
from pmflow_core.runs.alarms import KIND
from pmflow_core.runs.models import StageRun, WorkerHeartbeat
from tests.core.runs.lifecycle import show, start
from tests.core.runs.staging import Desk

AGE = timedelta(minutes=6)


@pytest.fixture
def old_run(desk: Desk) -> StageRun:
    """A run that was queued six minutes ago, while no worker lives."""
    run = start(desk)
    with transaction(None) as session:
        session.execute(delete(WorkerHeartbeat))
    with transaction(desk.actor.workspace_id) as session:
        repository.get_run(session, run.id).queued_at = utcnow() - AGE
    return run


def rescue_it(desk: Desk, run: StageRun, patience: timedelta = timedelta(minutes=5)) -> None:
    with transaction(desk.actor.workspace_id) as session:
        rescue.rescue(session, run.id, patience=patience)


def alarms(desk: Desk) -> list[str]:
    with transaction(desk.actor.workspace_id) as session:
        found = activity.list_activity(session, desk.id)
        return [each.text for each in found if each.kind == KIND]


def test_a_run_that_waits_long_with_no_worker_alive_raises_an_alarm(
    desk: Desk, old_run: StageRun
) -> None:
    rescue_it(desk, old_run)

    with transaction(desk.actor.workspace_id) as session:
        why = read_why(session, desk.actor, desk.id)
    said = f"Run {old_run.number} is queued for 6 min and no worker is alive"
    assert alarms(desk) == [said]
    assert said in [line.text for line in show(desk, old_run).lines]
    assert why.reason == "Queued for 6 min, but no worker is alive"
    assert (why.next_action, why.owner) == ("Start a worker", "Operator")


def test_an_age_alarm_is_not_reset_by_its_own_comment(desk: Desk, old_run: StageRun) -> None:
    """Failure 11: An age alarm was reset by the auditor's own comment."""
    rescue_it(desk, old_run)
    before = read_reason(desk)
    with transaction(desk.actor.workspace_id) as session:
        activity.record(session, desk.actor, desk.id, "comment", "Looked at it")

    for _ in range(3):
        rescue_it(desk, old_run)

    assert len(alarms(desk)) == 1
    assert read_reason(desk) == before == "Queued for 6 min, but no worker is alive"


def test_there_is_no_alarm_while_the_run_is_young_or_a_worker_lives(
    desk: Desk, old_run: StageRun
) -> None:
    rescue_it(desk, old_run, patience=timedelta(minutes=7))
    with transaction(None) as session:
        worker = WorkerHeartbeat(name="w", role="worker", host="h", pid=1, seen_at=utcnow())
        repository.beat(session, worker)
    rescue_it(desk, old_run)

    assert alarms(desk) == []


def read_reason(desk: Desk) -> str:
    with transaction(desk.actor.workspace_id) as session:
        return read_why(session, desk.actor, desk.id).reason
