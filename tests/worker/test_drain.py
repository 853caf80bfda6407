"""A worker that is asked to stop hands its run over; nothing of it fails and nothing is a crash."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from pmflow_core.db.transaction import transaction
from pmflow_core.recipes.spec import RecipeSpec, StepSpec
from pmflow_core.runs import service
from pmflow_core.runs.status import RunStatus, StepStatus
from tests.worker.conftest import ROOT, Desk, House, slow_recipe

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


CATCHES_ALL = """
import os, signal, time
from pmflow_core.connections import Urls, connect
from pmflow_core.settings import get_settings
from rq.exceptions import StopRequested
from worker.rq_worker import PmflowWorker

settings = get_settings()
urls = Urls(settings.database_url.get_secret_value(), settings.redis_url.get_secret_value())
connect(settings, urls)
worker = PmflowWorker("worker-that-catches-all", settings, urls)
signal.signal(signal.SIGTERM, worker.request_stop)
worker.heartbeat()
try:
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)
except Exception as caught:
    print(type(caught).__name__)
try:
    worker.heartbeat()
except StopRequested:
    print("left")
"""


def test_a_request_that_somebody_caught_is_obeyed_at_the_next_heartbeat(house: House) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CATCHES_ALL],
        env={
            **os.environ,
            "DATABASE_URL": house.urls.database,
            "REDIS_URL": house.urls.redis or "",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    # Its log, which tells of the runs that other tests left, goes the same way.
    said = [line for line in done.stdout.splitlines() if line in {"StopRequested", "left"}]
    assert said == ["StopRequested", "left"], done.stdout + done.stderr
