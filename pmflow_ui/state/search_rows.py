"""What a search is narrowed to, as it stands in the address, and what it found as it is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Literal
from urllib.parse import quote, urlencode
from uuid import UUID

from pmflow_core.clock import utcnow
from pmflow_core.search.schemas import (
    By,
    DocumentHit,
    EvidenceFound,
    Found,
    Narrow,
    ProjectHit,
    Quotation,
    SignalHit,
    ThemeHit,
    Thing,
)
from pmflow_core.search.spans import Excerpt, Span
from pmflow_core.signals.models import Severity, SignalStatus, Source
from pmflow_ui.figures import counted
from pmflow_ui.prose import anchor_of
from pmflow_ui.state.signals_rows import theme_path

DAYS = ("7", "30", "90")
EVIDENCE = "evidence"
FEW_SIGNALS, FEW_OTHERS = 20, 3
MANY, MANY_OTHERS = 50, 20
Name = Literal["q", "kind", "view", "severity", "status", "source", "since", "theme", "project"]


@dataclass(frozen=True)
class Look:
    """The address's parameters, each empty when it narrows nothing."""

    q: str = ""
    kind: str = ""
    view: str = ""
    severity: str = ""
    status: str = ""
    source: str = ""
    since: str = ""
    theme: str = ""
    project: str = ""

    def with_one(self, name: Name, value: str) -> "Look":
        """Return the same with one changed; unknown values become none."""
        changed = {field.name: getattr(self, field.name) for field in fields(self)}
        return parse({**changed, name: value})

    @property
    def things(self) -> frozenset[Thing]:
        """Return what is looked for."""
        return frozenset((Thing(self.kind),) if self.kind else Thing)

    @property
    def narrow(self) -> Narrow:
        """Return which signals are looked at."""
        return Narrow(
            severity=Severity(self.severity) if self.severity else None,
            status=SignalStatus(self.status) if self.status else None,
            source=Source(self.source) if self.source else None,
            received_since=utcnow() - timedelta(days=int(self.since)) if self.since else None,
            theme_id=UUID(self.theme) if self.theme else None,
            project_id=UUID(self.project) if self.project else None,
        )

    @property
    def signals(self) -> int:
        """Return how many signals are shown at most."""
        return FEW_SIGNALS if not self.kind else MANY

    @property
    def others(self) -> int:
        """Return how many of each other kind are shown at most."""
        return FEW_OTHERS if not self.kind else MANY_OTHERS

    @property
    def narrows(self) -> bool:
        """Return whether anything but the words leaves something out."""
        return self != Look(self.q, view=self.view)

    def address(self, slug: str) -> str:
        """Return the page's address with these."""
        shown = {
            field.name: value for field in fields(self) if (value := getattr(self, field.name))
        }
        return f"/w/{slug}/search{'?' if shown else ''}{urlencode(shown)}"


def parse(given: Mapping[str, object]) -> Look:
    """Return what an address asks for; what cannot be is left out."""

    def one_of(name: str, known: Sequence[str]) -> str:
        value = str(given.get(name) or "")
        return value if value in known else ""

    return Look(
        q=" ".join(str(given.get("q") or "").split())[:500],
        kind=one_of("kind", [each.value for each in Thing]),
        view=one_of("view", (EVIDENCE,)),
        severity=one_of("severity", [each.value for each in Severity]),
        status=one_of("status", [each.value for each in SignalStatus]),
        source=one_of("source", [each.value for each in Source]),
        since=one_of("since", DAYS),
        theme=_uuid(str(given.get("theme") or "")),
        project=_uuid(str(given.get("project") or "")),
    )


def _uuid(value: str) -> str:
    try:
        return str(UUID(value)) if value else ""
    except ValueError:
        return ""


@dataclass(frozen=True)
class Piece:
    """A part of a text, marked or not."""

    text: str
    marked: bool


@dataclass(frozen=True)
class HitRow:
    """One thing that was found."""

    id: str
    href: str
    icon: str
    severity: str
    lead: str
    pieces: list[Piece]
    below: list[Piece]
    notes: list[str]
    at: str


@dataclass(frozen=True)
class Group:
    """What was found of one kind; `more` leads to the list of all that hold the words."""

    kind: str
    title: str
    count: str
    rows: list[HitRow]
    more: str = ""


@dataclass(frozen=True)
class QuoteRow:
    """A sentence that speaks to the question, and where it is from."""

    id: str
    href: str
    name: str
    quote: str
    severity: str
    notes: list[str]
    at: str


def pieces(text: str, marks: Sequence[Span]) -> list[Piece]:
    """Return a text cut at its marks."""
    cut: list[Piece] = []
    at = 0
    for mark in marks:
        cut += [Piece(text[at : mark.start], False), Piece(text[mark.start : mark.end], True)]
        at = mark.end
    return [piece for piece in (*cut, Piece(text[at:], False)) if piece.text]


