"""The board's cards and lanes as the browser draws them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlencode
from uuid import UUID

from pmflow_core.board.schemas import BoardRead, CardRead, DocumentState, Mood, StageRead
from pmflow_ui.figures import counted, money
from pmflow_ui.initials import initials

DOCUMENTS = ("Research", "PRD", "Design brief", "Engineering spec", "GTM brief")
MARKS = {
    DocumentState.NONE: ("", "not written"),
    DocumentState.DRAFT: ("draft", "draft"),
    DocumentState.APPROVED: ("ok", "approved"),
    DocumentState.WRITING: ("run", "being written"),
}
GLYPHS = {
    Mood.IDLE: "todo",
    Mood.QUEUED: "queued",
    Mood.RUNNING: "running",
    Mood.WAITING: "waiting",
    Mood.FAILED: "blocked",
    Mood.DONE: "completed",
}
SHOWS = {
    "waiting": frozenset({Mood.WAITING}),
    "blocked": frozenset({Mood.FAILED}),
    "running": frozenset({Mood.RUNNING, Mood.QUEUED}),
}
APPROVAL = "waits for approval"
MOST_LANES = 12
OPEN_LANES = 6
KEPT_CARDS = 4096


@dataclass(frozen=True)
class Reason:
    """A reason line: glyph, bold beginning, sentence, who does what next, and its tint."""

    glyph: str
    lead: str
    text: str
    next: str
    tone: str


@dataclass(frozen=True)
class CardView:
    """A project as one card; only plain values, so that an unchanged card is not drawn again."""

    id: str
    key: str
    href: str
    title: str
    owner: str
    letters: str
    mine: bool
    signals: int
    signals_label: str
    marks: str
    marks_label: str
    cost: str
    percent: int
    glyph: str
    lead: str
    text: str
    next: str
    tone: str
    can_override: bool
    mood: str


@dataclass(frozen=True)
class Counts:
    """How many cards each filter would show."""

    all: int = 0
    waiting: int = 0
    blocked: int = 0
    running: int = 0

    def of(self, show: str) -> int:
        """Return the number of one filter."""
        return {"waiting": self.waiting, "blocked": self.blocked, "running": self.running}.get(
            show, self.all
        )


@dataclass(frozen=True)
class Lane:
    """A stage as a column's head; `shown` is the one stage a phone shows."""

    slug: str
    name: str
    colour: str
    counts: Counts
    shown: bool
    phone_href: str


@dataclass(frozen=True)
class View:
    """What the address says: the filter, the collapsed stages (none given: as usual), a phone's.

    The browser itself draws the first two, in the frame of the click.
    """

    base: str
    show: str = "all"
    shut: str = ""
    stage: str = ""

    def href(self) -> str:
        """Return the address of this view."""
        given = {
            "show": "" if self.show == "all" else self.show,
            "shut": self.shut,
            "stage": self.stage,
        }
        query = urlencode({name: value for name, value in given.items() if value}, safe=",")
        return f"{self.base}?{query}" if query else self.base


def read_view(base: str, query: dict[str, str]) -> View:
    """Return the view that an address asks for; what it cannot mean is left out."""
    show = query.get("show", "all")
    return View(
        base,
        show if show in SHOWS else "all",
        query.get("shut", ""),
        query.get("stage", ""),
    )


def reason_of(mood: Mood, reason: str, next_action: str, *, mine: bool) -> Reason:
    """Return the line that says why something is where it is and who acts next."""
    glyph = GLYPHS[mood]
    if mood is Mood.WAITING and not reason.endswith(APPROVAL):
        return Reason(glyph, f"{reason.rstrip('.')}.", "", next_action, "need")
    if mood is Mood.WAITING:
        lead = "Waiting for you" if mine else "Waiting"
        return Reason(glyph, lead, f"· {next_action[:1].lower()}{next_action[1:]}", "", "need")
    if mood is Mood.FAILED:
        head, stop, tail = reason.partition(". ")
        return Reason(glyph, head + stop.strip(), tail, "", "fail")
    if mood in (Mood.QUEUED, Mood.RUNNING):
        return Reason(glyph, "", reason, "", "")
    return Reason(glyph, "", f"{reason.rstrip('.')}.", next_action, "")


def as_card(card: CardRead, base: str, viewer_id: UUID | None) -> CardView:
    """Return a card as it is drawn; `base` is the workspace's address."""
    return _as_card(card, base, mine=card.owner_id is not None and card.owner_id == viewer_id)


# A change tells every tab to draw its board again, of which one card is another.
@lru_cache(KEPT_CARDS)
def _as_card(card: CardRead, base: str, *, mine: bool) -> CardView:
    line = reason_of(card.mood, card.reason, card.next_action, mine=mine)
    named = zip(DOCUMENTS, card.documents, strict=False)
    return CardView(
        id=str(card.id),
        key=card.key,
        href=f"{base}/projects/{card.key}",
        title=card.name,
        owner=card.owner or "Nobody owns it",
        letters=initials(card.owner) if card.owner else "–",
        mine=mine,
        signals=card.signals,
        signals_label=counted(card.signals, "signal"),
        marks=",".join(MARKS[state][0] for state in card.documents),
        marks_label=", ".join(f"{name}: {MARKS[state][1]}" for name, state in named),
        cost=money(card.cost_usd),
        percent=-1 if card.progress is None else round(100 * card.progress),
        glyph=line.glyph,
        lead=line.lead,
        text=line.text,
        next=line.next,
        tone=line.tone,
        can_override=False,
        mood=next((name for name, moods in SHOWS.items() if card.mood in moods), ""),
    )


def refused_card(card: CardView, why: str, *, can_override: bool) -> CardView:
    """Return the card of a move that was refused: its reason line says so."""
    head, colon, tail = why.partition(": ")
    return replace(
        card,
        glyph="blocked",
        lead=f"Not moved. {head}{colon.strip()}",
        text=tail,
        next="",
        tone="fail",
        can_override=can_override,
    )


def count_cards(cards: Iterable[CardRead]) -> Counts:
    """Return how many cards each filter would show."""
    moods = [card.mood for card in cards]
    found = {name: sum(mood in shown for mood in moods) for name, shown in SHOWS.items()}
    return Counts(all=len(moods), **found)


def lanes_of(read: BoardRead, view: View) -> list[Lane]:
    """Return the columns' heads, with the addresses that show them on a phone."""
    counts = {
        stage.slug: count_cards(card for card in read.cards if card.stage == stage.slug)
        for stage in read.stages
    }
    shown = {slug: count.of(view.show) for slug, count in counts.items()}
    stage = view.stage if view.stage in counts else _first(shown)
    return [
        Lane(
            slug=lane.slug,
            name=lane.name,
            colour=lane.colour,
            counts=counts[lane.slug],
            shown=lane.slug == stage,
            phone_href=replace(view, stage=lane.slug).href(),
        )
        for lane in read.stages[:MOST_LANES]
    ]


def usually_shut(stages: tuple[StageRead, ...]) -> str:
    """Return the stages that are collapsed until the address says otherwise, by commas.

    Seven fit a laptop's screen with the last one collapsed.
    """
    return ",".join(stage.slug for stage in stages[OPEN_LANES:])


def _first(counts: dict[str, int]) -> str:
    """Return the first stage that holds a card, or the first."""
    return next((slug for slug, count in counts.items() if count), next(iter(counts), ""))
