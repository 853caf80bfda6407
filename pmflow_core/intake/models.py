"""Tables of what came in before it was understood, and of changes of the embedding model."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pmflow_core.db.base import TenantRow, in_same_workspace
from pmflow_core.db.columns import UtcDateTime, text_enum


class RawStatus(StrEnum):
    """How far a delivery came."""

    RECEIVED = "received"
    PROCESSED = "processed"
    FAILED = "failed"


class RawEvent(TenantRow, table=True):
    """The body of one accepted delivery, stored before it is acknowledged; kept for 30 days."""

    __tablename__ = "raw_events"
    __table_args__ = (
        UniqueConstraint("workspace_id", "endpoint_id", "delivery_id"),
        in_same_workspace("endpoint_id", "webhook_endpoints"),
        Index(
            "ix_raw_events_received",
            "workspace_id",
            "created_at",
            postgresql_where="status = 'received'",
        ),
        Index("ix_raw_events_age", "created_at"),
        Index("ix_raw_events_endpoint", "workspace_id", "endpoint_id", "id"),
    )

    endpoint_id: UUID
    delivery_id: str = Field(description="The sender's id of it; again is a no-op.")
    body: bytes
    content_type: str | None = None
    is_test: bool = Field(default=False, description="A sample of ours; no signal is made of it.")
    status: RawStatus = Field(default=RawStatus.RECEIVED, sa_type=text_enum(RawStatus))
    attempts: int = 0
    due_at: datetime = Field(sa_type=UtcDateTime)
    processed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str | None = None
    result: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)


class ReembeddingStatus(StrEnum):
    """How far a change of the model is."""

    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Reembedding(TenantRow, table=True):
    """A workspace's change from one embedding model to another, with its progress."""

    __tablename__ = "reembeddings"
    __table_args__ = (
        Index(
            "uq_reembeddings_running",
            "workspace_id",
            unique=True,
            postgresql_where="status = 'running'",
        ),
    )

    model: str = Field(description="The model that signals change to.")
    status: ReembeddingStatus = Field(
        default=ReembeddingStatus.RUNNING, sa_type=text_enum(ReembeddingStatus)
    )
    total: int = 0
    done: int = 0
    error: str | None = None
    claimed_until: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="A worker is at it until then."
    )
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
