"""Signals as the browser draws them: rows of the list and the drawer."""

from dataclasses import dataclass, field
from uuid import UUID

from pmflow_core.board.shown_signals import SignalShown, SignalsRead
from pmflow_core.signals.models import MergeKind, SignalStatus, Source
from pmflow_core.signals.schemas import MergeRead, SignalRead
from pmflow_core.themes.models import PlacedBy
from pmflow_core.themes.schemas import ThemeTag, WhyThere
from pmflow_ui.figures import counted

TICKS = 10
TAGS_SHOWN = 2
SOURCES = {
    Source.WEBHOOK: ("Webhook", "webhook"),
    Source.UPLOAD: ("File", "file-up"),
    Source.PASTE: ("Pasted", "clipboard"),
    Source.API: ("API", "code-xml"),
    Source.SLACK: ("Slack", "hash"),
    Source.PYLON: ("Pylon", "headset"),
    Source.EMAIL: ("Email", "mail"),
    Source.INTERVIEW: ("Interview", "mic"),
    Source.VIDEO: ("Video", "video"),
    Source.GITHUB: ("GitHub", "git-branch"),
    Source.OTHER: ("Other", "circle-dot"),
}


@dataclass(frozen=True)
class SignalRow:
    """A signal as a row."""

    id: str
    number: int
    text: str
    severity: str
    theme: str
    theme_href: str
    status: str
    project: str
    source: str
    source_name: str
    received: str
    waits: bool
    tags: list[str]
    more_tags: str


@dataclass(frozen=True)
class SimilarRow:
    """A signal that says nearly the same, and the words that say so."""

    id: str
    number: int
    text: str
    severity: str
    similarity: str
    ticks: list[str]
    words: str
    may_merge: bool


@dataclass(frozen=True)
class CopyRow:
    """A signal that is merged into the open one."""

    id: str
    number: int
    text: str
    note: str


@dataclass(frozen=True)
class PlaceRow:
    """A document that cites a signal, or a project that it is evidence of."""

    key: str
    text: str
    href: str
    note: str
    id: str = ""


@dataclass(frozen=True)
class SignalCard:
    """One signal as its drawer shows it; empty words are not shown."""

    id: str = ""
    number: int = 0
    text: str = ""
    reading: str = ""
    severity: str = ""
    severity_by: str = ""
    frequency: str = ""
    segment: str = ""
    customer: str = ""
    source: str = ""
    source_name: str = ""
    reference: str = ""
    received: str = ""
    status: str = ""
    theme: str = ""
    theme_href: str = ""
    placed: str = ""
    similarity: str = ""
    needed: str = ""
    shared: str = ""
    unthemed: str = ""
    is_deleted: bool = False
    has_original: bool = False
    kept: int = 0
    kept_text: str = ""
    voices: str = ""
    tags: list[str] = field(default_factory=list[str])


def as_rows(read: SignalsRead, slug: str) -> list[SignalRow]:
    """Return a page of signals as rows."""
    themed = read.themed
    return [
        _row(row, themed.themes.get(row.id), read.keys.get(row.id, []), slug)
        for row in themed.page.items
    ]


def _row(row: SignalRead, theme: ThemeTag | None, keys: list[str], slug: str) -> SignalRow:
    first, others = (keys[0], len(keys) - 1) if keys else ("", 0)
    return SignalRow(
        id=str(row.id),
        number=row.number,
        text=" ".join(row.text.split()),
        severity=row.severity.value if row.severity else "",
        theme=theme.label if theme else "",
        theme_href=theme_path(slug, theme.id) if theme else "",
        status=_status(row.status),
        project=f"{first} +{others}" if others else first,
        source=row.source.value,
        source_name=SOURCES[row.source][0],
        received=row.received_at.isoformat(),
        waits=not row.is_processed,
        tags=list(row.tags[:TAGS_SHOWN]),
        more_tags=", ".join(row.tags[TAGS_SHOWN:]),
    )


def theme_path(slug: str, theme_id: UUID) -> str:
    """Return the address of a theme."""
    return f"/w/{slug}/themes/{theme_id}"


def _status(status: SignalStatus) -> str:
    return status.value.capitalize()


