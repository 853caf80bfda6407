"""Proposals and lineage of themes as the browser draws them."""

from dataclasses import dataclass

from pmflow_core.themes.models import ProposalKind, ThemeEventKind
from pmflow_core.themes.schemas import LineageEntry, ProposalRead, Quote, Side
from pmflow_ui.figures import counted
from pmflow_ui.state.signals_rows import theme_path

TITLES = {
    ProposalKind.SPLIT: "Split proposed",
    ProposalKind.MERGE: "Merger proposed",
    ProposalKind.RETIRE: "End proposed",
    ProposalKind.MOVE: "Move",
}
KEEPS = {
    ProposalKind.SPLIT: "Keep as it is",
    ProposalKind.MERGE: "Keep apart",
    ProposalKind.RETIRE: "Keep it",
    ProposalKind.MOVE: "Keep as it is",
}


@dataclass(frozen=True)
class Words:
    """A signal in its own words."""

    number: int
    text: str
    href: str


@dataclass(frozen=True)
class SideRow:
    """A theme of a proposal: how many signals it has and would have, and whose words those are."""

    label: str
    href: str
    now: int
    after: int
    change: str
    tag: str
    which: str
    words: list[Words]


@dataclass(frozen=True)
class CitingRow:
    """A document that cites signals which would move."""

    text: str
    href: str


@dataclass(frozen=True)
class ProposalCard:
    """A proposal to review."""

    id: str
    title: str
    keep: str
    at: str
    moves: str
    before: list[SideRow]
    after: list[SideRow]
    documents_words: str
    documents: list[CitingRow]


@dataclass(frozen=True)
class LineageRow:
    """One event of a theme's lineage; `others` are themes with their pages."""

    text: str
    others: list[CitingRow]
    note: str
    at: str


def as_card(read: ProposalRead, slug: str) -> ProposalCard:
    """Return a proposal as a card."""
    sides = [_side(side, slug) for side in read.sides]
    documents = [
        CitingRow(
            f"{each.project_key} {each.type.replace('_', ' ')}",
            f"/w/{slug}/projects/{each.project_key}/documents/{each.type}",
        )
        for each in read.documents
    ]
    return ProposalCard(
        id=str(read.id),
        title=TITLES[read.kind],
        keep=KEEPS[read.kind],
        at=read.at.isoformat(),
        moves=f"{counted(read.signals, 'signal')} {'moves' if read.signals == 1 else 'move'}",
        before=[side for side in sides if side.tag != "new"],
        after=[side for side in sides if side.tag != "ends"],
        documents_words=_cite(len(documents)),
        documents=documents,
    )


def as_event(entry: LineageEntry, slug: str) -> LineageRow:
    """Return an event of a theme's lineage as a line."""
    others = [CitingRow(each.label, theme_path(slug, each.id)) for each in entry.others]
    by = f" by {entry.by}" if entry.by else ""
    return LineageRow(
        text=_happened(entry.kind, came_from=bool(others)),
        others=others,
        note=f"{counted(entry.signals, 'signal')}{by}",
        at=entry.at.isoformat(),
    )


def _happened(kind: ThemeEventKind, *, came_from: bool) -> str:
    match kind:
        case ThemeEventKind.FORMED:
            return "Split off from" if came_from else "Formed"
        case ThemeEventKind.SPLIT:
            return "Split, a part became"
        case ThemeEventKind.MERGED:
            return "Took in"
        case ThemeEventKind.RETIRED:
            return "Ended, its signals went to" if came_from else "Ended"
        case ThemeEventKind.RESTORED:
            return "Restored from" if came_from else "Restored"


def _side(side: Side, slug: str) -> SideRow:
    change = side.after - side.now
    return SideRow(
        label=side.theme.label,
        href="" if side.is_new else theme_path(slug, side.theme.id),
        now=side.now,
        after=side.after,
        change=f"{'+' if change > 0 else '−'}{abs(change)}" if change else "",
        tag="new" if side.is_new else "ends" if side.ends else "",
        which="moving" if side.shows_moving else "staying",
        words=[_words(quote, slug) for quote in side.quotes],
    )


def _words(quote: Quote, slug: str) -> Words:
    return Words(quote.number, quote.text, f"/w/{slug}/signals?signal={quote.number}")


def _cite(count: int) -> str:
    if not count:
        return "No document cites them."
    return f"{counted(count, 'document cites', 'documents cite')} them. Citations stay valid."
