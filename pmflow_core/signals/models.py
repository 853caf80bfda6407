"""Tables of signals, their imports, and their links to projects."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import Vector
from sqlalchemy import Index, UniqueConstraint, literal_column, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import String
from sqlmodel import Field

from pmflow_core.clock import utcnow
from pmflow_core.db.base import TenantRow, in_same_workspace
from pmflow_core.db.columns import UtcDateTime, text_enum

DIMENSIONS = 384
# the workspace is a word too: a small one's search reads only its own entries of the index
WORDS = (
    "(to_tsvector('english', left(verbatim, 20000))"
    " || array_to_tsvector(ARRAY[workspace_id::text]))"
)


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


UNRATED = "unknown"
"""What counts by severity call signals of which none is recorded."""


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


ASIDE = (SignalStatus.ARCHIVED, SignalStatus.MERGED)
"""What lists leave out unless they are asked for it."""


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
        Index("ix_imports_running", "claimed_until", postgresql_where="status = 'running'"),
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
    source: Source = Field(
        default=Source.UPLOAD,
        sa_type=text_enum(Source),
        sa_column_kwargs={"server_default": Source.UPLOAD.value},
    )
    options: dict[str, Any] = Field(
        default_factory=dict,
        sa_type=JSONB,
        sa_column_kwargs={"server_default": "{}"},
        description="How its file is read.",
    )
    total: int = Field(
        default=0,
        sa_column_kwargs={"server_default": "0"},
        description="How many rows or passages the file has, about.",
    )
    position: int = Field(
        default=0,
        sa_column_kwargs={"server_default": "0"},
        description="How many of them are done: kept, known or refused. Reading resumes there.",
    )
    attempts: int = Field(
        default=0,
        sa_column_kwargs={"server_default": "0"},
        description="How often reading began since it last got on.",
    )
    claimed_until: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="Somebody reads it until then."
    )
    error: str | None = None
    created_by: UUID | None = None


class ImportChunk(TenantRow, table=True):
    """A part of a file that is being taken in; gone once all its rows are."""

    __tablename__ = "import_chunks"
    __table_args__ = (
        UniqueConstraint("workspace_id", "import_id", "number"),
        in_same_workspace("import_id", "imports"),
    )

    import_id: UUID
    number: int
    content: bytes


class Original(TenantRow, table=True):
    """A document or transcript that signals were cut out of; never altered once stored."""

    __tablename__ = "originals"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "sha256"),
    )

    name: str
    format: str = Field(description="txt, md, pdf, vtt, srt, email.")
    text: str
    sha256: str = Field(description="Of the text in UTF-8: the same text is kept once.")


class Signal(TenantRow, table=True):
    """One piece of feedback; its verbatim is never altered once stored."""

    __tablename__ = "signals"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "number"),
        in_same_workspace("import_id", "imports"),
        in_same_workspace("customer_id", "customers"),
        in_same_workspace("original_id", "originals"),
        in_same_workspace("merged_into", "signals"),
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
            "ix_signals_customer",
            "workspace_id",
            "customer_id",
            postgresql_where="customer_id IS NOT NULL",
        ),
        Index(
            "ix_signals_merged_into",
            "workspace_id",
            "merged_into",
            postgresql_where="merged_into IS NOT NULL",
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
        Index(
            "ix_signals_binned",
            "workspace_id",
            "deleted_at",
            postgresql_where="deleted_at IS NOT NULL",
        ),
        Index(None, "workspace_id", "text_hash"),
        # read by the pmflow_* functions only: row security keeps the app role off it
        Index("ix_signals_words", text(WORDS), postgresql_using="gin"),
        # half the numbers' bits give half the index, built in less time, with the same answers
        Index(
            "ix_signals_embedding",
            literal_column(f"(embedding::halfvec({DIMENSIONS}))").label("half"),
            postgresql_using="hnsw",
            postgresql_ops={"half": "halfvec_cosine_ops"},
        ),
        Index(
            "ix_signals_model",
            "workspace_id",
            "embedding_model",
            postgresql_where="embedding_model IS NOT NULL",
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
    customer: str | None = Field(default=None, description="The sender, as they were given.")
    customer_id: UUID | None = None
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
    original_id: UUID | None = Field(default=None, description="The text it was cut out of.")
    starts_at: int | None = Field(default=None, description="Code points into the original.")
    ends_at: int | None = None
    merged_into: UUID | None = Field(default=None, description="The signal that it repeats.")
    embedding: Any = Field(default=None, sa_type=Vector(DIMENSIONS), nullable=True)
    embedding_model: str | None = None
    next_embedding: Any = Field(
        default=None,
        sa_type=Vector(DIMENSIONS),
        nullable=True,
        description="By the model that the workspace is changing to; not compared with yet.",
    )
    next_model: str | None = None
    themable: bool = Field(default=True, description="False for praise and empty content.")
    processed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    claimed_until: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="A worker has it until then."
    )
    attempts: int = Field(default=0, description="Tries to process it.")
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deleted_by: UUID | None = Field(default=None, description="Who put it into the trash.")


class SignalToSuggest(TenantRow, table=True):
    """A processed signal that nobody has looked at yet for what to suggest of it.

    A row of its own, because an update of the signal would put its vector into the index anew.
    """

    __tablename__ = "signals_to_suggest"
    __table_args__ = (
        UniqueConstraint("workspace_id", "signal_id"),
        in_same_workspace("signal_id", "signals", ondelete="CASCADE"),
    )

    signal_id: UUID
    not_before: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="Put off until then, after a failure."
    )


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


class SignalPersona(TenantRow, table=True):
    """A persona speaks in a signal."""

    __tablename__ = "signal_personas"
    __table_args__ = (
        UniqueConstraint("workspace_id", "signal_id", "persona_id"),
        in_same_workspace("signal_id", "signals"),
        in_same_workspace("persona_id", "personas"),
        Index(None, "workspace_id", "persona_id"),
    )

    signal_id: UUID
    persona_id: UUID
    linked_by: UUID | None = None
    reason: str
    confidence: float | None = Field(default=None, description="0 to 1; None when a person did.")
    is_removed: bool = Field(
        default=False,
        sa_column_kwargs={"server_default": "false"},
        description="A person said it is not theirs; the segment does not bring it back.",
    )


class MergeKind(StrEnum):
    """How alike two merged texts were."""

    EXACT = "exact"
    NEAR = "near"


class SignalMerge(TenantRow, table=True):
    """A signal that was merged into another, with all that an unmerge has to restore."""

    __tablename__ = "signal_merges"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        in_same_workspace("canonical_id", "signals"),
        in_same_workspace("duplicate_id", "signals"),
        Index(
            "uq_signal_merges_standing",
            "workspace_id",
            "duplicate_id",
            unique=True,
            postgresql_where="undone_at IS NULL",
        ),
        Index(None, "workspace_id", "canonical_id"),
    )

    canonical_id: UUID
    duplicate_id: UUID
    kind: MergeKind = Field(sa_type=text_enum(MergeKind))
    score: float | None = Field(default=None, description="Cosine of the two; None when exact.")
    words: list[str] = Field(default_factory=list, sa_type=ARRAY(String))
    before: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONB, description="What the merge changed, as it was."
    )
    merged_by: UUID | None = Field(default=None, description="None: identical texts, by itself.")
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_by: UUID | None = None
