"""RQ as operators see it: its lists of jobs, its workers, and the two things to do with a job.

Rows are the truth: a job that is put back or deleted here changes when work is done, never whether.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job as RqJob
from rq.registry import BaseRegistry
from rq.serializers import JSONSerializer
from rq.worker import BaseWorker

from pmflow_core import jobs
from pmflow_core.errors import Conflict, NotFound, Unavailable
from pmflow_core.logs import get_logger
from pmflow_core.operations.schemas import (
    JobRead,
    QueueServerRead,
    RegistryRead,
    RqRead,
    RqWorkerRead,
)

log = get_logger(__name__)
T = TypeVar("T")
QUEUED = "queued"
JOBS_SHOWN = 50
LONGEST_EXCEPTION = 20_000
_REGISTRIES: Mapping[str, Callable[[Queue], BaseRegistry]] = {
    "started": lambda queue: queue.started_job_registry,
    "failed": lambda queue: queue.failed_job_registry,
    "finished": lambda queue: queue.finished_job_registry,
    "deferred": lambda queue: queue.deferred_job_registry,
    "scheduled": lambda queue: queue.scheduled_job_registry,
    "canceled": lambda queue: queue.canceled_job_registry,
}
LISTS = (QUEUED, *_REGISTRIES)


class QueueAway(Unavailable):
    """Redis does not answer; runs go on from rows when it is back."""

    code = "queue_away"


class JobCannotBeRequeued(Conflict):
    """Only a failed job can be put back into the queue."""

    code = "job_cannot_be_requeued"


def read_server(url: str) -> QueueServerRead:
    """Return the Redis server as it is now; raises QueueAway."""
    with _server(url) as redis:
        told = cast("Mapping[str, Any]", _ask(redis.info))
    return QueueServerRead(
        str(told.get("valkey_version") or told.get("redis_version") or ""),
        int(told.get("used_memory", 0)),
        int(told.get("connected_clients", 0)),
        int(told.get("uptime_in_seconds", 0)),
    )


def read_queues(url: str, shown: str = QUEUED) -> RqRead:
    """Return RQ's lists, its workers, and the first jobs of one list; raises QueueAway."""
    with _server(url) as redis:
        return _ask(lambda: _read(redis, shown))


def requeue(url: str, job_id: str, by: str) -> None:
    """Put a failed job back into the queue.

    Raises:
        QueueAway: Redis does not answer.
        NotFound: there is no such job.
        JobCannotBeRequeued: it did not fail.
    """
    with _server(url) as redis:

        def again() -> None:
            try:
                _fetch(redis, job_id).requeue()
            except (InvalidJobOperation, NoSuchJobError) as error:
                raise JobCannotBeRequeued(
                    "Only a failed job can be put back; this one is not among them."
                ) from error

        _ask(again)
    log.info("operations.job_requeued", job_id=job_id, by=by)


def delete(url: str, job_id: str, by: str) -> None:
    """Forget a job; rows offer anew what is unfinished.

    Raises:
        QueueAway: Redis does not answer.
        NotFound: there is no such job.
    """
    with _server(url) as redis:
        _ask(lambda: _fetch(redis, job_id).delete())
    log.info("operations.job_deleted", job_id=job_id, by=by)


def _server(url: str) -> "Redis":
    return jobs.connect(url)


def _ask(question: Callable[[], T]) -> T:
    try:
        return question()
    except (RedisError, OSError) as error:
        raise QueueAway("Redis does not answer. Runs go on from rows when it is back.") from error


def _read(redis: "Redis", shown: str) -> RqRead:
    queue = jobs.queue(redis)
    registries = [RegistryRead(QUEUED, queue.count)]
    for name, registry_of in _REGISTRIES.items():
        registries.append(RegistryRead(name, registry_of(queue).get_job_count(cleanup=False)))
    ids = _ids(queue, shown)
    found = RqJob.fetch_many(ids[:JOBS_SHOWN], connection=redis, serializer=JSONSerializer)
    return RqRead(
        registries,
        [_worker(worker) for worker in Worker.all(connection=redis, serializer=JSONSerializer)],
        [_job(job, shown) for job in found if job is not None],
        len(ids),
    )


def _ids(queue: Queue, shown: str) -> Sequence[str]:
    if shown == QUEUED:
        return queue.get_job_ids()
    registry_of = _REGISTRIES.get(shown)
    if registry_of is None:
        raise NotFound("RQ keeps no such list.")
    # The newest last, as RQ scores them by when they expire.
    return [registry_of(queue).parse_job_id(entry) for entry in _entries(registry_of(queue))]


def _entries(registry: BaseRegistry) -> Sequence[str]:
    return list(reversed(registry.get_job_ids(cleanup=False)))


def _fetch(redis: "Redis", job_id: str) -> RqJob:
    try:
        return RqJob.fetch(job_id, connection=redis, serializer=JSONSerializer)
    except NoSuchJobError as error:
        raise NotFound("There is no such job any more.") from error


def _job(job: RqJob, shown: str) -> JobRead:
    status = job.get_status(refresh=False)
    result = job.latest_result() if shown == "failed" else None
    exception = (result.exc_string if result is not None else None) or ""
    return JobRead(
        job.id,
        job.func_name or "",
        ", ".join(str(each) for each in job.args or ()),
        status.value if status else "",
        job.enqueued_at,
        job.started_at,
        job.ended_at,
        job.worker_name or "",
        exception[-LONGEST_EXCEPTION:],
    )


def _worker(worker: BaseWorker) -> RqWorkerRead:
    heard: datetime | None = worker.last_heartbeat
    return RqWorkerRead(
        worker.name,
        str(worker.get_state()),
        worker.get_current_job_id() or "",
        heard,
        worker.successful_job_count or 0,
        worker.failed_job_count or 0,
    )
