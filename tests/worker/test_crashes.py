"""Runs survive the death of whatever works on them; real processes, really killed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis

from pmflow_core.recipes.spec import RecipeSpec
from pmflow_core.runs.crashpoints import CRASH_POINTS
from pmflow_core.runs.status import FailureClass, RunStatus, StepStatus
from tests.worker.conftest import Desk, House, slow_recipe

pytestmark = pytest.mark.processes
MakeDesk = Callable[[RecipeSpec], Desk]
BOTH_STEPS = [("first", 1), ("second", 2)]


@pytest.mark.parametrize("point", CRASH_POINTS)
def test_a_run_finishes_wherever_its_worker_dies(
    house: House, make_desk: MakeDesk, tmp_path: Path, point: str
) -> None:
    armed = tmp_path / "armed"
    armed.touch()
    desk = make_desk(slow_recipe(0.1))
    house.start(PMFLOW_CRASH_POINT=point, PMFLOW_CRASH_FILE=str(armed))

    run_id = desk.run()
    ended = desk.wait(run_id)

    assert not armed.exists(), "the crash point was never reached"
    assert ended.status is RunStatus.COMPLETED, ended.failure_message
    assert desk.versions() == BOTH_STEPS
    assert {step.status for step in desk.steps(run_id)} == {StepStatus.COMPLETED}


def test_another_worker_goes_on_when_a_host_vanishes(house: House, make_desk: MakeDesk) -> None:
    desk = make_desk(slow_recipe(1.5))
    lost = house.start()
    run_id = desk.run()
    desk.wait_for_line(run_id, "Second started")
    house.start()

    house.kill(lost)
    ended = desk.wait(run_id)

    assert ended.status is RunStatus.COMPLETED, ended.failure_message
    assert ended.fence == 2
    assert desk.versions() == BOTH_STEPS
    first = desk.steps(run_id)[0]
    assert first.attempts == 1, "a finished step was worked again"


def test_an_emptied_queue_is_rebuilt_from_the_rows(house: House, make_desk: MakeDesk) -> None:
    desks = [make_desk(slow_recipe(0.05)) for _ in range(5)]
    runs = [(desk, desk.run()) for desk in desks]
    assert house.urls.redis is not None
    with Redis.from_url(house.urls.redis) as redis:
        redis.flushall()
    house.start()

    ended = [desk.wait(run_id) for desk, run_id in runs]

    assert {run.status for run in ended} == {RunStatus.COMPLETED}


def test_a_step_that_kills_its_worker_is_quarantined_after_three(
    house: House, make_desk: MakeDesk
) -> None:
    desk = make_desk(slow_recipe(0, skill="poison"))
    house.start()

    run_id = desk.run()
    ended = desk.wait(run_id)

    assert ended.status is RunStatus.FAILED
    assert ended.failure_class is FailureClass.QUARANTINED
    assert desk.steps(run_id)[0].attempts == 3
