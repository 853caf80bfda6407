"""What the insights of a workspace are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from uuid import UUID

from pmflow_core.automation.models import Verdict
from pmflow_core.runs.status import FailureClass

THEMES_SHOWN = 4
PROJECTS_SHOWN = 6


class Range(IntEnum):
    """How far back one looks, in days."""

    MONTH = 30
    QUARTER = 90
    YEAR = 365


# Days of a bucket and how many of them; together they cover at least the range, or for a year all
# but a day of it, so that every bucket is of whole weeks.
_BUCKETS: Mapping[Range, tuple[int, int]] = {
    Range.MONTH: (1, 30),
    Range.QUARTER: (7, 13),
    Range.YEAR: (28, 13),
}


@dataclass(frozen=True, slots=True)
class Span:
    """Equal buckets of whole days in UTC, the last of which ends with today."""

    start: datetime
    bucket: timedelta
    count: int

    @classmethod
    def until(cls, now: datetime, days: Range) -> "Span":
        """Return the span of a range that ends with the day of `now`."""
        width, count = _BUCKETS[days]
        end = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return cls(end - timedelta(days=width * count), timedelta(days=width), count)

    @property
    def end(self) -> datetime:
        """Return when the last bucket ends."""
        return self.start + self.bucket * self.count

    @property
    def before(self) -> "Span":
        """Return the span of the same length that ends where this one starts."""
        return Span(self.start - self.bucket * self.count, self.bucket, self.count)

    @property
    def starts(self) -> tuple[datetime, ...]:
        """Return when each bucket starts."""
        return tuple(self.start + self.bucket * place for place in range(self.count))


@dataclass(frozen=True, slots=True)
class Series:
    """Counts of one thing, one for each bucket, the oldest first."""

    name: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """Return the sum over all buckets."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class ThemeSeries:
    """Signals of one theme over time."""

    id: UUID
    label: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long projects stayed in a stage: the median of the visits that ended in the span."""

    slug: str
    name: str
    visits: int
    median_s: float | None


@dataclass(frozen=True, slots=True)
class ProjectCost:
    """What calls for a project cost by provider, in US dollars; without a key: for none."""

    key: str | None
    name: str
    by_provider: Mapping[str, Decimal]

    @property
    def total_usd(self) -> Decimal:
        """Return the sum over all providers."""
        return sum(self.by_provider.values(), Decimal(0))


@dataclass(frozen=True, slots=True)
class Costs:
    """What calls cost in US dollars; `before_usd` in the span before.

    `projects` are the dearest; what the others cost stands in `others_usd`.
    """

    total_usd: Decimal
    before_usd: Decimal
    by_provider: Mapping[str, Decimal]
    projects: tuple[ProjectCost, ...]
    others_usd: Decimal


@dataclass(frozen=True, slots=True)
class Flow:
    """Projects that reached the last stage, and the median time from their creation, seconds."""

    arrived: int
    median_s: float | None
    before_s: float | None


@dataclass(frozen=True, slots=True)
class InsightsRead:
    """All figures of a workspace over one range."""

    days: Range
    span: Span
    signals: int
    signals_before: int
    critical_unlinked: int
    severities: tuple[Series, ...]
    sources: tuple[Series, ...]
    themes: tuple[ThemeSeries, ...]
    flow: Flow
    stages: tuple[StageTime, ...]
    outcomes: tuple[Series, ...]
    failures: Mapping[FailureClass, int]
    costs: Costs
    decisions: Mapping[Verdict, int]
    themes_looked_at: int
