"""An age is counted from what is waited for; nothing that is said about it makes it younger."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from pmflow_core.activity import service as activity
from pmflow_core.board import reads
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.runs import repository, rescue
from pmflow_core.runs.alarms import KIND
from pmflow_core.runs.models import StageRun, WorkerHeartbeat
from tests.core.runs import lifecycle
from tests.core.runs.staging import Desk

AGE = timedelta(minutes=6)


@pytest.fixture
def old_run(desk: Desk) -> StageRun:
    """A run that was queued six minutes ago, while no worker lives."""
    run = lifecycle.start(desk)
    with transaction(None) as session:
        session.execute(delete(WorkerHeartbeat))
    with transaction(desk.actor.workspace_id) as session:
        repository.get_run(session, run.id).queued_at = utcnow() - AGE
    return run


def comment(desk: Desk, kind: str) -> None:
    with transaction(desk.actor.workspace_id) as session:
        activity.record(session, desk.actor, desk.id, kind, "The audit has looked at this")


def alarms_after_a_sweep(desk: Desk, run: StageRun) -> int:
    with transaction(desk.actor.workspace_id) as session:
        rescue.rescue(session, run.id)
        found = activity.list_activity(session, desk.id)
    return sum(each.kind == KIND and "is queued for 6 min" in each.text for each in found)


@pytest.mark.parametrize("kind", ["comment", "run", "document"])
def test_what_is_written_before_the_alarm_does_not_put_it_off(
    desk: Desk, old_run: StageRun, kind: str
) -> None:
    """Failure 11: An age alarm was reset by the auditor's own comment."""
    comment(desk, kind)

    assert alarms_after_a_sweep(desk, old_run) == 1


def test_neither_the_alarm_nor_a_comment_makes_the_card_younger(
    desk: Desk, old_run: StageRun
) -> None:
    """Failure 11: An age alarm was reset by the auditor's own comment."""
    with transaction(desk.actor.workspace_id) as session:
        before = reads.read_board(session, desk.actor).cards[0]

    raised = [alarms_after_a_sweep(desk, old_run)]
    comment(desk, "comment")
    raised.append(alarms_after_a_sweep(desk, old_run))

    with transaction(desk.actor.workspace_id) as session:
        after = reads.read_board(session, desk.actor).cards[0]
    assert raised == [1, 1]
    assert (after.stage_since, after.reason) == (before.stage_since, before.reason)
    assert lifecycle.row(desk, old_run).queued_at <= utcnow() - AGE
