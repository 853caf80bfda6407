"""The scheduler's clock: our queue, our serializer, once while it waits, and rows decide."""

import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from redis import Redis
from rq.cron import CronScheduler
from rq.job import Job as RqJob
from rq.serializers import JSONSerializer

from pmflow_core import jobs
from pmflow_core.accounts.actor import Actor
from pmflow_core.automation import maintenance
from pmflow_core.automation.schemas import RoundRead
from pmflow_core.clock import utcnow
from pmflow_core.connections import Urls
from pmflow_core.db.transaction import transaction
from pmflow_core.jobs import Job
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn
from tests.conftest import make_workspace
from tests.worker.conftest import House
from worker.cron import SCHEDULE, Cron

pytestmark = pytest.mark.processes


@pytest.fixture
def redis(urls: Urls) -> Iterator[Redis]:
    """An empty server, to which this process offers its jobs."""
    assert urls.redis is not None
    with jobs.connect(urls.redis) as redis:
        redis.flushall()
        jobs.configure(urls.redis)
        yield redis
    jobs.configure(None)


def strike(cron: Cron) -> None:
    """Let the clock say that everything is due."""
    for entry in cron.entries():
        entry.next_enqueue_time = utcnow() - timedelta(seconds=1)
    cron.tick()


def test_what_is_due_is_offered_once_and_a_worker_can_read_it(redis: Redis, urls: Urls) -> None:
    cron = Cron("scheduler-test", urls.redis)
    cron.tick()
    assert jobs.queue(redis).get_job_ids() == []

    strike(cron)
    strike(cron)

    offered = [
        RqJob.fetch(waiting, connection=redis, serializer=JSONSerializer)
        for waiting in jobs.queue(redis).get_job_ids()
    ]
    assert [job.func_name for job in offered] == [job.value for job, _ in SCHEDULE]
    assert Job.OFFER_CHORES in [job.func_name for job in offered]
    assert {tuple(job.args) for job in offered} == {()}
    (known,) = CronScheduler.all(redis)
    assert known.name == "scheduler-test"
    cron.leave()
    assert CronScheduler.all(redis) == []


def test_the_clock_goes_on_after_redis_was_emptied(redis: Redis, urls: Urls) -> None:
    cron = Cron("scheduler-test", urls.redis)
    strike(cron)
    redis.flushall()

    strike(cron)

    assert len(jobs.queue(redis).get_job_ids()) == len(SCHEDULE)
    assert [each.name for each in CronScheduler.all(redis)] == ["scheduler-test"]


def test_without_redis_or_with_one_that_is_away_the_scheduler_goes_on() -> None:
    for url in (None, "redis://127.0.0.1:1/0"):
        cron = Cron("scheduler-test", url)
        strike(cron)
        cron.leave()


def rounds(workspace_id: UUID) -> list[RoundRead]:
    with transaction(workspace_id) as session:
        return maintenance.list_rounds(session, Actor.system(workspace_id))


def wait_until_done(workspace_id: UUID, seconds: float = 40) -> list[RoundRead]:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = rounds(workspace_id)
        if found and all(each.finished_at for each in found):
            return found
        time.sleep(0.1)
    raise AssertionError(f"still {rounds(workspace_id)}")


def test_a_worker_does_what_is_due_and_losing_every_job_loses_nothing(
    house: House, urls: Urls
) -> None:
    workspace_id = make_workspace()
    with transaction(workspace_id) as session:
        actor = Actor.system(workspace_id)
        rows = [SignalIn(text="Export fails")]
        signals.ingest(session, actor, rows, source=Source.API)
        maintenance.request_due(session, actor)
    assert urls.redis is not None
    with Redis.from_url(urls.redis) as redis:
        redis.flushall()

    jobs.enqueue(Job.OFFER_CHORES, job_id="cron-offer_chores")
    house.start()

    done = wait_until_done(workspace_id)
    assert {each.error for each in done} == {None}
    assert len(done) == len({each.chore for each in done}) == len(maintenance.EVERY) - 1
