"""The clock of the scheduler: RQ's cron with our queue, which offers jobs that look at rows.

What is due is said by rows alone. Redis only shows operators the schedule, and losing it, or a
second scheduler, changes nothing but how often somebody looks.
"""

import logging

from redis import Redis
from redis.exceptions import RedisError
from rq.cron import CronJob, CronScheduler
from rq.exceptions import SchedulerNotFound
from rq.job import Job as RqJob

from pmflow_core import jobs
from pmflow_core.jobs import Job
from pmflow_core.logs import get_logger

log = get_logger(__name__)
SCHEDULE = ((Job.OFFER_CHORES, "*/5 * * * *"), (Job.PURGE_WORKSPACES, "17 * * * *"))
"""Cron strings are read in local time."""


class OurJob(CronJob):
    """A job of the schedule, put into our queue: RQ's own way would use pickle."""

    def enqueue(self, connection: "Redis") -> RqJob:
        """Offer the job; while the one before still waits there is only that one."""
        job_id = f"cron-{self.func_name.rpartition('.')[2]}"
        jobs.enqueue(Job(self.func_name), job_id=job_id)
        return RqJob(job_id, connection=connection)


class Cron:
    """The schedule of this process; without Redis there are no jobs, and nothing happens."""

    def __init__(self, name: str, redis_url: str | None) -> None:
        self._scheduler: CronScheduler | None = None
        if redis_url is not None:
            # It tells of every look otherwise.
            logging.getLogger("rq.cron").setLevel(logging.WARNING)
            self._scheduler = CronScheduler(jobs.connect(redis_url), "WARNING", name)
            for job, cron in SCHEDULE:
                entry = OurJob(jobs.QUEUE, func_name=job.value, cron=cron)
                self._scheduler.get_jobs().append(entry)

    def entries(self) -> list[CronJob]:
        """Return the schedule with when each entry is due next; empty without Redis."""
        return [] if self._scheduler is None else self._scheduler.get_jobs()

    def tick(self) -> None:
        """Offer what the clock says is due; a Redis that is away is logged."""
        if self._scheduler is None:
            return
        try:
            if self._scheduler.enqueue_jobs():
                self._scheduler.save()
            # It lists the scheduler too, also again after Redis was emptied.
            self._scheduler.heartbeat()
        except (RedisError, OSError) as error:
            log.warning("cron.missed", error=str(error))

    def leave(self) -> None:
        """Leave the list of schedulers, when the process stops in order."""
        if self._scheduler is None:
            return
        try:
            self._scheduler.register_death()
        except (RedisError, OSError, SchedulerNotFound) as error:
            log.warning("cron.kept", error=str(error))
