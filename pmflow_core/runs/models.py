"""Tables of stage runs, their steps and log, approvals, and worker heartbeats."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pmflow_core.db.base import Row, TenantRow, in_same_workspace
from pmflow_core.db.columns import UtcDateTime, text_enum
from pmflow_core.runs.status import FailureClass, LogLevel, RunStatus, StepStatus, WaitingFor


class StageRun(TenantRow, table=True):
    """One execution of one recipe version for one project at one stage."""

    __tablename__ = "stage_runs"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "number"),
        in_same_workspace("project_id", "projects"),
        in_same_workspace("recipe_version_id", "recipe_versions"),
        in_same_workspace("retry_of", "stage_runs"),
        Index(
            "uq_stage_runs_open",
            "workspace_id",
            "project_id",
            unique=True,
            postgresql_where="status IN ('queued', 'running', 'waiting') AND NOT trial",
        ),
        Index(
            "uq_stage_runs_open_trial",
            "workspace_id",
            "project_id",
            unique=True,
            postgresql_where="status IN ('queued', 'running', 'waiting') AND trial",
        ),
        Index(
            "ix_stage_runs_open",
            "status",
            "lease_until",
            postgresql_where="status IN ('queued', 'running', 'waiting')",
        ),
        Index(None, "workspace_id", "project_id", "number"),
    )

    number: int = Field(description="Run <number> of the workspace.")
    project_id: UUID
    stage: str
    recipe_version_id: UUID
    status: RunStatus = Field(default=RunStatus.QUEUED, sa_type=text_enum(RunStatus))
    provider: str
    requested_by: UUID | None = None
    requested_by_name: str
    retry_of: UUID | None = None
    rerun_from: str | None = Field(default=None, description="Steps before it were reused.")
    replay: bool = Field(default=False, description="Answers come from recordings only.")
    trial: bool = Field(default=False, description="One step is tried; the project stays as it is.")
    only_signal: int | None = Field(
        default=None, description="Number of the signal that alone is its evidence."
    )
    fence: int = Field(default=0, description="Counts claims; every later write carries it.")
    dispatch: int = Field(default=0, description="Counts enqueues; part of the job's id.")
    dispatched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    worker: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    current_step: str | None = None
    crashes: int = Field(default=0, description="Workers lost in a row at `current_step`.")
    cancelled_by: str | None = None
    waiting_for: WaitingFor | None = Field(default=None, sa_type=text_enum(WaitingFor))
    waiting_reason: str | None = None
    waiting_usd: Decimal | None = Field(
        default=None,
        sa_type=Numeric(14, 6),  # pyright: ignore[reportArgumentType] SQLModel types it for classes
        description="What the next call may cost, while money is lacking.",
    )
    last_seq: int = Field(default=0, description="Sequence of the newest log line.")
    queued_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failure_class: FailureClass | None = Field(default=None, sa_type=text_enum(FailureClass))
    failure_message: str | None = None
    gate_evidence: dict[str, Any] = Field(
        default_factory=dict,
        sa_type=JSONB,
        description="Slow checks by gate title, computed before.",
    )


class RunStep(TenantRow, table=True):
    """One step of a run; a completed row is the checkpoint a restart resumes from."""

    __tablename__ = "run_steps"
    __table_args__ = (
        UniqueConstraint("run_id", "step_key"),
        in_same_workspace("run_id", "stage_runs"),
    )

    run_id: UUID
    step_key: str
    position: int
    title: str
    skill: str
    status: StepStatus = Field(default=StepStatus.PENDING, sa_type=text_enum(StepStatus))
    attempts: int = 0
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    params: dict[str, Any] | None = Field(
        default=None, sa_type=JSONB, description="Edited input: replaces the recipe's parameters."
    )
    reused_from: UUID | None = Field(default=None, description="The run that did it.")
    live_text: str = Field(default="", description="The end of what is being written just now.")
    output: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONB, description="What later steps are told of it."
    )
    summary: str | None = None
    criteria: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    document_version_id: UUID | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal = Field(default=Decimal(0), sa_type=Numeric(12, 6))  # pyright: ignore[reportArgumentType] SQLModel types it for classes


class RunLogLine(TenantRow, table=True):
    """What a person reads of a run; `seq` orders it, so the order never depends on clocks."""

    __tablename__ = "run_logs"
    __table_args__ = (
        UniqueConstraint("run_id", "seq"),
        in_same_workspace("run_id", "stage_runs"),
    )

    run_id: UUID
    seq: int
    level: LogLevel = Field(sa_type=text_enum(LogLevel))
    step_key: str | None = None
    text: str


class Approval(TenantRow, table=True):
    """A person's verdict on a stage's documents, bound to the versions they saw; append-only."""

    __tablename__ = "approvals"
    __table_args__ = (
        in_same_workspace("project_id", "projects"),
        Index(None, "workspace_id", "project_id", "created_at"),
    )

    project_id: UUID
    stage: str
    run_id: UUID | None = None
    approved: bool
    comment: str = ""
    approver_id: UUID | None = None
    approver_name: str
    versions: dict[str, str] = Field(
        default_factory=dict, sa_type=JSONB, description="Document type to SHA-256."
    )


class Artifact(TenantRow, table=True):
    """A file a step made, such as a prototype; one per run, step and name."""

    __tablename__ = "artifacts"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("run_id", "step_key", "name"),
        in_same_workspace("run_id", "stage_runs"),
        in_same_workspace("project_id", "projects"),
        Index(None, "workspace_id", "project_id", "created_at"),
    )

    project_id: UUID
    run_id: UUID
    step_key: str
    kind: str = Field(description="What gates ask for, such as prototype.")
    name: str = Field(description="File name.")
    media_type: str
    content: bytes
    sha256: str


class Vote(StrEnum):
    """How a persona of the jury votes."""

    APPROVE = "approve"
    CONDITIONAL = "conditional"
    REJECT = "reject"


class JuryEvaluation(TenantRow, table=True):
    """One persona's vote on a project in a run; append-only."""

    __tablename__ = "jury_evaluations"
    __table_args__ = (
        UniqueConstraint("run_id", "step_key", "persona"),
        in_same_workspace("run_id", "stage_runs"),
        in_same_workspace("project_id", "projects"),
        Index(None, "workspace_id", "project_id", "created_at"),
    )

    project_id: UUID
    run_id: UUID
    step_key: str
    persona: str
    weight: float
    vote: Vote = Field(sa_type=text_enum(Vote))
    reasons: list[str] = Field(default_factory=list, sa_type=JSONB)
    conditions: list[str] = Field(default_factory=list, sa_type=JSONB)
    versions: dict[str, str] = Field(
        default_factory=dict, sa_type=JSONB, description="Document type to SHA-256 voted on."
    )


