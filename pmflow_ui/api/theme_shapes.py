"""What the API answers about themes; fields are added here, never renamed."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import Field

from pmflow_core.themes.overview import ThemesOverview
from pmflow_core.themes.schemas import ProposalRead, Quote, ThemeDetail, ThemeRead
from pmflow_ui.api.shapes import Shape


class Said(Shape):
    """A signal in its own words."""

    signal: str = Field(description="S-<number>.")
    text: str


class Segment(Shape):
    """A segment, and how many signals name it."""

    name: str
    size: int


class Tag(Shape):
    """A theme by name alone."""

    id: UUID
    label: str


class Theme(Shape):
    """A theme in a list."""

    id: UUID
    label: str
    size: int
    keywords: Sequence[str]
    severities: dict[str, int]
    trend: Sequence[int] = Field(description="Signals per week, oldest of eight weeks first.")
    segments: Sequence[Segment]
    quotes: Sequence[Said]
    customers: int = Field(description="Distinct senders.")
    value: Decimal | None = Field(description="Annual value of its customers, each once.")
    strength: float = Field(description="0 to 1: how much it asks for attention.")
    confidence: float = Field(description="0 to 1: how sure its signals belong together.")
    project: str | None
    locked: bool
    renamed: bool


class Event(Shape):
    """What happened to a theme: formed, split, merged, retired or restored."""

    at: datetime
    kind: str
    others: Sequence[Tag] = Field(description="The themes it came from or went to.")
    signals: int
    by: str | None = Field(description="The person; null when pmflow did it.")


class ThemeInFull(Theme):
    """A theme with its lineage."""

    active: bool = Field(description="False once it has ended.")
    lineage: Sequence[Event] = Field(description="The newest first.")
    formed_at: datetime | None
    rule: str | None = Field(description="Version of the rule that last shaped it.")
    granularity: float | None


class ThemeSide(Shape):
    """A theme of a proposal, now and after."""

    theme: Tag
    now: int
    after: int
    new: bool
    ends: bool
    quotes: Sequence[Said]


class Cites(Shape):
    """A document whose newest version cites a signal that would move."""

    project: str
    type: str


class Proposal(Shape):
    """A change of themes: proposed by a clustering, or done by a person."""

    id: UUID
    kind: str
    status: str
    at: datetime
    decided_at: datetime | None
    signals: int = Field(description="How many move.")
    sides: Sequence[ThemeSide]
    documents: Sequence[Cites]


class Moved(Shape):
    """What a decision did; `change` undoes it."""

    change: UUID
    theme: UUID | None = None
    moved: int


class Formed(Shape):
    """When themes were formed last, and from what."""

    at: datetime | None
    signals: int
    themes: int


def theme(read: ThemeRead) -> Theme:
    """Return a theme as it is answered."""
    return Theme(**_fields(read))


def in_full(detail: ThemeDetail) -> ThemeInFull:
    """Return a theme with its lineage."""
    return ThemeInFull(
        **_fields(detail.read),
        active=detail.is_active,
        lineage=[Event.model_validate(entry) for entry in detail.lineage],
        formed_at=detail.clustered_at,
        rule=detail.clustering_version,
        granularity=detail.granularity,
    )


def proposal(read: ProposalRead) -> Proposal:
    """Return a proposal as it is answered."""
    return Proposal(
        id=read.id,
        kind=read.kind,
        status=read.status,
        at=read.at,
        decided_at=read.decided_at,
        signals=read.signals,
        sides=[
            ThemeSide(
                theme=Tag.model_validate(side.theme),
                now=side.now,
                after=side.after,
                new=side.is_new,
                ends=side.ends,
                quotes=_said(side.quotes),
            )
            for side in read.sides
        ],
        documents=[Cites(project=each.project_key, type=each.type) for each in read.documents],
    )


def formed(about: ThemesOverview) -> Formed:
    """Return when themes were formed last."""
    last = about.last
    if last is None:
        return Formed(at=None, signals=0, themes=0)
    return Formed(at=last.at, signals=last.signals, themes=last.themes)


def _fields(read: ThemeRead) -> dict[str, Any]:
    return {
        "id": read.id,
        "label": read.label,
        "size": read.size,
        "keywords": read.keywords,
        "severities": {severity.value: many for severity, many in read.severities.items()},
        "trend": read.trend,
        "segments": [Segment(name=name, size=size) for name, size in read.segments],
        "quotes": _said(read.quotes),
        "customers": read.customers,
        "value": read.value,
        "strength": read.strength,
        "confidence": read.confidence,
        "project": read.project_key,
        "locked": read.is_locked,
        "renamed": read.is_renamed,
    }


def _said(quotes: Sequence[Quote]) -> list[Said]:
    return [Said(signal=f"S-{quote.number}", text=quote.text) for quote in quotes]
