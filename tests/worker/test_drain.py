"""A worker that is asked to stop hands its run over; nothing of it fails and nothing is a crash."""

import signal
import time
from collections.abc import Callable

import pytest

from pmflow_core.db.transaction import transaction
from pmflow_core.recipes.spec import RecipeSpec, StepSpec
from pmflow_core.runs import service
from pmflow_core.runs.status import RunStatus, StepStatus
from tests.worker.conftest import Desk, House, slow_recipe

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
