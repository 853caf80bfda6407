"""The RQ worker of pmflow: forks one child a job, and reconciles while it waits.

The parent uses the database between jobs only, and closes its connections before each fork.
"""

import argparse
import os
import socket
import time
from importlib import import_module
from typing import Any, NoReturn
from uuid import UUID

from redis import Redis
from redis.client import Pipeline
from rq import Queue, Worker
from rq.job import Job as RqJob
from rq.serializers import JSONSerializer
from sqlalchemy.orm import configure_mappers

from pmflow_core import connections
from pmflow_core.connections import Urls
from pmflow_core.db import transaction
from pmflow_core.jobs import QUEUE, Job
from pmflow_core.settings import Settings
from worker.bootstrap import started
from worker.reconcile import beat, forget, reconcile, release
from worker.supervisor import several_workers

# RQ waits for a job 15 s less than this; the wait is the pause of the reconciler.
_WORKER_TTL_S = 20


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
            work_horse_killed_handler=self._horse_died,
        )
        self._settings = settings
        self._urls = urls
        self._reconciled_at = 0.0

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Tell Redis and the database that this worker is alive, and reconcile when it is due."""
        super().heartbeat(timeout, pipeline)
        if time.monotonic() - self._reconciled_at < self._settings.reconcile_s:
            return
        self._reconciled_at = time.monotonic()
        beat(self.name, "worker")
        reconcile()

    def fork_work_horse(self, job: RqJob, queue: Queue) -> None:
        """Close the parent's connections, which a child must not share, then fork."""
        transaction.dispose()
        super().fork_work_horse(job, queue)

    def main_work_horse(self, job: RqJob, queue: Queue) -> NoReturn:
        """Connect the child for itself, then do the job."""
        connections.connect(self._settings, self._urls)
        super().main_work_horse(job, queue)

    def register_death(self) -> None:
        """Leave the list of those alive."""
        super().register_death()
        forget(self.name)

    def _horse_died(self, job: RqJob, *_how: Any) -> None:
        """Give the dead child's run to the next worker at once; the lease is for vanished hosts."""
        if job.func_name == Job.EXECUTE_RUN:
            release(UUID(job.args[0]), self.name)


def main(arguments: argparse.Namespace) -> int:
    """Take jobs until told to stop, in as many processes as asked for."""
    if arguments.n > 1:
        return several_workers(arguments.n)
    name = f"worker-{socket.gethostname()}-{os.getpid()}"
    _read_once()
    with started() as process:
        PmflowWorker(name, process.settings, process.urls).work(logging_level="WARNING")
    return 0


def _read_once() -> None:
    """Read here what every child needs: what a child reads itself, it reads again for each job."""
    import_module("worker.jobs")
    configure_mappers()
