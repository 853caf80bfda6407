"""Tables of projects, stages, transitions and decisions."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pmflow_core.db.base import TenantRow, in_same_workspace
from pmflow_core.db.columns import UtcDateTime, text_enum


class ProjectStatus(StrEnum):
    """Where a project is in its life; archived and shipped are ends."""

    ACTIVE = "active"
    SHIPPED = "shipped"
    ARCHIVED = "archived"


class Priority(StrEnum):
    """How urgent people say a project is."""

    URGENT = "urgent"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Outcome(StrEnum):
    """What an evaluation of "may this project advance?" came to."""

    ADVANCED = "advanced"
    WAITS_FOR_APPROVAL = "waits_for_approval"
    STAYED = "stayed"
    RUN_FAILED = "run_failed"
    MOVED = "moved"
    OVERRIDDEN = "overridden"
    SHIPPED = "shipped"
    ARCHIVED = "archived"
    REOPENED = "reopened"


class Stage(TenantRow, table=True):
    """A column of the workspace's pipeline."""

    __tablename__ = "stages"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "slug"),
    )

    slug: str
    name: str
    position: int
    colour: str = Field(default="slate")
    enabled: bool = Field(default=True)


class Project(TenantRow, table=True):
    """A card: a piece of product work that moves over the stages."""

    __tablename__ = "projects"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "number"),
        in_same_workspace("stage_id", "stages"),
        in_same_workspace("theme_id", "themes"),
        Index(None, "workspace_id", "stage_id"),
        Index(
            "uq_projects_live_theme",
            "workspace_id",
            "theme_id",
            unique=True,
            postgresql_where="theme_id IS NOT NULL AND deleted_at IS NULL AND status = 'active'",
        ),
    )

    number: int
    key: str = Field(unique=True)
    name: str
    description: str = Field(default="")
    stage_id: UUID
    stage_since: datetime = Field(sa_type=UtcDateTime)
    status: ProjectStatus = Field(default=ProjectStatus.ACTIVE, sa_type=text_enum(ProjectStatus))
    priority: Priority | None = Field(default=None, sa_type=text_enum(Priority))
    owner_id: UUID | None = Field(default=None, foreign_key="users.id")
    theme_id: UUID | None = None
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deleted_by: UUID | None = Field(default=None, description="Who put it into the trash.")


class StageTransition(TenantRow, table=True):
    """A project's move from one stage to another; append-only."""

    __tablename__ = "stage_transitions"
    __table_args__ = (
        in_same_workspace("project_id", "projects"),
        Index(None, "workspace_id", "project_id", "created_at"),
    )

    project_id: UUID
    from_stage: str
    to_stage: str
    automatic: bool = Field(description="True when no person asked for this move.")
    run_id: UUID | None = None
    actor_id: UUID | None = None
    override_reason: str | None = None


class Decision(TenantRow, table=True):
    """One evaluation of "may this project advance?"; append-only, never without a reason."""

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        in_same_workspace("project_id", "projects"),
        CheckConstraint("reason <> '' AND next_action <> '' AND owner <> ''", name="explained"),
        Index(None, "workspace_id", "project_id", "created_at"),
    )

    project_id: UUID
    run_id: UUID | None = None
    recipe_version_id: UUID | None = None
    stage: str
    outcome: Outcome = Field(sa_type=text_enum(Outcome))
    gates: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    budget: dict[str, Any] = Field(
        default_factory=dict,
        sa_type=JSONB,
        description="Scope to cap, spent and reserved US dollars.",
    )
    reason: str
    next_action: str
    owner: str = Field(description="Who acts next: a person's name, a role, or pmflow itself.")
    actor_id: UUID | None = None


class TicketStatus(StrEnum):
    """Where a ticket is; a dropped one is no longer in the plan and comes back when it is."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DROPPED = "dropped"


class Ticket(TenantRow, table=True):
    """A piece of work of a project; `plan_key` keeps one that is planned again the same row."""

    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "number"),
        UniqueConstraint("project_id", "plan_key"),
        in_same_workspace("project_id", "projects"),
    )

    number: int = Field(description="Cited as T-<number>, per workspace.")
    project_id: UUID
    plan_key: str = Field(description="What the ticket is for, stable over plans: R3/1.")
    position: int
    title: str
    description: str = ""
    acceptance: list[str] = Field(default_factory=list, sa_type=JSONB)
    covers: list[str] = Field(
        default_factory=list, sa_type=JSONB, description="Requirement ids of the PRD."
    )
    estimate: int = Field(description="Story points: 1, 2, 3, 5, 8 or 13.")
    status: TicketStatus = Field(default=TicketStatus.OPEN, sa_type=text_enum(TicketStatus))
    run_id: UUID | None = Field(default=None, description="The run that planned it last.")
