"""Work for the background, offered after the commit; the rows it is about are the truth.

A job carries ids only. Losing every job loses nothing: the reconciler offers again what rows say is
unfinished.
"""

import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import DuplicateJobError, NoSuchJobError
from rq.job import Job as RqJob
from rq.job import JobStatus
from rq.serializers import JSONSerializer
from sqlalchemy.orm import Session

from pmflow_core.clock import utcnow
from pmflow_core.db.hooks import on_commit
from pmflow_core.logs import get_logger

log = get_logger(__name__)
QUEUE = "pmflow"
KEEP_RESULT_S = 300
# A living worker says every 5 s that it has a job.
SILENT = timedelta(seconds=30)
# So long after its last word a worker has at least missed one; offering twice does no harm.
QUIET = timedelta(seconds=10)
# A burst of deliveries offers its workspace's work so often, not once for each.
TOGETHER_S = 0.2


class Job(StrEnum):
    """The functions workers run, by the dotted path RQ resolves."""

    EXECUTE_RUN = "worker.jobs.execute_run"
    PROCESS_SIGNALS = "worker.signal_jobs.process_signals"
    SHARE_SIGNALS = "worker.signal_jobs.share_signals"
    READ_IMPORT = "worker.signal_jobs.read_import"
    PROCESS_EVENTS = "worker.signal_jobs.process_events"
    REBUILD_THEMES = "worker.signal_jobs.rebuild_themes"
    LOAD_DEMO = "worker.signal_jobs.load_demo"
    REEMBED = "worker.signal_jobs.reembed"
    DELIVER_EFFECTS = "worker.jobs.deliver_effects"
    ISSUE_RESETS = "worker.account_jobs.issue_resets"
    DELIVER_MAIL = "worker.account_jobs.deliver_mail"
    SEND_WEBHOOKS = "worker.jobs.send_webhooks"
    OFFER_CHORES = "worker.maintenance_jobs.offer_chores"
    DO_CHORE = "worker.maintenance_jobs.do_chore"
    PURGE_WORKSPACES = "worker.maintenance_jobs.purge_workspaces"


@dataclass
class _Broker:
    redis: "Redis | None" = None


_broker = _Broker()


@dataclass
class _Gathered:
    """Which work was offered when, and which is due to be offered again."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    offered_at: dict[str, float] = field(default_factory=dict[str, float])
    due: set[str] = field(default_factory=set[str])


_gathered = _Gathered()


def configure(redis_url: str | None) -> None:
    """Point this process's later jobs at a server; None drops them, as some tests want."""
    _broker.redis = None if redis_url is None else connect(redis_url)


def connect(redis_url: str) -> "Redis":
    """Return a client that gives up after 2 s instead of holding a request."""
    return Redis.from_url(redis_url, socket_connect_timeout=2, socket_timeout=5)


def queue(redis: "Redis") -> Queue:
    """Return the queue that all workers take from; one queue, so that no job falls between two."""
    return Queue(QUEUE, connection=redis, serializer=JSONSerializer)


def enqueue_on_commit(
    session: Session, job: Job, *arguments: str, job_id: str, front: bool = False
) -> None:
    """Offer `job` to the workers once `session` has committed.

    `job_id` says which piece of work it is; the same id twice is one job while it is waiting.
    """
    on_commit(session, lambda: enqueue(job, *arguments, job_id=job_id, front=front))


def enqueue(job: Job, *arguments: str, job_id: str, front: bool = False) -> None:
    """Offer `job` now; a server that is away is logged, not raised, because rows remember."""
    if _broker.redis is None:
        return
    waiting = queue(_broker.redis)

    def offer() -> None:
        waiting.enqueue(
            job.value,
            *arguments,
            job_id=job_id,
            unique=True,
            at_front=front,
            job_timeout=-1,
            result_ttl=0,
            failure_ttl=KEEP_RESULT_S,
        )

    try:
        try:
            offer()
        except DuplicateJobError:
            _forget_if_dead(_broker.redis, waiting, job_id)
            offer()
    except DuplicateJobError:
        log.debug("job.known", job=job.value, job_id=job_id)
    except (RedisError, OSError) as error:
        log.warning("job.lost", job=job.value, job_id=job_id, error=str(error))


def enqueue_together(job: Job, *arguments: str, job_id: str) -> None:
    """As `enqueue`, for work that takes all that waits: a burst of offers becomes one each 0.2 s.

    The first goes out at once. One that comes sooner after it is kept until the time is over, so
    that each is followed by an offer; what a dying process keeps, rows still say.
    """
    now = time.monotonic()
    with _gathered.lock:
        if job_id in _gathered.due:
            return
        wait = _gathered.offered_at.get(job_id, now - TOGETHER_S) + TOGETHER_S - now
        if wait > 0:
            _gathered.due.add(job_id)
        else:
            _note_offer(job_id, now)
    if wait <= 0:
        enqueue(job, *arguments, job_id=job_id)
        return
    later = threading.Timer(wait, _offer_kept, [job, *arguments], {"job_id": job_id})
    later.daemon = True
    later.start()


def _offer_kept(job: Job, *arguments: str, job_id: str) -> None:
    with _gathered.lock:
        _gathered.due.discard(job_id)
        _note_offer(job_id, time.monotonic())
    enqueue(job, *arguments, job_id=job_id)


def _note_offer(job_id: str, now: float) -> None:
    """Remember an offer, and forget those that no later one waits for."""
    past = [each for each, at in _gathered.offered_at.items() if now - at > TOGETHER_S]
    for each in past:
        del _gathered.offered_at[each]
    _gathered.offered_at[job_id] = now


def _forget_if_dead(redis: "Redis", waiting: Queue, job_id: str) -> None:
    """Forget a job that nobody will do: it failed, or its worker died with it."""
    try:
        known = RqJob.fetch(job_id, connection=redis, serializer=JSONSerializer)
    except NoSuchJobError:
        return
    status = known.get_status(refresh=False)
    if status is JobStatus.QUEUED and waiting.get_job_position(known) is not None:
        return
    signs = {JobStatus.QUEUED: known.enqueued_at, JobStatus.STARTED: known.last_heartbeat}
    alive_at = signs.get(status) if status else None
    if alive_at is None or utcnow() - alive_at > SILENT:
        known.delete()


def is_offered(job_id: str) -> bool:
    """Return whether a worker has that job or will take it; True also when nobody can tell.

    One that has left the queue and did not begin, or began and fell quiet, is lost with the worker
    that took it. Where that worker is only slow the job is offered twice, which does no harm.
    """
    if _broker.redis is None:
        return True
    try:
        known = RqJob.fetch(job_id, connection=_broker.redis, serializer=JSONSerializer)
        if known.get_status(refresh=False) is JobStatus.QUEUED:
            return queue(_broker.redis).get_job_position(known) is not None
        began = known.get_status(refresh=False) is JobStatus.STARTED
        heard = known.last_heartbeat or known.started_at
        return began and heard is not None and utcnow() - heard < QUIET
    except NoSuchJobError:
        return False
    except (RedisError, OSError):
        return True
