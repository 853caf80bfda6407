"""Tables of automatic actions, their skips, and of maintenance."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pmflow_core.db.base import TenantRow, in_same_workspace
from pmflow_core.db.columns import UtcDateTime, text_enum


class AutomaticAction(StrEnum):
    """What is done with a theme."""

    NEW_INITIATIVE = "new_initiative"
    GENERATE_PRD = "generate_prd"
    NOTIFY = "notify"


class Verdict(StrEnum):
    """What came of looking at a theme: done, proposed to a person, or why it was skipped."""

    DONE = "done"
    SUGGESTED = "suggested"
    ALREADY_ACTIONED = "already_actioned"
    COOLDOWN = "cooldown"
    RATE_LIMITED = "rate_limited"
    LOW_CONFIDENCE = "low_confidence"
    SEVERITY_FILTER = "severity_filter"
    BELOW_THRESHOLD = "below_threshold"
    BUDGET = "budget"


class AutomationEvent(TenantRow, table=True):
    """One look at one theme and what came of it; append-only."""

    __tablename__ = "automation_events"
    __table_args__ = (
        in_same_workspace("theme_id", "themes"),
        # One theme is acted on once, whoever races.
        Index(
            "uq_automation_events_acted",
            "workspace_id",
            "theme_id",
            "action",
            unique=True,
            postgresql_where="verdict IN ('done', 'suggested')",
        ),
        Index(None, "workspace_id", "created_at"),
        Index(None, "workspace_id", "theme_id", "action"),
    )

    theme_id: UUID
    action: AutomaticAction = Field(sa_type=text_enum(AutomaticAction))
    verdict: Verdict = Field(sa_type=text_enum(Verdict))
    reason: str = Field(description="A sentence with the figures.")
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    project_id: UUID | None = None
    run_id: UUID | None = None


class Chore(StrEnum):
    """What maintenance does."""

    AUTOMATION = "automation"
    ORPHANS = "orphans"
    DUPLICATES = "duplicates"
    ARCHIVAL = "archival"
    EXPIRY = "expiry"
    TRASH = "trash"


class MaintenanceRun(TenantRow, table=True):
    """One round of a chore and what it found; append-only but for its end."""

    __tablename__ = "maintenance_runs"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        # Whoever asks while a round is open gets that one.
        Index(
            "uq_maintenance_runs_open",
            "workspace_id",
            "chore",
            unique=True,
            postgresql_where="finished_at IS NULL",
        ),
        Index(None, "workspace_id", "chore", "created_at"),
    )

    chore: Chore = Field(sa_type=text_enum(Chore))
    claimed_until: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="A worker has it until then."
    )
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    result: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    error: str | None = None
    asked_by: UUID | None = Field(default=None, description="None: it was due.")
