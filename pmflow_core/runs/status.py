"""The states of a stage run and of its steps."""

from enum import StrEnum


class RunStatus(StrEnum):
    """Where a stage run is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = frozenset({RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.WAITING})


class StepStatus(StrEnum):
    """Where a step of a run is."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class FailureClass(StrEnum):
    """Why a run ended failed."""

    CRITERIA = "criteria"
    PROVIDER = "provider"
    TIMEOUT = "timeout"
    QUARANTINED = "quarantined"
    INTERNAL = "internal"
    INVALID = "invalid"
    UNANSWERED = "unanswered"


class LogLevel(StrEnum):
    """How a log line is read."""

    DEBUG = "debug"
    INFO = "info"
    OK = "ok"
    WARN = "warn"
    ERROR = "error"


class WaitingFor(StrEnum):
    """What a waiting run waits for."""

    BUDGET = "budget"
    QUESTION = "question"
