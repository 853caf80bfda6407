"""Table of suggestions."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pmflow_core.db.base import TenantRow, in_same_workspace
from pmflow_core.db.columns import UtcDateTime, text_enum


class SuggestionKind(StrEnum):
    """What is proposed."""

    LINK_SIGNAL = "link_signal"
    NEW_PROJECT = "new_project"
    MERGE_DUPLICATE = "merge_duplicate"
    GENERATE_PRD = "generate_prd"
    ARCHIVE_SIGNAL = "archive_signal"


class SuggestionStatus(StrEnum):
    """What became of it."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    EXPIRED = "expired"


class Suggestion(TenantRow, table=True):
    """One proposed action.

    While it is proposed, and once a person dismissed it, the same `key` is not proposed again.
    """

    __tablename__ = "suggestions"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        in_same_workspace("signal_id", "signals"),
        in_same_workspace("other_signal_id", "signals"),
        in_same_workspace("project_id", "projects"),
        in_same_workspace("theme_id", "themes"),
        CheckConstraint("reason <> ''", name="explained"),
        Index(
            "uq_suggestions_key",
            "workspace_id",
            "kind",
            "key",
            unique=True,
            postgresql_where="status IN ('proposed', 'dismissed')",
        ),
        Index(None, "workspace_id", "status", "created_at"),
        Index(None, "workspace_id", "signal_id"),
    )

    kind: SuggestionKind = Field(sa_type=text_enum(SuggestionKind))
    status: SuggestionStatus = Field(
        default=SuggestionStatus.PROPOSED, sa_type=text_enum(SuggestionStatus)
    )
    key: str = Field(description="What makes a second proposal the same one.")
    signal_id: UUID | None = None
    other_signal_id: UUID | None = Field(default=None, description="The signal to merge into.")
    project_id: UUID | None = None
    theme_id: UUID | None = None
    confidence: float = Field(description="0 to 1.")
    reason: str = Field(description="A sentence for the person who decides.")
    detail: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONB, description="Score, matching words and the like."
    )
    expires_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: UUID | None = None
    decided_name: str | None = None
    result: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONB, description="What accepting it did."
    )
