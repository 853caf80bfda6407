"""What operators are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ProcessRead:
    """A process that said it is alive; `silent_s` is how long ago, by the database's clock."""

    name: str
    role: str
    host: str
    pid: int
    seen_at: datetime
    silent_s: float
    run_id: UUID | None


@dataclass(frozen=True, slots=True)
class WorkRead:
    """How much of one kind of work is in one state, and since when the oldest of it."""

    kind: str
    state: str
    many: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class OpenRunRead:
    """A run that has not ended; `overdue_s` is how long ago its lease ran out, if it did."""

    id: UUID
    workspace_id: UUID
    workspace: str
    number: int
    stage: str
    status: str
    waiting_for: str | None
    queued_at: datetime
    started_at: datetime | None
    overdue_s: float | None
    worker: str | None
    crashes: int


@dataclass(frozen=True, slots=True)
class ReembeddingRead:
    """A workspace's change of the embedding model that is under way."""

    workspace: str
    model: str
    total: int
    done: int
    since: datetime
    failed: bool


@dataclass(frozen=True, slots=True)
class DatabaseRead:
    """The database as it is now."""

    version: str
    size_bytes: int
    connections: int
    max_connections: int
    up_since: datetime
    revision: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class OperationsRead:
    """Everything of the installation that rows tell."""

    database: DatabaseRead
    processes: Sequence[ProcessRead]
    work: Sequence[WorkRead]
    runs: Sequence[OpenRunRead]
    reembeddings: Sequence[ReembeddingRead]

    def many(self, kind: str, state: str) -> int:
        """Return how much work of a kind is in a state."""
        return sum(each.many for each in self.work if (each.kind, each.state) == (kind, state))

    def oldest(self, kind: str, state: str) -> datetime | None:
        """Return since when the oldest work of a kind is in a state, or None."""
        found = (each for each in self.work if (each.kind, each.state) == (kind, state))
        return next((each.oldest for each in found), None)


@dataclass(frozen=True, slots=True)
class QueueServerRead:
    """The Redis server as it is now."""

    version: str
    used_bytes: int
    clients: int
    uptime_s: int


@dataclass(frozen=True, slots=True)
class RegistryRead:
    """One list of jobs that RQ keeps; `failed` and so on, or `queued` for the queue itself."""

    name: str
    jobs: int


@dataclass(frozen=True, slots=True)
class JobRead:
    """A job of RQ; `arguments` are ids and nothing else."""

    id: str
    function: str
    arguments: str
    status: str
    enqueued_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    worker: str
    exception: str


@dataclass(frozen=True, slots=True)
class RqWorkerRead:
    """A worker as RQ knows it."""

    name: str
    state: str
    job_id: str
    heard_at: datetime | None
    succeeded: int
    failed: int


@dataclass(frozen=True, slots=True)
class RqRead:
    """RQ's queue, its lists, and its workers."""

    registries: Sequence[RegistryRead]
    workers: Sequence[RqWorkerRead]
    jobs: Sequence[JobRead]
    total: int
