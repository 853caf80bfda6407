"""The board's cards and lanes as the browser draws them."""

from dataclasses import dataclass, replace
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
    "all": frozenset(Mood),
    "waiting": frozenset({Mood.WAITING}),
    "blocked": frozenset({Mood.FAILED}),
    "running": frozenset({Mood.RUNNING, Mood.QUEUED}),
}
APPROVAL = "waits for approval"
MOST_LANES = 12
OPEN_LANES = 6


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


@dataclass(frozen=True)
class Lane:
    """A stage as a column's head; `shown` is the one stage a phone shows."""

    slug: str
    name: str
    colour: str
    count: int
    shut: bool
    shown: bool
    toggle_href: str
    phone_href: str


@dataclass(frozen=True)
class Counts:
    """How many cards each filter would show."""

    all: int = 0
    waiting: int = 0
    blocked: int = 0
    running: int = 0


@dataclass(frozen=True)
class View:
    """What the address says: the filter, the collapsed stages (None as usual), a phone's stage."""

    base: str
    show: str = "all"
    shut: tuple[str, ...] | None = None
    stage: str = ""

    def href(self) -> str:
        """Return the address of this view."""
        given = {
            "show": "" if self.show == "all" else self.show,
            "shut": "" if self.shut is None else ",".join(self.shut) or "none",
            "stage": self.stage,
        }
        query = urlencode({name: value for name, value in given.items() if value}, safe=",")
        return f"{self.base}?{query}" if query else self.base


def read_view(base: str, query: dict[str, str]) -> View:
    """Return the view that an address asks for; what it cannot mean is left out."""
    shut = query.get("shut")
    show = query.get("show", "all")
    return View(
        base,
        show if show in SHOWS else "all",
        None if shut is None else tuple(part for part in shut.split(",") if part != "none"),
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
    mine = card.owner_id is not None and card.owner_id == viewer_id
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


def count_cards(cards: tuple[CardRead, ...]) -> Counts:
    """Return how many cards each filter would show."""
    found = {name: sum(card.mood in moods for card in cards) for name, moods in SHOWS.items()}
    return Counts(**found)


def lanes_of(read: BoardRead, view: View) -> list[Lane]:
    """Return the columns' heads, with the addresses that collapse them or show them on a phone."""
    shown = [card for card in read.cards if card.mood in SHOWS[view.show]]
    counts = {stage.slug: sum(card.stage == stage.slug for card in shown) for stage in read.stages}
    shut = _shut(read.stages, view)
    stage = view.stage if view.stage in counts else _first(counts)
    return [
        Lane(
            slug=lane.slug,
            name=lane.name,
            colour=lane.colour,
            count=counts[lane.slug],
            shut=lane.slug in shut,
            shown=lane.slug == stage,
            toggle_href=replace(view, shut=_toggled(shut, lane.slug)).href(),
            phone_href=replace(view, stage=lane.slug).href(),
        )
        for lane in read.stages[:MOST_LANES]
    ]


def _first(counts: dict[str, int]) -> str:
    """Return the first stage that holds a card, or the first."""
    return next((slug for slug, count in counts.items() if count), next(iter(counts), ""))


def _shut(stages: tuple[StageRead, ...], view: View) -> tuple[str, ...]:
    """Return the collapsed stages: seven fit a laptop's screen with the last one collapsed."""
    known = [stage.slug for stage in stages]
    if view.shut is None:
        return tuple(known[OPEN_LANES:])
    return tuple(slug for slug in view.shut if slug in known)


def _toggled(shut: tuple[str, ...], slug: str) -> tuple[str, ...]:
    return tuple(s for s in shut if s != slug) if slug in shut else (*shut, slug)
