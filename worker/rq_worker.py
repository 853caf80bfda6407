"""The RQ worker of pmflow: has a child do its jobs, and reconciles while it waits.

The parent uses the database between jobs only, and closes its connections before each fork.
"""

import argparse
import os
import random
import socket
import threading
import time
from importlib import import_module
from typing import Any
from uuid import UUID

from redis import Redis
from redis.client import Pipeline
from rq import Queue, Worker
from rq.exceptions import StopRequested
from rq.executions import Execution
from rq.job import Job as RqJob
from rq.serializers import JSONSerializer
from rq.worker import WorkerStatus

from pmflow_core import connections
from pmflow_core.connections import Urls
from pmflow_core.db import transaction
from pmflow_core.jobs import QUEUE, Job
from pmflow_core.settings import Settings
from worker.bootstrap import started
from worker.horse import Horse, Order, Orders
from worker.leavings import Leavings, Left
from worker.notes import NOTES
from worker.reconcile import beat, forget, is_held, reconcile

# RQ waits for a job 15 s less than this; the wait is the pause of the reconciler.
_WORKER_TTL_S = 20
# A child that was told to leave and still works is ended this much later.
OVERTIME_S = 2.0
# Who waits for a page or for the answer to a webhook goes before who works in the background.
_NICENESS = 10


class PmflowWorker(Worker):
    """Takes jobs from the one queue until it is told to stop."""

    def __init__(self, name: str, settings: Settings, urls: Urls) -> None:
        if urls.redis is None:
            raise ValueError("a worker needs Redis")
        redis = Redis.from_url(urls.redis)
        super().__init__(
            [Queue(QUEUE, connection=redis, serializer=JSONSerializer)],
            name=name,
            connection=redis,
            serializer=JSONSerializer,
            worker_ttl=_WORKER_TTL_S,
            job_monitoring_interval=5,
            log_job_description=False,
        )
        self._redis = redis
        self._settings = settings
        self._urls = urls
        self._reconciled_at = 0.0
        self._leavings = Leavings(name)
        self._crashed = False
        self._run_id: UUID | None = None
        self._held_at = 0.0
        self._horse: Horse | None = None

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Tell Redis and the database that this worker is alive, and reconcile when it is due.

        Raises:
            StopRequested: It was asked to stop and has no job in hand.
        """
        # The exception of the signal may have been raised where all are caught, as in a pool.
        if self._stop_requested and self.get_state() != WorkerStatus.BUSY:
            raise StopRequested
        super().heartbeat(timeout, pipeline)
        if self.is_horse:
            return
        if time.monotonic() - self._reconciled_at < self._settings.reconcile_s:
            return
        self._reconciled_at = time.monotonic()
        beat(self.name, "worker")
        self._leavings.give_back()
        reconcile()
        self._end_if_stuck()

    def _end_if_stuck(self) -> None:
        """Kill a child whose run has not been ours for a lease: it does not see or hear."""
        if self._run_id is None or is_held(self._run_id, self.name):
            self._held_at = time.monotonic()
        elif time.monotonic() - self._held_at > self._settings.lease_s:
            self.log.error("Worker %s: its child is stuck in run %s", self.name, self._run_id)
            self.kill_horse()

    def bootstrap(self, *settings: Any, **more: Any) -> None:
        """Have a child ready before the first job."""
        super().bootstrap(*settings, **more)
        self._fork()

    def execute_job(self, job: RqJob, queue: Queue) -> None:
        """Have the child do the job, and replace a child that ended with it."""
        run_id = UUID(job.args[0]) if job.func_name == Job.EXECUTE_RUN else None
        if run_id is not None:
            self._leavings.forget(run_id)
        self._crashed = False
        self._run_id, self._held_at = run_id, time.monotonic()
        try:
            super().execute_job(job, queue)
        finally:
            self._run_id = None
            left = NOTES.take_left()
            if run_id is not None and (left or self._crashed):
                # One that was stopped because its time was up did not crash.
                crashed = self._crashed and not NOTES.asked_to_stop()
                self._leavings.add(run_id, Left(job.id, crashed))
        if self._horse is None and not NOTES.asked_to_stop():
            self._fork()

    def handle_warm_shutdown_request(self) -> None:
        """Tell the child that we stop, and end it when its time is up and it has not left."""
        super().handle_warm_shutdown_request()
        NOTES.ask_to_stop(self._settings.drain_s)
        timer = threading.Timer(self._settings.drain_s + OVERTIME_S, self._end_child)
        timer.daemon = True
        timer.start()

    def _shutdown(self) -> None:
        self._stop_requested = True
        super()._shutdown()

    def _end_child(self) -> None:
        # Without a job there is no child to end, and 0 would mean our own process group.
        if self.horse_pid:
            self.kill_horse()

    def fork_work_horse(self, job: RqJob, queue: Queue) -> None:
        """Hand the job to the child; RQ would fork one here."""
        del queue
        assert self.execution is not None  # noqa: S101 for the type checker
        order = Order(job.id, self.execution.id)
        horse = self._horse or self._fork()
        while not horse.order(order):
            # it died idle
            self._bury(horse)
            os.waitpid(horse.pid, 0)
            horse = self._fork()
        self._horse_pid = horse.pid

    def wait_for_horse(self) -> tuple[int | None, int | None, Any]:
        """Return once the job has ended: as RQ wants it, with how its process would have ended."""
        if self._horse is not None:
            if self._horse.wait():
                return self._horse.pid, os.EX_OK, None
            self._bury(self._horse)
        how = super().wait_for_horse()
        self._crashed = how[1] != os.EX_OK
        return how

    def teardown(self) -> None:
        """Let the child go before leaving."""
        if self._horse is not None:
            self._bury(self._horse)
        super().teardown()

    def _fork(self) -> Horse:
        """Close the parent's connections, which a child must not share, then fork."""
        transaction.dispose()
        self._horse = Horse(self._serve)
        return self._horse

    def _bury(self, horse: Horse) -> None:
        self._horse = None
        horse.dismiss()

    def _serve(self, orders: Orders) -> None:
        """Connect for itself, then do jobs; runs in the child."""
        self._is_horse = True
        self._horse = None
        self.executions.clear()
        self.setup_work_horse_signals()
        random.seed()
        os.nice(_NICENESS)
        connections.connect(self._settings, self._urls)
        for order in orders:
            job = RqJob.fetch(order.job_id, connection=self._redis, serializer=JSONSerializer)
            execution = Execution(order.execution_id, job.id, self._redis, self.name)
            self.perform_job(job, self.queues[0], execution)

    def register_death(self) -> None:
        """Leave the list of those alive."""
        super().register_death()
        forget(self.name)


def main(_arguments: argparse.Namespace) -> int:
    """Take jobs until told to stop."""
    name = f"worker-{socket.gethostname()}-{os.getpid()}"
    # Read here, because what a child reads itself the next child reads again.
    import_module("worker.jobs")
    with started() as process:
        PmflowWorker(name, process.settings, process.urls).work(logging_level="WARNING")
    return 0
