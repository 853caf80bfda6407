"""What in an installation needs an operator, decided from what was read of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pmflow_core.operations.schemas import OperationsRead

SILENT_S = 60.0  # a living process says so every few seconds
LEASE_GRACE_S = 60.0  # by then the reconciler has taken a run back
FAILING_S = 3600.0  # by then a receiver that was only started anew is back
LOW_DISK = 0.1
MANY_CONNECTIONS = 0.8


class Level(StrEnum):
    """How much an alarm hurts."""

    CRITICAL = "critical"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that needs an operator, and what to do about it."""

    level: Level
    text: str
    action: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What rows do not tell: whether Redis answers, the newest migration, room on the disk."""

    redis_answers: bool
    head: str | None
    disk_free: int
    disk_total: int
    patience_s: float


def alarms(read: OperationsRead, around: Surroundings) -> list[Alarm]:
    """Return what needs an operator, the worst first."""
    found = [
        *_processes(read, around),
        *_runs(read, around),
        *_webhooks(read),
        *_servers(read, around),
    ]
    return sorted(found, key=lambda alarm: list(Level).index(alarm.level))


def _processes(read: OperationsRead, around: Surroundings) -> Iterator[Alarm]:
    alive = [each.role for each in read.processes if each.silent_s <= SILENT_S]
    if "worker" not in alive:
        yield Alarm(
            Level.CRITICAL, "No worker is alive.", "Start `pmflow worker`; no run goes on without."
        )
    if "scheduler" not in alive:
        yield Alarm(
            Level.HIGH,
            "No scheduler is alive.",
            "Start `pmflow scheduler`; automation and maintenance wait for it.",
        )
    silent = [each.name for each in read.processes if each.silent_s > SILENT_S]
    if silent:
        yield Alarm(
            Level.HIGH,
            f"Silent for more than a minute: {', '.join(silent[:3])}.",
            "Its process died without a word; its runs are taken over by themselves.",
        )
    if not around.redis_answers:
        yield Alarm(
            Level.CRITICAL, "Redis does not answer.", "Start it; rows keep all work until then."
        )


def _runs(read: OperationsRead, around: Surroundings) -> Iterator[Alarm]:
    now = read.database.now
    queued = [run for run in read.runs if run.status == "queued"]
    waited = max(((now - run.queued_at).total_seconds() for run in queued), default=0.0)
    if waited > around.patience_s:
        yield Alarm(
            Level.HIGH,
            f"A run is queued for {int(waited // 60)} min.",
            "Start more workers, or look what the running ones are busy with.",
        )
    overdue = [run for run in read.runs if (run.overdue_s or 0) > LEASE_GRACE_S]
    if any(run.status == "running" for run in overdue):
        yield Alarm(
            Level.CRITICAL,
            "A run's lease ran out more than a minute ago and nobody took it over.",
            "No reconciler works: start a worker or the scheduler, or rescue the run below.",
        )
    for kind, one in (("deliveries", "delivery"), ("effects", "effect")):
        failed = read.many(kind, "failed")
        if failed:
            noun = f"{failed:,} {one if failed == 1 else kind}"
            yield Alarm(
                Level.HIGH,
                f"{noun} failed for good.",
                "Their workspaces' pages say why and offer them again.",
            )


def _webhooks(read: OperationsRead) -> Iterator[Alarm]:
    given_up = read.many("messages", "failed")
    if given_up:
        noun = "webhook message was" if given_up == 1 else "webhook messages were"
        yield Alarm(
            Level.HIGH,
            f"{given_up:,} {noun} given up in the last 24 h.",
            "Their workspaces' pages of webhooks say why and send them again.",
        )
    since = read.oldest("webhooks", "failing")
    failing_s = (read.database.now - since).total_seconds() if since else 0.0
    if failing_s > FAILING_S:
        many, off = read.many("webhooks", "failing"), read.many("webhooks", "disabled")
        too = f"; {off:,} more {'is' if off == 1 else 'are'} switched off" if off else ""
        yield Alarm(
            Level.HIGH,
            f"{many:,} {'webhook takes' if many == 1 else 'webhooks take'} nothing,"
            f" the longest for {int(failing_s // 3600)} h{too}.",
            "If many fail at once, see whether this server reaches the internet.",
        )


def _servers(read: OperationsRead, around: Surroundings) -> Iterator[Alarm]:
    database = read.database
    if database.revision != around.head:
        yield Alarm(Level.CRITICAL, "The database is not migrated.", "Run `pmflow db upgrade`.")
    if database.connections > MANY_CONNECTIONS * database.max_connections:
        yield Alarm(
            Level.HIGH,
            f"{database.connections} of {database.max_connections} connections are in use.",
            "Lower PMFLOW_DATABASE_POOL_SIZE, or put a pooler in front.",
        )
    if around.disk_total and around.disk_free < LOW_DISK * around.disk_total:
        share = round(100 * around.disk_free / around.disk_total)
        yield Alarm(
            Level.CRITICAL,
            f"{share} % of the data folder's disk is free.",
            "Make room: a full disk stops PostgreSQL.",
        )
