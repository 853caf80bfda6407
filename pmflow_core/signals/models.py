"""Tables of signals, their imports, and their links to projects."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import Vector
from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import String
from sqlmodel import Field

from pmflow_core.clock import utcnow
from pmflow_core.db.base import TenantRow, in_same_workspace
from pmflow_core.db.columns import UtcDateTime, text_enum

DIMENSIONS = 384
WORDS = "to_tsvector('english', left(verbatim, 20000))"


class Kind(StrEnum):
    """What a signal is."""

    FEEDBACK = "feedback"
    MARKET = "market"
    IDEA = "idea"


class Severity(StrEnum):
    """How badly it hurts."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Frequency(StrEnum):
    """How often the sender says it happens."""

    COMMON = "common"
    OCCASIONAL = "occasional"
    RARE = "rare"


class Source(StrEnum):
    """Where a signal came from."""

    WEBHOOK = "webhook"
    UPLOAD = "upload"
    PASTE = "paste"
    API = "api"
    SLACK = "slack"
    PYLON = "pylon"
    EMAIL = "email"
    INTERVIEW = "interview"
    VIDEO = "video"
    GITHUB = "github"
    OTHER = "other"


class SignalStatus(StrEnum):
    """What has been done with a signal."""

    NEW = "new"
    REVIEWED = "reviewed"
    LINKED = "linked"
    ARCHIVED = "archived"
    MERGED = "merged"


class ImportStatus(StrEnum):
    """How far an import is; processing goes on after the rows are in."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class Import(TenantRow, table=True):
    """One file or paste that was taken in, with what was refused and why."""

    __tablename__ = "imports"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        Index(None, "workspace_id", "created_at"),
    )

    name: str = Field(description="The file's name, or how it was entered.")
    status: ImportStatus = Field(default=ImportStatus.RUNNING, sa_type=text_enum(ImportStatus))
    made: int = Field(default=0, description="New signals.")
    duplicates: int = Field(default=0, description="Rows whose reference was known.")
    rejected: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSONB, description="{line, reason} of the first refused rows."
    )
    refused: int = Field(
        default=0,
        sa_column_kwargs={"server_default": "0"},
        description="How many rows were refused in all.",
    )
    error: str | None = None
    created_by: UUID | None = None


class Signal(TenantRow, table=True):
    """One piece of feedback; its verbatim is never altered once stored."""

    __tablename__ = "signals"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "number"),
        in_same_workspace("import_id", "imports"),
        Index(
            "uq_signals_source_ref",
            "workspace_id",
            "source",
            "source_ref",
            unique=True,
            postgresql_where="source_ref IS NOT NULL",
        ),
        Index(
            "ix_signals_unprocessed",
            "workspace_id",
            "number",
            postgresql_where="processed_at IS NULL AND deleted_at IS NULL",
        ),
        Index(
            "ix_signals_live",
            "workspace_id",
            "received_at",
            "number",
            postgresql_include=["id", "status", "severity", "source", "kind", "segment"],
            postgresql_where="deleted_at IS NULL",
        ),
        Index(
            "ix_signals_import",
            "workspace_id",
            "import_id",
            postgresql_where="import_id IS NOT NULL",
        ),
        Index(None, "workspace_id", "text_hash"),
        # read by pmflow_signals_with_words only: row security keeps the app role off it
        Index("ix_signals_words", text(WORDS), postgresql_using="gin"),
        Index(
            "ix_signals_embedding",
            "embedding",
            postgresql_using="hnsw",
            postgresql_ops={"embedding": "vector_cosine_ops"},
        ),
    )

    number: int = Field(description="Cited as S-<number>.")
    verbatim: str
    text_hash: str = Field(description="SHA-256 of the folded text: equal means the same text.")
    interpretation: str | None = None
    kind: Kind = Field(default=Kind.FEEDBACK, sa_type=text_enum(Kind))
    severity: Severity | None = Field(default=None, sa_type=text_enum(Severity))
    frequency: Frequency | None = Field(default=None, sa_type=text_enum(Frequency))
    segment: str | None = None
    customer: str | None = None
    source: Source = Field(sa_type=text_enum(Source))
    source_ref: str | None = None
    status: SignalStatus = Field(default=SignalStatus.NEW, sa_type=text_enum(SignalStatus))
    given: list[str] = Field(
        default_factory=list,
        sa_type=ARRAY(String),
        description="Fields a sender or a person set; extraction leaves them alone.",
    )
    received_at: datetime = Field(default_factory=utcnow, sa_type=UtcDateTime)
    import_id: UUID | None = None
    line: int | None = None
    embedding: Any = Field(default=None, sa_type=Vector(DIMENSIONS), nullable=True)
    embedding_model: str | None = None
    themable: bool = Field(default=True, description="False for praise and empty content.")
    processed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    claimed_until: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="A worker has it until then."
    )
    attempts: int = Field(default=0, description="Tries to process it.")
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignalProject(TenantRow, table=True):
    """A signal is evidence of a project."""

    __tablename__ = "signal_projects"
    __table_args__ = (
        UniqueConstraint("workspace_id", "signal_id", "project_id"),
        in_same_workspace("signal_id", "signals"),
        in_same_workspace("project_id", "projects"),
        Index(None, "workspace_id", "project_id"),
    )

    signal_id: UUID
    project_id: UUID
    linked_by: UUID | None = None
    reason: str
    confidence: float | None = Field(default=None, description="0 to 1; None when a person did.")
