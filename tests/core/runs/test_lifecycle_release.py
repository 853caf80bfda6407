"""A run whose worker has left it goes on; whether that was a crash is said by who saw it."""

from datetime import timedelta

import pytest

from pmflow_core.db.transaction import transaction
from pmflow_core.runs import repository, rescue
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.repository import Holder
from pmflow_core.runs.status import RunStatus, StepStatus
from tests.core.runs.lifecycle import row, start, steps
from tests.core.runs.staging import Desk


@pytest.fixture
def running(desk: Desk) -> StageRun:
    """A run in the middle of its first step."""
    run = start(desk)
    lease = timedelta(seconds=45)
    with transaction(desk.actor.workspace_id) as session:
        claimed = repository.claim(session, run.id, worker="w1", lease=lease, at_once=4)
        assert claimed is not None
        first = repository.steps_of(session, run.id)[0]
        assert repository.begin_step(session, Holder(run.id, claimed.fence), first)
    return run


@pytest.mark.parametrize(("crashed", "crashes"), [(True, 1), (False, 0)])
def test_only_a_crash_is_counted(
    desk: Desk, running: StageRun, *, crashed: bool, crashes: int
) -> None:
    with transaction(desk.actor.workspace_id) as session:
        rescue.release(session, running.id, "w1", crashed=crashed)

    found = row(desk, running)
    assert (found.status, found.crashes) == (RunStatus.QUEUED, crashes)
    assert (found.worker, found.lease_until, found.dispatch) == (None, None, 2)


def test_a_step_that_was_stopped_is_pending_again(desk: Desk, running: StageRun) -> None:
    with transaction(desk.actor.workspace_id) as session:
        rescue.release(session, running.id, "w1", crashed=False)

    assert steps(desk, running)[0].status is StepStatus.PENDING


def test_a_run_that_another_worker_has_is_not_released(desk: Desk, running: StageRun) -> None:
    with transaction(desk.actor.workspace_id) as session:
        rescue.release(session, running.id, "w2", crashed=False)

    assert row(desk, running).status is RunStatus.RUNNING


def test_a_queued_run_whose_job_is_lost_is_offered_anew(desk: Desk) -> None:
    run = start(desk)
    with transaction(desk.actor.workspace_id) as session:
        found = repository.get_run(session, run.id)
        assert found.dispatched_at is not None
        assert rescue.offer_of(session, run.id) is None
        found.dispatched_at -= timedelta(seconds=5)
        session.flush()
        offer = rescue.offer_of(session, run.id)
        rescue.rescue(session, run.id)
        assert repository.get_run(session, run.id).dispatch == 1
        rescue.rescue(session, run.id, offer)

    assert row(desk, run).dispatch == 2
