"""The timeline of projects, and what people are told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from pmflow_core.db.base import TenantRow
from pmflow_core.db.columns import UtcDateTime


class Activity(TenantRow, table=True):
    """One sentence about what happened to a project; append-only."""

    __tablename__ = "activity"
    __table_args__ = (Index(None, "workspace_id", "project_id", "created_at"),)

    project_id: UUID
    kind: str = Field(description="The icon's name: run, move, document, approval, link, created.")
    text: str
    actor_id: UUID | None = None
    actor_name: str


class Notification(TenantRow, table=True):
    """Something one person is told; the same key is told once."""

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("workspace_id", "user_id", "key"),
        Index(None, "workspace_id", "user_id", "created_at"),
    )

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    key: str = Field(description="What makes a repeat the same: theme-<id>-grown, …")
    kind: str = Field(description="The icon's name.")
    text: str
    link: str | None = Field(default=None, description="Path inside the workspace.")
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
