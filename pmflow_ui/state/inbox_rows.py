"""The inbox as the browser draws it: its rows, and what is open beside them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pmflow_core.activity.notifications import ANSWERED, NotificationRead
from pmflow_core.signals.schemas import SignalRead
from pmflow_core.suggestions.models import SuggestionKind, SuggestionStatus
from pmflow_core.triage.inbox import WaitingProject, WaitsFor
from pmflow_core.triage.schemas import BulkDecided, SuggestionRead
from pmflow_core.triage.service import SuggestionIsDecided
from pmflow_ui.figures import counted
from pmflow_ui.state.signals_rows import theme_path

TICKS = 20
WORDS_SHOWN = 8
SUGGESTION, PROJECT, MENTION = "suggestion", "project", "mention"
KINDS = {
    SuggestionKind.LINK_SIGNAL: "Links",
    SuggestionKind.MERGE_DUPLICATE: "Duplicates",
    SuggestionKind.NEW_PROJECT: "New projects",
    SuggestionKind.GENERATE_PRD: "PRDs",
    SuggestionKind.ARCHIVE_SIGNAL: "Archiving",
}
ACCEPTS = {
    SuggestionKind.LINK_SIGNAL: "Link",
    SuggestionKind.MERGE_DUPLICATE: "Merge",
    SuggestionKind.NEW_PROJECT: "Create project",
    SuggestionKind.GENERATE_PRD: "Start the run",
    SuggestionKind.ARCHIVE_SIGNAL: "Archive",
}
DISMISSES = {SuggestionKind.MERGE_DUPLICATE: "Keep both"}
CHANGES = {SuggestionKind.LINK_SIGNAL: PROJECT, SuggestionKind.NEW_PROJECT: "name"}
GLYPHS = {
    WaitsFor.APPROVAL: "waiting",
    WaitsFor.ANSWER: "question",
    WaitsFor.REPAIR: "failed",
}


@dataclass(frozen=True)
class InboxRow:
    """One thing that waits; `id` says what it is, `dom` names its element.

    `until` is set while it is put off, and it is `back` from that until it is opened.
    """

    id: str
    dom: str
    glyph: str
    title: str
    text: str
    at: str
    href: str
    until: str = ""
    back: bool = False


@dataclass(frozen=True)
class Side:
    """A signal as it stands beside a decision."""

    name: str
    href: str
    text: str
    severity: str
    about: str
    received: str
    note: str
    tone: str


@dataclass(frozen=True)
class Opened:
    """What is open beside the list; an empty id means that nothing is."""

    id: str = ""
    suggestion: str = ""
    mention: str = ""
    glyph: str = ""
    title: str = ""
    lead: str = ""
    reason: str = ""
    effects: list[str] = field(default_factory=list[str])
    sides: list[Side] = field(default_factory=list[Side])
    ticks: list[str] = field(default_factory=list[str])
    measure: str = ""
    score: str = ""
    needed: str = ""
    words: list[str] = field(default_factory=list[str])
    href: str = ""
    link_words: str = ""
    accept: str = ""
    dismiss: str = ""
    change: str = ""
    name: str = ""
    status: str = ""
    decided: str = ""
    decided_at: str = ""
    at: str = ""
    until: str = ""


def drawn_waiting(found: WaitingProject, slug: str) -> tuple[InboxRow, Opened]:
    """Return a project that waits as a row, and as it is open beside the list."""
    return waiting_row(found, slug), open_waiting(found, slug)


def drawn_suggestion(found: SuggestionRead, slug: str) -> tuple[InboxRow, Opened]:
    """Return a suggestion as a row, and as it is open beside the list."""
    return suggestion_row(found, slug), open_suggestion(found, slug)


def drawn_mention(found: NotificationRead, slug: str) -> tuple[InboxRow, Opened]:
    """Return a mention as a row, and as it is open beside the list."""
    row = mention_row(found, slug)
    return row, open_mention(found, row)


def waiting_row(found: WaitingProject, slug: str) -> InboxRow:
    """Return a project that waits as a row."""
    return InboxRow(
        id=f"{PROJECT}:{found.key}",
        dom=f"waits-{found.key}",
        glyph=GLYPHS[found.waits_for],
        title=f"{found.key} {found.name}",
        text=found.reason,
        at=found.since.isoformat(),
        href=_project_path(slug, found.key),
    )


def suggestion_row(found: SuggestionRead, slug: str) -> InboxRow:
    """Return a suggestion as a row; what it says is shown before what pmflow thinks of it."""
    said = " ".join(found.signal.text.split()) if found.signal else found.reason
    return InboxRow(
        id=f"{SUGGESTION}:{found.id}",
        dom=f"suggestion-{found.id}",
        glyph=found.kind.value,
        title=found.title,
        text=said[:160],
        at=found.proposed_at.isoformat(),
        href=_href(found, slug)[0],
    )


def open_waiting(found: WaitingProject, slug: str) -> Opened:
    """Return a project that waits as it is open beside the list."""
    return Opened(
        id=f"{PROJECT}:{found.key}",
        glyph=GLYPHS[found.waits_for],
        title=f"{found.key} {found.name}",
        lead=found.reason,
        effects=[f"{found.next_action}: {found.owner}"],
        href=_project_path(slug, found.key),
        link_words=f"Open {found.key}",
        at=found.since.isoformat(),
    )


def mention_row(found: NotificationRead, slug: str) -> InboxRow:
    """Return a mention as a row: who names whom where, and what they say."""
    about, _, said = found.text.partition(": ")
    return InboxRow(
        id=f"{MENTION}:{found.id}",
        dom=f"mention-{found.id}",
        glyph="answered" if found.kind == ANSWERED else "named",
        title=about,
        text=said,
        at=found.at.isoformat(),
        href=f"/w/{slug}/{found.link}" if found.link else "",
    )


def open_mention(found: NotificationRead, row: InboxRow) -> Opened:
    """Return a mention as it is open beside the list."""
    return Opened(
        id=row.id,
        mention=str(found.id),
        glyph=row.glyph,
        title=row.title,
        lead=f"“{row.text}”",
        href=row.href,
        link_words="Open the comment",
        at=row.at,
    )


def open_suggestion(found: SuggestionRead, slug: str) -> Opened:
    """Return a suggestion as it is open beside the list."""
    score = _number(found.detail, "similarity", "score")
    needed = _number(found.detail, "needed", "needs", "threshold")
    href, link_words = _href(found, slug)
    is_open = found.status is SuggestionStatus.PROPOSED
    return Opened(
        id=f"{SUGGESTION}:{found.id}",
        suggestion=str(found.id),
        glyph=found.kind.value,
        title=found.title,
        lead=f"{found.effects[0]}." if found.effects else "",
        reason=found.reason,
        effects=list(found.effects[1:]),
        sides=_sides(found, slug),
        ticks=_ticks(score if score is not None else found.confidence),
        measure="Confidence" if score is None else "Similarity",
        score=f"{score if score is not None else found.confidence:.2f}",
        needed="" if needed is None else f"{needed:.2f} is needed",
        words=[str(word) for word in found.detail.get("words", [])][:WORDS_SHOWN],
        href=href,
        link_words=link_words,
        accept=ACCEPTS[found.kind] if is_open else "",
        dismiss=DISMISSES.get(found.kind, "Dismiss") if is_open else "",
        change=CHANGES.get(found.kind, "") if is_open else "",
        name=found.theme.label if found.theme else "",
        status=found.status.value,
        decided=_decided(found),
        decided_at=_iso(found.decided_at),
        at=found.proposed_at.isoformat(),
    )


def _decided(found: SuggestionRead) -> str:
    if found.status is SuggestionStatus.PROPOSED:
        return ""
    by = f" by {found.decided_by}" if found.decided_by else ""
    outcome = f": {found.outcome}" if found.outcome else ""
    return f"{found.status.value.capitalize()}{by}{outcome}"


def _sides(found: SuggestionRead, slug: str) -> list[Side]:
    signals = [each for each in (found.signal, found.other) if each is not None]
    if found.kind is not SuggestionKind.MERGE_DUPLICATE:
        return [_side(each, slug, "", "") for each in signals]
    older = sorted(signals, key=lambda each: (each.received_at, each.number))
    notes = (("Stays", "s-completed"), ("Merges in", "fill"))
    return [_side(each, slug, *note) for each, note in zip(older, notes, strict=False)]


def _side(signal: SignalRead, slug: str, note: str, tone: str) -> Side:
    about = [part for part in (signal.segment, signal.customer) if part]
    return Side(
        name=signal.name,
        href=f"/w/{slug}/signals?signal={signal.number}",
        text=signal.text,
        severity=signal.severity.value if signal.severity else "",
        about=", ".join(about),
        received=signal.received_at.isoformat(),
        note=note,
        tone=tone,
    )


def _href(found: SuggestionRead, slug: str) -> tuple[str, str]:
    """Return where what it is about is read, and the words of that link."""
    if found.project is not None:
        named = f"Open {found.project.key} {found.project.name}"
        return _project_path(slug, found.project.key), named
    if found.theme is not None:
        return theme_path(slug, found.theme.id), f"Open the theme “{found.theme.label}”"
    if found.signal is not None:
        return f"/w/{slug}/signals?signal={found.signal.number}", f"Open {found.signal.name}"
    return "", ""


def _project_path(slug: str, key: str) -> str:
    return f"/w/{slug}/projects/{key}"


def _number(detail: dict[str, Any], *names: str) -> float | None:
    for name in names:
        value = detail.get(name)
        if isinstance(value, int | float):
            return float(value)
    return None


def _ticks(share: float) -> list[str]:
    lit = min(TICKS, max(0, round(share * TICKS)))
    return ["on"] * lit + [""] * (TICKS - lit)


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def said_of(done: BulkDecided, status: SuggestionStatus) -> str:
    """Return what became of several suggestions, in words."""
    verb = "Accepted" if status is SuggestionStatus.ACCEPTED else "Dismissed"
    count = sum(1 for each in done.decided if each.status is status and each.is_new)
    known = sum(1 for each in done.decided if not each.is_new)
    refused = [each for each in done.refused if each.code != SuggestionIsDecided.code]
    known += len(done.refused) - len(refused)
    expired = sum(1 for each in done.decided if each.status is SuggestionStatus.EXPIRED)
    text = f"{verb} {counted(count, 'suggestion')}"
    if known:
        text += f"; {known} {'was' if known == 1 else 'were'} decided before"
    if refused:
        text += f"; {len(refused)} refused: {refused[0].reason}"
    lapsed = "no longer applies" if expired == 1 else "no longer apply"
    return text + (f"; {expired} {lapsed}" if expired else "")


def said_of_undo(done: BulkDecided) -> str:
    """Return what became of taking several decisions back, in words."""
    text = f"Taken back; {counted(len(done.decided), 'suggestion')} suggested again"
    if done.refused:
        text += f"; {len(done.refused)} stay as they are: {done.refused[0].reason}"
    return text