def as_card(shown: SignalShown, slug: str) -> SignalCard:
    """Return one signal as its drawer shows it."""
    detail, why = shown.themed.detail, shown.themed.why
    row = detail.row
    return SignalCard(
        id=str(row.id),
        number=row.number,
        text=detail.verbatim,
        reading=detail.interpretation or "",
        severity=row.severity.value if row.severity else "",
        severity_by="given" if "severity" in detail.given else "read from the words",
        frequency=row.frequency.value.capitalize() if row.frequency else "",
        segment=row.segment or "",
        customer=row.customer or "",
        source=row.source.value,
        source_name=SOURCES[row.source][0],
        reference=detail.source_ref or "",
        received=row.received_at.isoformat(),
        status=_status(row.status),
        theme=why.theme.label if why else "",
        theme_href=theme_path(slug, why.theme.id) if why else "",
        placed=_placed(why),
        similarity=f"{why.similarity:.2f}" if why else "",
        needed=f"{shown.needed:.2f}" if why and why.placed_by is PlacedBy.PLACEMENT else "",
        shared=", ".join(why.shared_keywords[:6]) if why else "",
        unthemed="" if why else _unthemed(row),
        is_deleted=detail.is_deleted,
        has_original=detail.has_original,
        kept=detail.kept.number if detail.kept else 0,
        kept_text=" ".join(detail.kept.text.split()) if detail.kept else "",
        voices=_voices(row),
        tags=list(row.tags),
    )


def _voices(row: SignalRead) -> str:
    if not row.copies:
        return ""
    said = f"Said {row.copies + 1:,} times"
    return f"{said} by {counted(row.customers, 'customer')}" if row.customers else said


def as_copies(shown: SignalShown) -> list[CopyRow]:
    """Return the signals that are merged into one."""
    return [
        CopyRow(
            id=str(found.row.id),
            number=found.row.number,
            text=found.row.customer or " ".join(found.row.text.split()),
            note=_merge_note(found),
        )
        for found in shown.themed.detail.copies
    ]


def _merge_note(found: MergeRead) -> str:
    if found.by_itself:
        return "same text, merged by itself"
    if found.score is None:
        return "same text" if found.kind is MergeKind.EXACT else "merged by hand"
    return f"similarity {found.score:.2f}"


def _placed(why: WhyThere | None) -> str:
    if why is None:
        return ""
    return {
        PlacedBy.CLUSTERING: "Grouped into",
        PlacedBy.PLACEMENT: "Joined",
        PlacedBy.PERSON: "Put by hand into",
    }[why.placed_by]


def _unthemed(row: SignalRead) -> str:
    if not row.is_processed:
        return "Waits to be read by a worker, then it joins the nearest theme."
    if not row.is_embedded:
        return "It could not be compared with others, so it is in no theme."
    return "Near no theme, or it says too little to be grouped."


def as_similar(shown: SignalShown) -> list[SimilarRow]:
    """Return the signals that say nearly the same."""
    return [
        SimilarRow(
            id=str(found.row.id),
            number=found.row.number,
            text=" ".join(found.row.text.split()),
            severity=found.row.severity.value if found.row.severity else "",
            similarity=f"{found.similarity:.2f}",
            ticks=_ticks(found.similarity),
            words=", ".join(found.words[:5]),
            may_merge=found.is_candidate,
        )
        for found in shown.similar
    ]


def _ticks(share: float) -> list[str]:
    lit = min(TICKS, max(0, round(share * TICKS)))
    return ["on"] * lit + [""] * (TICKS - lit)


def as_places(shown: SignalShown, slug: str) -> tuple[list[PlaceRow], list[PlaceRow]]:
    """Return the documents that cite a signal and the projects it is evidence of."""
    cited = [
        PlaceRow(
            found.project_key,
            f"{found.title} v{found.version}",
            f"/w/{slug}/projects/{found.project_key}/documents/{found.type}",
            "",
        )
        for found in shown.cited
    ]
    linked = [
        PlaceRow(
            link.key,
            link.name,
            f"/w/{slug}/projects/{link.key}",
            link.reason if link.confidence is None else f"{link.reason}, {link.confidence:.2f}",
            str(link.project_id),
        )
        for link in shown.themed.detail.links
    ]
    return cited, linked
