"""A worker that is asked to stop hands its run over; nothing of it fails and nothing is a crash."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from rq.exceptions import StopRequested

from pmflow_core.db.transaction import transaction
from pmflow_core.recipes.spec import RecipeSpec, StepSpec
from pmflow_core.runs import service
from pmflow_core.runs.status import RunStatus, StepStatus
from pmflow_core.settings import Settings
from tests.worker.conftest import Desk, House, slow_recipe
from worker import rq_worker
from worker.notes import Notes

pytestmark = pytest.mark.processes
MakeDesk = Callable[[RecipeSpec], Desk]


def test_a_stopped_worker_finishes_its_step_and_hands_the_run_over(
    house: House, make_desk: MakeDesk
) -> None:
    desk = make_desk(slow_recipe(1.0))
    worker = house.start()
    run_id = desk.run()
    desk.wait_for_line(run_id, "First started", 60)

    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=30) == 0
    between = desk.read(run_id)
    house.start()
    ended = desk.wait(run_id)

    assert (between.status, between.crashes, between.lease_until) == (RunStatus.QUEUED, 0, None)
    assert between.dispatch == 2
    assert ended.status is RunStatus.COMPLETED, ended.failure_message
    assert [step.attempts for step in desk.steps(run_id)] == [1, 1]
    assert "handed over at a step boundary because its worker stops" in desk.log(run_id)


@pytest.mark.parametrize("skill", ["slow_document", "deaf_sleep"])
def test_a_step_that_outlasts_the_drain_is_given_back_unharmed(
    house: House, make_desk: MakeDesk, skill: str
) -> None:
    params = {"seconds": 60}
    step = StepSpec(key="first", title="First", skill=skill, params=params)
    desk = make_desk(RecipeSpec(stage="discovery", title="Work long", steps=(step,)))
    worker = house.start(PMFLOW_DRAIN_S="0.5")
    run_id = desk.run()
    desk.wait_for_line(run_id, "First started", 60)
    time.sleep(0.3)

    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=30) == 0

    run = desk.read(run_id)
    with transaction(desk.workspace_id) as session:
        service.cancel(session, desk.actor, run_id)
    assert time.monotonic() - began < 20
    assert (run.status, run.crashes) == (RunStatus.QUEUED, 0)
    assert desk.steps(run_id)[0].status is StepStatus.PENDING
    assert any("handed over" in line for line in desk.log(run_id))


@pytest.fixture
def worker(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[rq_worker.PmflowWorker]:
    """A worker in this process, whose signals and notes are put back afterwards."""
    monkeypatch.setattr(rq_worker, "NOTES", Notes())
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield rq_worker.PmflowWorker("worker-here", Settings(), house.urls)
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_a_request_that_somebody_caught_is_obeyed_at_the_next_heartbeat(
    worker: rq_worker.PmflowWorker,
) -> None:
    worker.heartbeat()

    with suppress(StopRequested):
        worker.request_stop(signal.SIGTERM, None)

    with pytest.raises(StopRequested):
        worker.heartbeat()