def groups(found: Found, slug: str, look: Look) -> list[Group]:
    """Return what was found by kind; what is few comes before the signals, which are many."""
    several = (
        ("project", "Projects", [_project(hit, slug) for hit in found.projects], ""),
        ("theme", "Themes", [_theme(hit, slug) for hit in found.themes], ""),
        ("document", "Documents", [_document(hit, slug) for hit in found.documents], ""),
        (
            "signal",
            "Signals",
            [_signal(hit, slug) for hit in found.signals],
            f"/w/{slug}/signals?{urlencode({'q': look.q})}"
            if any(hit.by in (By.WORDS, By.BOTH) for hit in found.signals)
            else "",
        ),
    )
    return [
        Group(kind, title, _count(rows, look), rows, more)
        for kind, title, rows, more in several
        if rows
    ]


def _count(rows: Sequence[HitRow], look: Look) -> str:
    return f"the best {len(rows)}" if len(rows) in (look.signals, look.others) else f"{len(rows)}"


def quotes(found: EvidenceFound, slug: str) -> list[QuoteRow]:
    """Return the quotes of the evidence."""
    return [_quote(each, slug) for each in found.quotes]


def evidence_words(found: EvidenceFound) -> str:
    """Return how much evidence there is."""
    if not found.signals:
        return ""
    least = "At least " if found.more else ""
    known = f", from {counted(found.customers, 'known customer')}" if found.customers else ""
    speak = "speaks" if found.signals == 1 else "speak"
    return f"{least}{counted(found.signals, 'signal')} {speak} to this{known}"


def _excerpt(excerpt: Excerpt) -> list[Piece]:
    shown = pieces(excerpt.text, excerpt.marks)
    before = [] if excerpt.start == 0 else [Piece("… ", False)]
    after = [] if excerpt.whole else [Piece(" …", False)]
    return [*before, *shown, *after]


def _signal(hit: SignalHit, slug: str) -> HitRow:
    row = hit.row
    notes = [
        hit.theme.label if hit.theme else "",
        row.customer or "",
        row.status.value if row.status in (SignalStatus.ARCHIVED, SignalStatus.MERGED) else "",
        "by its meaning" if hit.by is By.MEANING else "",
    ]
    return HitRow(
        id=f"hit-{row.name}",
        href=f"/w/{slug}/signals?signal={row.number}",
        icon="message-square",
        severity=row.severity.value if row.severity else "",
        lead=row.name,
        pieces=_excerpt(hit.excerpt),
        below=[],
        notes=[note for note in notes if note],
        at=row.received_at.isoformat(),
    )


def _theme(hit: ThemeHit, slug: str) -> HitRow:
    return HitRow(
        id=f"hit-{hit.id}",
        href=theme_path(slug, hit.id),
        icon="shapes",
        severity="",
        lead="",
        pieces=pieces(hit.label, hit.marks),
        below=[],
        notes=[counted(hit.size, "signal"), *([", ".join(hit.keywords)] if hit.keywords else [])],
        at="",
    )


def _project(hit: ProjectHit, slug: str) -> HitRow:
    return HitRow(
        id=f"hit-{hit.key}",
        href=f"/w/{slug}/projects/{hit.key}",
        icon="square-kanban",
        severity="",
        lead=hit.key,
        pieces=pieces(hit.name, hit.marks),
        below=_excerpt(hit.excerpt) if hit.excerpt.text else [],
        notes=[] if hit.status.value == "active" else [hit.status.value],
        at="",
    )


def _document(hit: DocumentHit, slug: str) -> HitRow:
    place = f"/w/{slug}/projects/{hit.project_key}/documents/{quote(hit.type)}"
    return HitRow(
        id=f"hit-{hit.project_key}-{hit.type}",
        href=f"{place}#{anchor_of(hit.section)}" if hit.section else place,
        icon="file-text",
        severity="",
        lead=hit.project_key,
        pieces=[Piece(f"{hit.title}{': ' if hit.section else ''}{hit.section}", False)],
        below=_excerpt(hit.excerpt),
        notes=[f"version {hit.version}"],
        at="",
    )


def _quote(each: Quotation, slug: str) -> QuoteRow:
    row = each.row
    notes = [row.customer or "", row.segment or "", each.theme.label if each.theme else ""]
    return QuoteRow(
        id=f"quote-{row.name}",
        href=f"/w/{slug}/signals?signal={row.number}",
        name=row.name,
        quote=each.quote,
        severity=row.severity.value if row.severity else "",
        notes=[note for note in notes if note],
        at=row.received_at.isoformat(),
    )
