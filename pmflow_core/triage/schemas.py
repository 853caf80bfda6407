"""What crosses the border of triage: what is asked for, what is shown, and what was decided."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.signals.schemas import SignalRead
from pmflow_core.suggestions.models import SuggestionKind, SuggestionStatus

MOST_AT_ONCE = 200


class SuggestionSort(StrEnum):
    """By what suggestions are ordered; the newer breaks ties."""

    NEWEST = "newest"
    CONFIDENCE = "confidence"


class SuggestionQuery(BaseModel):
    """Which suggestions to list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: SuggestionKind | None = None
    status: SuggestionStatus = SuggestionStatus.PROPOSED
    sort: SuggestionSort = SuggestionSort.NEWEST
    cursor: str | None = Field(default=None, max_length=100)
    limit: int = Field(default=50, ge=1, le=MOST_AT_ONCE)
    snoozed: bool | None = Field(
        default=None, description="Only those that who asks put off, or did not; else both."
    )


class Change(BaseModel):
    """What a person wants otherwise than it was proposed; nothing of it is needed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    project_id: UUID | None = Field(default=None, description="Link to this project instead.")
    other_signal_id: UUID | None = Field(default=None, description="Merge with this one instead.")
    name: str | None = Field(default=None, max_length=120, description="Of the new project.")

    def differs(self, project_id: UUID | None, other_signal_id: UUID | None) -> bool:
        """Return whether it leads elsewhere than what was proposed; a name alone does not."""
        wanted = (self.project_id or project_id, self.other_signal_id or other_signal_id)
        return wanted != (project_id, other_signal_id)


AS_PROPOSED = Change()


@dataclass(frozen=True, slots=True)
class ProjectTag:
    """A project as a suggestion names it."""

    id: UUID
    key: str
    name: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class SuggestedTheme:
    """A theme as a suggestion names it; `project` is the key of the one it has."""

    id: UUID
    label: str
    size: int
    is_active: bool
    project: str | None


@dataclass(frozen=True, slots=True)
class SuggestionRead:
    """A proposed action with everything that decides it; `effects` say what accepting would do."""

    id: UUID
    kind: SuggestionKind
    status: SuggestionStatus
    title: str
    reason: str
    confidence: float
    effects: tuple[str, ...]
    detail: dict[str, Any]
    proposed_at: datetime
    expires_at: datetime
    signal: SignalRead | None
    other: SignalRead | None
    project: ProjectTag | None
    theme: SuggestedTheme | None
    decided_at: datetime | None = None
    decided_by: str | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class SuggestionPage:
    """A part of a list; `next_cursor` asks for what follows and is None at the end."""

    items: tuple[SuggestionRead, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a suggestion; `outcome` is a sentence, `can_undo` while it can be taken back.

    `is_new` is False when it had been decided the same way before.
    """

    id: UUID
    status: SuggestionStatus
    outcome: str
    can_undo: bool = False
    is_new: bool = True
    project_key: str | None = None
    run_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A suggestion of several that could not be decided, and why."""

    id: UUID
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class BulkDecided:
    """What became of several suggestions."""

    decided: list[Decided] = field(default_factory=list[Decided])
    refused: list[Refusal] = field(default_factory=list[Refusal])
