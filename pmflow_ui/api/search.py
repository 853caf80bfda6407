"""Search and evidence as programs ask for them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from pmflow_core.accounts.actor import Role
from pmflow_core.search import evidence, service
from pmflow_core.search.schemas import (
    MOST_QUOTES,
    MOST_SIGNALS,
    By,
    DocumentHit,
    EvidenceQuery,
    Narrow,
    ProjectHit,
    Quotation,
    SearchQuery,
    SignalHit,
    ThemeHit,
    Thing,
)
from pmflow_core.search.spans import Span
from pmflow_core.signals.models import Kind, Severity, SignalStatus, Source
from pmflow_core.signals.schemas import SignalRead
from pmflow_core.themes.schemas import ThemeTag
from pmflow_ui.access import member
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.shapes import Shape
from pmflow_ui.call import call_between
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces", tags=["search"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Asked = Annotated[str, Query(description="Its first 500 characters are read.")]


class Mark(Shape):
    """A part of the text beside it, in code points; the end is not in it."""

    start: int
    end: int


class Theme(Shape):
    """A theme by its name."""

    id: UUID
    label: str


class SignalFound(Shape):
    """A signal; `text` is the part of it that answers best, `start` where that begins in it."""

    signal: str
    id: UUID
    text: str
    start: int
    highlights: Sequence[Mark]
    found_by: By
    cosine: float | None
    severity: Severity | None
    segment: str | None
    customer: str | None
    source: Source
    status: SignalStatus
    received_at: datetime
    theme: Theme | None


class ThemeFound(Shape):
    """A theme; `highlights` are in its label."""

    id: UUID
    label: str
    keywords: Sequence[str]
    size: int
    highlights: Sequence[Mark]


class ProjectFound(Shape):
    """A project; `highlights` are in its name."""

    id: UUID
    key: str
    name: str
    status: str
    text: str
    highlights: Sequence[Mark]


class DocumentFound(Shape):
    """The current version of a document and its section in which most was found."""

    project: str
    type: str
    title: str
    version: int
    section: str
    text: str
    highlights: Sequence[Mark]


class Results(Shape):
    """What was found, the best first. Without `meaning` only words were compared."""

    signals: Sequence[SignalFound]
    themes: Sequence[ThemeFound]
    projects: Sequence[ProjectFound]
    documents: Sequence[DocumentFound]
    corrected: Sequence[str]
    meaning: bool


class Quote(Shape):
    """A verbatim span of a signal that speaks to the question."""

    signal: str
    quote: str
    start: int
    end: int
    cosine: float | None
    customer: str | None
    received_at: datetime
    theme: Theme | None


class Evidence(Shape):
    """Quotes for a question, and from how many signals and known customers they are."""

    quotes: Sequence[Quote]
    signals: int
    customers: int
    more: bool
    meaning: bool


def narrowed(
    severity: Severity | None = None,
    source: Source | None = None,
    status: SignalStatus | None = None,
    signal_kind: Kind | None = None,
    segment: Annotated[str | None, Query(max_length=500)] = None,
    theme: UUID | None = None,
    project: Annotated[UUID | None, Query(alias="project_id")] = None,
    received_since: AwareDatetime | None = None,
) -> Narrow:
    """Return which signals are looked at."""
    return Narrow(
        severity=severity,
        source=source,
        status=status,
        kind=signal_kind,
        segment=segment,
        theme_id=theme,
        project_id=project,
        received_since=received_since,
    )


Narrowed = Annotated[Narrow, Depends(narrowed)]


@router.get("/{slug}/search")
async def search(
    viewer: Reader,
    narrow: Narrowed,
    q: Asked,
    kind: Annotated[
        list[Thing] | None, Query(description="What is looked for; several may be given.")
    ] = None,
    limit: Annotated[
        int, Query(ge=1, le=MOST_SIGNALS, description="At most so many signals.")
    ] = 20,
) -> Results:
    """Search signals, themes, projects and documents by words and by meaning."""
    things = frozenset(kind or Thing)
    query = SearchQuery(text=q, things=things, narrow=narrow, signals=limit)
    found = await call_between(service.search, member(viewer), query)
    return Results(
        signals=[_signal(hit) for hit in found.signals],
        themes=[_theme(hit) for hit in found.themes],
        projects=[_project(hit) for hit in found.projects],
        documents=[_document(hit) for hit in found.documents],
        corrected=found.corrected,
        meaning=found.meaning,
    )


@router.get("/{slug}/evidence")
async def read_evidence(
    viewer: Reader,
    narrow: Narrowed,
    q: Asked,
    limit: Annotated[int, Query(ge=1, le=MOST_QUOTES, description="At most so many quotes.")] = 10,
) -> Evidence:
    """Return the signals that speak to a question, with the sentence of each that does."""
    query = EvidenceQuery(question=q, narrow=narrow, limit=limit)
    found = await call_between(evidence.find_evidence, member(viewer), query)
    return Evidence(
        quotes=[_quote(each) for each in found.quotes],
        signals=found.signals,
        customers=found.customers,
        more=found.more,
        meaning=found.meaning,
    )


def _marks(spans: Sequence[Span]) -> list[Mark]:
    return [Mark.model_validate(span) for span in spans]


def _tag(theme: ThemeTag | None) -> Theme | None:
    return None if theme is None else Theme.model_validate(theme)


def _signal(hit: SignalHit) -> SignalFound:
    row: SignalRead = hit.row
    return SignalFound(
        signal=row.name,
        id=row.id,
        text=hit.excerpt.text,
        start=hit.excerpt.start,
        highlights=_marks(hit.excerpt.marks),
        found_by=hit.by,
        cosine=hit.cosine,
        severity=row.severity,
        segment=row.segment,
        customer=row.customer,
        source=row.source,
        status=row.status,
        received_at=row.received_at,
        theme=_tag(hit.theme),
    )


def _theme(hit: ThemeHit) -> ThemeFound:
    return ThemeFound(
        id=hit.id,
        label=hit.label,
        keywords=hit.keywords,
        size=hit.size,
        highlights=_marks(hit.marks),
    )


def _project(hit: ProjectHit) -> ProjectFound:
    return ProjectFound(
        id=hit.id,
        key=hit.key,
        name=hit.name,
        status=hit.status,
        text=hit.excerpt.text,
        highlights=_marks(hit.marks),
    )


def _document(hit: DocumentHit) -> DocumentFound:
    return DocumentFound(
        project=hit.project_key,
        type=hit.type,
        title=hit.title,
        version=hit.version,
        section=hit.section,
        text=hit.excerpt.text,
        highlights=_marks(hit.excerpt.marks),
    )


def _quote(each: Quotation) -> Quote:
    return Quote(
        signal=each.row.name,
        quote=each.quote,
        start=each.start,
        end=each.end,
        cosine=each.cosine,
        customer=each.row.customer,
        received_at=each.row.received_at,
        theme=_tag(each.theme),
    )
