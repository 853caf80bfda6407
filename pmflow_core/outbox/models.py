"""Table of effects to carry out."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pmflow_core.db.base import TenantRow
from pmflow_core.db.columns import UtcDateTime, text_enum


class EffectStatus(StrEnum):
    """How far an effect came."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class Effect(TenantRow, table=True):
    """Something to do outside the database; the same key twice is one effect."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        Index("ix_outbox_pending", "due_at", postgresql_where="status = 'pending'"),
    )

    kind: str = Field(description="The registered effect that carries it out.")
    key: str = Field(description="What makes a repeat the same effect.")
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    status: EffectStatus = Field(default=EffectStatus.PENDING, sa_type=text_enum(EffectStatus))
    attempts: int = 0
    due_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str | None = None
