"""What is shown of themes."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from pmflow_core.signals.models import Severity
from pmflow_core.signals.schemas import SignalDetail, SignalPage, SignalQuery
from pmflow_core.themes.models import PlacedBy, ProposalKind, ProposalStatus, ThemeEventKind

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
class LineageEntry:
    """What happened to a theme: the other themes, how many signals changed theme, and who did it.

    `by` is a person's name, None when pmflow did.
    """

    at: datetime
    kind: ThemeEventKind
    others: list["ThemeTag"]
    signals: int
    by: str | None


@dataclass(frozen=True, slots=True)
class CitingDocument:
    """A document that cites signals which would move."""

    project_key: str
    project_name: str
    type: str


@dataclass(frozen=True, slots=True)
class Side:
    """A theme after a change: how many signals it has then, how many more than now, and samples.

    `quotes` are of signals that move when `shows_moving`, else of such that are there before and
    after. `is_new` says that the change makes it, `ends` that it has none left and is retired.
    """

    theme: "ThemeTag"
    now: int
    after: int
    is_new: bool
    ends: bool
    quotes: list[Quote]
    shows_moving: bool


@dataclass(frozen=True, slots=True)
class ProposalRead:
    """A change of themes to review, or one that was decided.

    `signals` are those that still would move (or did), `documents` those whose newest version
    cites one of them.
    """

    id: UUID
    kind: ProposalKind
    status: ProposalStatus
    at: datetime
    decided_at: datetime | None
    signals: int
    sides: list[Side]
    documents: list[CitingDocument]


@dataclass(frozen=True, slots=True)
class ThemeDetail:
    """A theme, how it came about and what became of it; `is_active` is false once it has ended."""

    read: ThemeRead
    is_active: bool
    lineage: list[LineageEntry]
    nearest: tuple["ThemeTag", float] | None
    clustering_version: str | None
    clustered_at: datetime | None
    granularity: float | None
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
    praise: bool = Field(default=False, description="Only praise and what has no content.")


@dataclass(frozen=True, slots=True)
class RebuildResult:
    """What forming the themes anew came to; not applied when another was quicker."""

    applied: bool
    signals: int
    themes: int
    seconds: float
