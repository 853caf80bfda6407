"""What is shown of themes."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from pmflow_core.signals.models import Severity
from pmflow_core.signals.schemas import SignalDetail, SignalPage, SignalQuery
from pmflow_core.themes.models import PlacedBy

TREND_WEEKS = 8


@dataclass(frozen=True, slots=True)
class Quote:
    """A signal that speaks for its theme."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class ThemeRead:
    """A theme as a row or card; the trend is signals per week, oldest of eight weeks first.

    `customers` are distinct senders; `value` is what those known as customers are worth a year,
    None when nothing is known. `strength` and `confidence` are from 0 to 1 (`strength`).
    """

    id: UUID
    label: str
    size: int
    keywords: list[str]
    severities: dict[Severity, int]
    trend: list[int]
    segments: list[tuple[str, int]]
    quotes: list[Quote]
    customers: int
    value: Decimal | None
    strength: float
    confidence: float
    project_id: UUID | None
    project_key: str | None
    is_locked: bool
    is_renamed: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ThemeDetail:
    """A theme, and how it came about."""

    read: ThemeRead
    clustering_version: str | None
    clustered_at: datetime | None
    placed: dict[PlacedBy, int]


@dataclass(frozen=True, slots=True)
class ThemeTag:
    """A theme where only its name is shown."""

    id: UUID
    label: str


@dataclass(frozen=True, slots=True)
class WhyThere:
    """Why a signal is in its theme."""

    theme: ThemeTag
    similarity: float
    placed_by: PlacedBy
    placed_at: datetime
    shared_keywords: list[str]


@dataclass(frozen=True, slots=True)
class ThemedSignal:
    """A signal with its theme; None while it is in none."""

    detail: SignalDetail
    why: WhyThere | None


@dataclass(frozen=True, slots=True)
class ThemedPage:
    """A page of signals, and the theme of each that has one, by signal id."""

    page: SignalPage
    themes: dict[UUID, ThemeTag]


class ThemedQuery(SignalQuery):
    """Which signals to list, by theme too."""

    theme_id: UUID | None = None
    unthemed: bool = Field(default=False, description="Only signals that are in no theme.")


@dataclass(frozen=True, slots=True)
class RebuildResult:
    """What forming the themes anew came to; not applied when another was quicker."""

    applied: bool
    signals: int
    themes: int
    seconds: float
