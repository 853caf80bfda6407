"""The installation as operators see it, in rows."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from pmflow_core.operations.alarms import SILENT_S, Alarm, Surroundings
from pmflow_core.operations.schemas import (
    JobRead,
    OpenRunRead,
    OperationsRead,
    ProcessRead,
    QueueServerRead,
    ReembeddingRead,
    RqWorkerRead,
    WorkRead,
)
from pmflow_ui.figures import duration

PACKAGES = ("pmflow", "reflex", "rq", "sqlmodel", "pgvector")
_WORK: Mapping[tuple[str, str], tuple[str, str]] = {
    ("runs", "queued"): ("Runs queued", "queued"),
    ("runs", "running"): ("Runs running", "running"),
    ("runs", "waiting"): ("Runs waiting for a person or money", "waiting"),
    ("signals", "unprocessed"): ("Signals to be read", "queued"),
    ("imports", "running"): ("Imports under way", "running"),
    ("deliveries", "received"): ("Deliveries received", "queued"),
    ("deliveries", "failed"): ("Deliveries failed", "failed"),
    ("effects", "pending"): ("Effects to carry out", "queued"),
    ("effects", "failed"): ("Effects failed", "failed"),
    ("webhooks", "failing"): ("Webhooks failing", "failed"),
    ("webhooks", "disabled"): ("Webhooks switched off after failing", "failed"),
    ("messages", "pending"): ("Webhook messages to be sent", "queued"),
    ("messages", "failed"): ("Webhook messages given up in 24 h", "failed"),
}


@dataclass(frozen=True)
class AlarmRow:
    """Something that needs an operator."""

    level: str
    text: str
    action: str


@dataclass(frozen=True)
class ServerRow:
    """A server or a disk, how it is, and its figures."""

    name: str
    state: str
    words: str
    facts: list[str]


@dataclass(frozen=True)
class ProcessRow:
    """A worker or a scheduler."""

    name: str
    role: str
    place: str
    seen_at: str
    is_silent: bool
    run: str


@dataclass(frozen=True)
class WorkRow:
    """How much of one kind of work is open."""

    label: str
    state: str
    many: str
    oldest: str


@dataclass(frozen=True)
class RunRow:
    """A run that has not ended."""

    id: str
    name: str
    workspace: str
    stage: str
    status: str
    why: str
    queued_at: str
    worker: str
    can_rescue: bool


@dataclass(frozen=True)
class ChangeRow:
    """A change of the embedding model that is under way."""

    workspace: str
    model: str
    words: str
    percent: int
    since: str
    failed: bool


@dataclass(frozen=True)
class JobRow:
    """A job of RQ."""

    id: str
    function: str
    arguments: str
    status: str
    at: str
    worker: str
    exception: str
    can_requeue: bool
    can_delete: bool


@dataclass(frozen=True)
class RqWorkerRow:
    """A worker as RQ knows it."""

    name: str
    state: str
    job: str
    heard_at: str
    done: str


def servers(
    read: OperationsRead, redis: QueueServerRead | None, around: Surroundings
) -> list[ServerRow]:
    """Return the database, Redis and the disk."""
    database = read.database
    current = database.revision == around.head
    up = duration((database.now - database.up_since).total_seconds())
    return [
        ServerRow(
            "PostgreSQL",
            "completed" if current else "failed",
            f"{database.version}, up {up}",
            [
                f"{_size(database.size_bytes)} of data",
                f"{database.connections} of {database.max_connections} connections",
                f"migration {database.revision}" if current else "not migrated",
            ],
        ),
        _redis(redis),
        ServerRow(
            "Disk of the data folder",
            "completed" if around.disk_free * 10 >= around.disk_total else "failed",
            f"{_size(around.disk_free)} free",
            [f"of {_size(around.disk_total)}"],
        ),
    ]


def versions() -> list[tuple[str, str]]:
    """Return what runs here, and in which version."""
    found = [("Python", platform.python_version())]
    for name in PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return found


def as_alarm(alarm: Alarm) -> AlarmRow:
    """Return an alarm."""
    return AlarmRow(alarm.level.value, alarm.text, alarm.action)


def as_process(process: ProcessRead) -> ProcessRow:
    """Return a process."""
    return ProcessRow(
        process.name,
        process.role,
        f"{process.host}, process {process.pid}",
        process.seen_at.isoformat(),
        process.silent_s > SILENT_S,
        str(process.run_id or ""),
    )


def as_work(work: WorkRead) -> WorkRow:
    """Return how much of one kind of work is open."""
    label, state = _WORK.get((work.kind, work.state), (f"{work.kind} {work.state}", "queued"))
    return WorkRow(label, state, f"{work.many:,}", _iso(work.oldest))


def as_run(run: OpenRunRead) -> RunRow:
    """Return a run that has not ended."""
    return RunRow(
        id=str(run.id),
        name=f"Run {run.number}",
        workspace=run.workspace,
        stage=run.stage,
        status=run.status,
        why=_why(run),
        queued_at=run.queued_at.isoformat(),
        worker=run.worker or "",
        can_rescue=run.status != "waiting",
    )


def as_change(change: ReembeddingRead) -> ChangeRow:
    """Return a change of the embedding model."""
    return ChangeRow(
        change.workspace,
        change.model,
        f"{change.done:,} of {change.total:,} signals",
        round(100 * change.done / max(1, change.total)),
        change.since.isoformat(),
        change.failed,
    )


def as_job(job: JobRead) -> JobRow:
    """Return a job of RQ."""
    return JobRow(
        job.id,
        job.function.rpartition(".")[2],
        job.arguments,
        job.status,
        _iso(job.ended_at or job.started_at or job.enqueued_at),
        job.worker,
        job.exception,
        job.status == "failed",
        job.status != "started",
    )


def as_rq_worker(worker: RqWorkerRead) -> RqWorkerRow:
    """Return a worker as RQ knows it."""
    return RqWorkerRow(
        worker.name,
        worker.state,
        worker.job_id,
        _iso(worker.heard_at),
        f"{worker.succeeded:,} done, {worker.failed:,} failed",
    )


def _redis(read: QueueServerRead | None) -> ServerRow:
    if read is None:
        return ServerRow("Redis", "failed", "does not answer", ["rows keep all work until then"])
    return ServerRow(
        "Redis",
        "completed",
        f"{read.version}, up {duration(read.uptime_s)}",
        [f"{_size(read.used_bytes)} in use", f"{read.clients} clients"],
    )


def _why(run: OpenRunRead) -> str:
    if run.overdue_s is not None and run.status == "running":
        return f"lease ran out {duration(run.overdue_s)} ago"
    if run.waiting_for:
        return f"waits for {'an answer' if run.waiting_for == 'question' else 'money'}"
    return f"lost its worker {run.crashes} times" if run.crashes else ""


def _size(size: int) -> str:
    for unit, one in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6)):
        if size >= one:
            return f"{size / one:,.1f} {unit}"
    return f"{size / 1000:,.0f} kB"


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""
