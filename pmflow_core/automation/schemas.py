"""What is shown of automation and maintenance."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pmflow_core.automation.models import AutomaticAction, Chore, Verdict

FACTS = ("size", "customers", "confidence", "worst")


@dataclass(frozen=True, slots=True)
class EventRead:
    """One look at a theme: what was done, or why it was not."""

    id: UUID
    at: datetime
    theme_id: UUID
    theme: str
    action: AutomaticAction
    verdict: Verdict
    reason: str
    facts: Mapping[str, Any]
    project_key: str | None
    run_id: UUID | None
    run_number: int | None


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What one evaluation of a workspace's themes came to."""

    themes: int
    done: int = 0
    suggested: int = 0
    notified: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class RoundRead:
    """One round of a chore; `result` holds its figures, `error` why it failed."""

    id: UUID
    chore: Chore
    at: datetime
    finished_at: datetime | None
    result: Mapping[str, Any]
    error: str | None
    by_hand: bool


@dataclass(frozen=True, slots=True)
class ChoreRead:
    """A chore, its last round, and when the next one is due; None while it is switched off."""

    chore: Chore
    is_on: bool
    last: RoundRead | None
    next_at: datetime | None