class QuestionKind(StrEnum):
    """How a question is answered."""

    CHOICE = "choice"
    TEXT = "text"
    APPROVAL = "approval"


class Question(TenantRow, table=True):
    """What a step asks a person in the middle of a run; one per run, step and key."""

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("run_id", "step_key", "key"),
        in_same_workspace("run_id", "stage_runs"),
        in_same_workspace("project_id", "projects"),
        Index("ix_questions_open", "deadline_at", postgresql_where="answered_at IS NULL"),
    )

    project_id: UUID
    run_id: UUID
    step_key: str
    key: str
    kind: QuestionKind = Field(sa_type=text_enum(QuestionKind))
    text: str
    options: list[str] = Field(default_factory=list, sa_type=JSONB)
    default: str | None = Field(default=None, description="Taken when nobody answers in time.")
    deadline_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_by: UUID | None = None
    answered_by_name: str | None = Field(default=None, description="pmflow when time ran out.")


class RunKnowledge(TenantRow, table=True):
    """A run was told a version of a record of knowledge."""

    __tablename__ = "run_knowledge"
    __table_args__ = (
        UniqueConstraint("run_id", "record_id", "version"),
        in_same_workspace("run_id", "stage_runs", ondelete="CASCADE"),
        in_same_workspace("record_id", "knowledge", ondelete="CASCADE"),
        Index(None, "workspace_id", "record_id"),
    )

    run_id: UUID
    record_id: UUID
    version: int


class WorkerHeartbeat(Row, table=True):
    """A process that said it was alive; belongs to the installation, not to a workspace."""

    __tablename__ = "worker_heartbeats"

    name: str = Field(unique=True)
    role: str = Field(description="worker or scheduler")
    host: str
    pid: int
    seen_at: datetime = Field(sa_type=UtcDateTime)
    run_id: UUID | None = None
