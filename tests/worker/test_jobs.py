"""Offering work: once while it is done or will be, anew when nobody will do it."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from redis import Redis
from rq.job import Job as RqJob
from rq.job import JobStatus
from rq.serializers import JSONSerializer

from pmflow_core import jobs
from pmflow_core.clock import utcnow
from pmflow_core.connections import Urls
from pmflow_core.jobs import SILENT, Job

pytestmark = pytest.mark.processes
KEY = "signals-of-one-workspace"


@pytest.fixture
def redis(urls: Urls) -> Iterator[Redis]:
    """An empty server, to which this process offers its jobs."""
    assert urls.redis is not None
    with jobs.connect(urls.redis) as redis:
        redis.flushall()
        jobs.configure(urls.redis)
        yield redis
    jobs.configure(None)


def offer(redis: Redis) -> list[str]:
    jobs.enqueue(Job.PROCESS_SIGNALS, "one", job_id=KEY)
    return jobs.queue(redis).get_job_ids()


def taken(redis: Redis, status: JobStatus) -> RqJob:
    """Return the job as a worker has it that took it from the queue."""
    offer(redis)
    job = RqJob.fetch(KEY, connection=redis, serializer=JSONSerializer)
    jobs.queue(redis).remove(job)
    job.set_status(status)
    return job


def test_the_same_work_waits_once(redis: Redis) -> None:
    offer(redis)

    assert offer(redis) == [KEY]


def test_work_that_failed_is_offered_again_at_once(redis: Redis) -> None:
    taken(redis, JobStatus.FAILED)

    assert offer(redis) == [KEY]


def test_work_in_hand_is_not_offered_again(redis: Redis) -> None:
    taken(redis, JobStatus.STARTED).heartbeat(utcnow(), 60)

    assert offer(redis) == []


def test_work_whose_worker_fell_silent_is_offered_again(redis: Redis) -> None:
    long_ago = utcnow() - SILENT - timedelta(seconds=1)
    taken(redis, JobStatus.STARTED).heartbeat(long_ago, 60)

    assert offer(redis) == [KEY]


def test_work_that_just_left_the_queue_is_about_to_begin(redis: Redis) -> None:
    taken(redis, JobStatus.QUEUED)

    assert offer(redis) == []


def test_work_that_left_the_queue_and_never_began_is_offered_again(redis: Redis) -> None:
    job = taken(redis, JobStatus.QUEUED)
    job.enqueued_at = utcnow() - SILENT - timedelta(seconds=1)
    job.save()

    assert offer(redis) == [KEY]


def test_a_job_that_left_the_queue_and_never_began_counts_as_lost(redis: Redis) -> None:
    assert not jobs.is_offered("signals-1")
    jobs.enqueue(Job.PROCESS_SIGNALS, "1", job_id="signals-1")
    assert jobs.is_offered("signals-1")

    redis.delete("rq:queue:pmflow")

    assert not jobs.is_offered("signals-1")


def test_a_burst_of_offers_is_one_now_and_one_for_all_that_came_after_it(redis: Redis) -> None:
    for _ in range(50):
        jobs.enqueue_together(Job.PROCESS_SIGNALS, "one", job_id=KEY)
    waiting = jobs.queue(redis)
    assert waiting.get_job_ids() == [KEY]

    # A worker takes it before it can have seen the last of the burst.
    waiting.empty()
    until = time.monotonic() + 30
    while not waiting.get_job_ids() and time.monotonic() < until:
        time.sleep(0.02)

    assert waiting.get_job_ids() == [KEY]
