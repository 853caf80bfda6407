"""Tables of what other programs are told: to which address, what, and how each try went."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pmflow_core.db.base import TenantRow, in_same_workspace
from pmflow_core.db.columns import UtcDateTime, text_enum


class EventType(StrEnum):
    """What other programs can be told of."""

    SIGNAL_CREATED = "signal.created"
    THEME_FORMED = "theme.formed"
    THEME_RETIRED = "theme.retired"
    PROJECT_CREATED = "project.created"
    PROJECT_MOVED = "project.moved"
    PROJECT_STATUS_CHANGED = "project.status_changed"
    RUN_COMPLETED = "run.completed"
    RUN_FAILED = "run.failed"
    APPROVAL_NEEDED = "approval.needed"
    DOCUMENT_VERSIONED = "document.versioned"
    TEST = "webhook.test"


class MessageStatus(StrEnum):
    """How far a message came."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Webhook(TenantRow, table=True):
    """An address of another program, and what it wants to be told."""

    __tablename__ = "outgoing_webhooks"
    __table_args__ = (UniqueConstraint("workspace_id", "id"),)

    name: str
    url: str
    events: list[str] = Field(default_factory=list, sa_type=JSONB)
    secrets: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSONB, description="Sealed, the newest first."
    )
    failures: int = Field(default=0, description="Tries in a row that failed.")
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    rests_until: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="Nothing is sent before."
    )
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    disabled_reason: str | None = None
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Message(TenantRow, table=True):
    """What one address is told: the same bytes under the same id with every try."""

    __tablename__ = "outgoing_messages"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        in_same_workspace("webhook_id", "outgoing_webhooks"),
        Index("ix_outgoing_messages_pending", "due_at", postgresql_where="status = 'pending'"),
        Index("ix_outgoing_messages_webhook", "workspace_id", "webhook_id", "id"),
        Index("ix_outgoing_messages_age", "created_at"),
        Index("ix_outgoing_messages_failed", "done_at", postgresql_where="status = 'failed'"),
    )

    webhook_id: UUID
    type: EventType = Field(sa_type=text_enum(EventType))
    body: str = Field(description="JSON, as it is signed and sent.")
    status: MessageStatus = Field(default=MessageStatus.PENDING, sa_type=text_enum(MessageStatus))
    attempts: int = Field(default=0, description="Tries so far; the number of the last one.")
    tries: int = Field(default=0, description="Tries since somebody last asked for it.")
    due_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str | None = None


class Attempt(TenantRow, table=True):
    """One try, written before it is made; without an end its process died with it."""

    __tablename__ = "outgoing_attempts"
    __table_args__ = (
        UniqueConstraint("workspace_id", "message_id", "number"),
        in_same_workspace("message_id", "outgoing_messages", ondelete="CASCADE"),
    )

    message_id: UUID
    number: int
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    status_code: int | None = None
    duration_ms: int | None = None
    response: str | None = Field(default=None, description="The first bytes of the answer.")
    error: str | None = None
