"""Tables of personas and of records of what the team knows."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from pmflow_core.db.base import TenantRow, in_same_workspace
from pmflow_core.db.columns import UtcDateTime, text_enum


class Persona(TenantRow, table=True):
    """A kind of customer the product is made for, described in Markdown."""

    __tablename__ = "personas"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        Index(
            "uq_personas_live_name",
            "workspace_id",
            "name",
            unique=True,
            postgresql_where="deleted_at IS NULL",
        ),
    )

    name: str
    description: str = Field(default="", description="Markdown.")
    segment: str | None = Field(default=None, description="Signals of this segment are theirs.")
    weight: float = Field(default=1.0, description="Of their vote and their signals, 0 to 10.")
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deleted_by: UUID | None = Field(default=None, description="Who put it into the trash.")


class RecordKind(StrEnum):
    """What a record of knowledge is, in the order in which records are told."""

    GUARDRAIL = "guardrail"
    RULE = "rule"
    CONTEXT = "context"
    ROADMAP = "roadmap"


class KnowledgeRecord(TenantRow, table=True):
    """Something the team knows, in Markdown, which steps are told when they write."""

    __tablename__ = "knowledge"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        Index(
            "uq_knowledge_live_title",
            "workspace_id",
            "title",
            unique=True,
            postgresql_where="deleted_at IS NULL",
        ),
    )

    kind: RecordKind = Field(sa_type=text_enum(RecordKind))
    title: str
    content: str = Field(description="Markdown.")
    is_told: bool = Field(default=True, description="Whether steps are told it.")
    version: int = Field(default=1, description="Number of the newest version.")
    changed_at: datetime = Field(sa_type=UtcDateTime)
    changed_by_name: str
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deleted_by: UUID | None = Field(default=None, description="Who put it into the trash.")


class KnowledgeVersion(TenantRow, table=True):
    """A record as it once was; append-only."""

    __tablename__ = "knowledge_versions"
    __table_args__ = (
        UniqueConstraint("record_id", "number"),
        in_same_workspace("record_id", "knowledge", ondelete="CASCADE"),
    )

    record_id: UUID
    number: int
    kind: RecordKind = Field(sa_type=text_enum(RecordKind))
    title: str
    content: str
    author_id: UUID | None = None
    author_name: str
