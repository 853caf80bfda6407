"""The child that does a worker's jobs: one for many, a new one after a death."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pmflow_core.recipes.spec import RecipeSpec
from pmflow_core.runs.status import RunStatus
from tests.worker.conftest import Desk, House, slow_recipe
from worker.horse import Horse, Order, Orders

pytestmark = pytest.mark.processes
MakeDesk = Callable[[RecipeSpec], Desk]
DIE = Order("die", "1")
WORK = Order("work", "1")


def serve(orders: Orders) -> None:
    """Do nothing, or die as by the kernel."""
    # A child begins with its parent's peak, and the process of these tests has done much.
    orders.most_bytes = sys.maxsize
    for order in orders:
        if order == DIE:
            os.kill(os.getpid(), signal.SIGKILL)


def ended(child: Horse) -> int:
    """Return how the process ended, once it has."""
    status = os.waitpid(child.pid, 0)[1]
    child.dismiss()
    return os.waitstatus_to_exitcode(status)


def test_a_child_does_one_job_after_another() -> None:
    child = Horse(serve)

    for _ in range(3):
        assert child.order(WORK)
        assert child.wait()

    child.dismiss()
    assert os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1]) == os.EX_OK


def test_a_child_that_dies_at_its_job_has_not_ended_the_job() -> None:
    child = Horse(serve)

    assert child.order(DIE)

    assert not child.wait()
    assert ended(child) == -signal.SIGKILL


def test_a_child_that_died_idle_takes_no_job() -> None:
    child = Horse(serve)
    assert child.order(WORK)
    assert child.wait()

    os.kill(child.pid, signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    assert not child.order(WORK)
    assert ended(child) == -signal.SIGKILL


def serve_once(orders: Orders) -> None:
    """Do one job and no more."""
    orders.most_jobs = 1
    serve(orders)


def test_a_child_ends_with_its_last_job() -> None:
    child = Horse(serve_once)

    assert child.order(WORK)

    assert not child.wait(), "it ends as a process of RQ's own would, with code 0"
    assert ended(child) == os.EX_OK


def workers_of(desk: Desk) -> list[str]:
    """Return the process that worked, as the log of each run's steps says."""
    run_id = desk.run()
    assert desk.wait(run_id).status is RunStatus.COMPLETED
    return [line for line in desk.log(run_id) if "working in process" in line]


def test_runs_share_a_process_until_one_kills_it(
    house: House, make_desk: MakeDesk, tmp_path: Path
) -> None:
    desk = make_desk(slow_recipe(0.05))
    armed = tmp_path / "armed"
    house.start(PMFLOW_CRASH_POINT="step_begun", PMFLOW_CRASH_FILE=str(armed))

    before = {*workers_of(desk), *workers_of(desk)}
    armed.touch()
    after = {*workers_of(desk), *workers_of(desk)}

    assert len(before) == len(after) == 1
    assert before != after


def test_an_idle_child_leaves_with_its_worker(house: House, make_desk: MakeDesk) -> None:
    desk = make_desk(slow_recipe(0.05))
    worker = house.start()
    child = int(workers_of(desk)[0].rpartition(" ")[2])

    os.kill(worker.pid, signal.SIGKILL)

    until = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()
