"""The timeline of projects, what people say about them, and what they are told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pmflow_core.clock import utcnow
from pmflow_core.db.base import TenantRow, in_same_workspace
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


class Comment(TenantRow, table=True):
    """What a person says about a project, one of its documents or a section of that."""

    __tablename__ = "comments"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        in_same_workspace("project_id", "projects", ondelete="CASCADE"),
        in_same_workspace("reply_to", "comments", ondelete="CASCADE"),
        Index(None, "workspace_id", "project_id", "created_at"),
    )

    project_id: UUID
    document_type: str | None = Field(default=None, description="None speaks of the project.")
    section: str | None = Field(default=None, description="Title of the section it speaks of.")
    reply_to: UUID | None = Field(default=None, description="The comment that began the thread.")
    text: str
    author_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    author_name: str
    mentions: list[str] = Field(
        default_factory=list, sa_type=JSONB, description="Ids of the members it names."
    )
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_by_name: str | None = None
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Notification(TenantRow, table=True):
    """Something one person is told; the same key is told once."""

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "user_id", "key"),
        Index(None, "workspace_id", "user_id", "created_at"),
    )

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    key: str = Field(description="What makes a repeat the same: theme-<id>-grown, …")
    kind: str = Field(description="The icon's name.")
    text: str
    link: str | None = Field(default=None, description="Path inside the workspace.")
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Snooze(TenantRow, table=True):
    """One thing of one person's inbox that they put off; from `until` on it is there again."""

    __tablename__ = "snoozes"
    __table_args__ = (
        UniqueConstraint(
            "workspace_id",
            "user_id",
            "project_id",
            "suggestion_id",
            "notification_id",
            name="uq_snoozes_thing",
            postgresql_nulls_not_distinct=True,
        ),
        in_same_workspace("project_id", "projects", ondelete="CASCADE"),
        in_same_workspace("suggestion_id", "suggestions", ondelete="CASCADE"),
        in_same_workspace("notification_id", "notifications", ondelete="CASCADE"),
        CheckConstraint(
            "num_nonnulls(project_id, suggestion_id, notification_id) = 1", name="one_thing"
        ),
        Index("ix_snoozes_untold", "until", postgresql_where="told_at IS NULL"),
    )

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    project_id: UUID | None = None
    suggestion_id: UUID | None = None
    notification_id: UUID | None = None
    snoozed_at: datetime = Field(
        default_factory=utcnow,
        sa_type=UtcDateTime,
        description="What a project has waited for since later is not put off.",
    )
    until: datetime = Field(sa_type=UtcDateTime)
    told_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="When open tabs were told that it is back."
    )
    seen_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="When it was opened after it was back."
    )
