"""The inbox: what waits for a person, and deciding on it with one key."""

from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx
from pydantic import StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import shown_signals
from pmflow_core.events import topics
from pmflow_core.suggestions.models import SuggestionKind, SuggestionStatus
from pmflow_core.triage import inbox
from pmflow_core.triage import service as triage
from pmflow_core.triage.inbox import WaitingProject, WaitsFor
from pmflow_core.triage.schemas import (
    AS_PROPOSED,
    BulkDecided,
    Change,
    Decided,
    SuggestionQuery,
    SuggestionRead,
    SuggestionSort,
)
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.figures import counted
from pmflow_ui.guard import event, opened
from pmflow_ui.state.inbox_rows import (
    KINDS,
    SUGGESTION,
    InboxRow,
    Opened,
    open_suggestion,
    open_waiting,
    suggestion_row,
    waiting_row,
)
from pmflow_ui.state.signals import Choice
from pmflow_ui.toasts import offer_undo, refuse, say
from pmflow_ui.viewer import workspace_slug

PAGE = 50
MOST = 200
VIEWS = {
    "open": SuggestionStatus.PROPOSED,
    "accepted": SuggestionStatus.ACCEPTED,
    "dismissed": SuggestionStatus.DISMISSED,
}
View = Literal["open", "accepted", "dismissed"]
Key = Literal["j", "k", "x", "1", "2", "3", "Enter", "Escape"]
Item = Annotated[str, StringConstraints(max_length=80)]
Title = Annotated[str, StringConstraints(max_length=120)]


class InboxState(rx.State):
    """What waits, what is marked and open, and which part of it is shown; the address says so."""

    view: rx.Field[str] = rx.field("open")
    kind: rx.Field[str] = rx.field("")
    approvals: rx.Field[list[InboxRow]] = rx.field(default_factory=list)
    answers: rx.Field[list[InboxRow]] = rx.field(default_factory=list)
    repairs: rx.Field[list[InboxRow]] = rx.field(default_factory=list)
    suggested: rx.Field[list[InboxRow]] = rx.field(default_factory=list)
    kinds: rx.Field[list[Choice]] = rx.field(default_factory=list)
    projects: rx.Field[list[Choice]] = rx.field(default_factory=list)
    suggested_words: rx.Field[str] = rx.field("")
    has_more: rx.Field[bool] = rx.field(False)
    current: rx.Field[str] = rx.field("")
    current_row: rx.Field[str] = rx.field("")
    opened: rx.Field[Opened] = rx.field(default_factory=Opened)
    sheet: rx.Field[bool] = rx.field(False)
    place: rx.Field[str] = rx.field("")
    selected: rx.Field[list[str]] = rx.field(default_factory=list)
    changing: rx.Field[bool] = rx.field(False)
    address: rx.Field[str] = rx.field("")
    is_empty: rx.Field[bool] = rx.field(False)
    ready: rx.Field[bool] = rx.field(False)
    _slug: str = ""
    _shown: int = PAGE
    _hidden: int = 0
    _suggestions: dict[str, SuggestionRead] = {}  # noqa: RUF012 Reflex copies it per tab
    _waiting: dict[str, WaitingProject] = {}  # noqa: RUF012

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show what the address says."""
        actor = current_actor()
        given = self.router.url.query_parameters
        self._slug = workspace_slug(self.router.url.path) or ""
        view, kind = given.get("view") or "", given.get("kind") or ""
        self.view = view if view in VIEWS else "open"
        self.kind = kind if kind in list(SuggestionKind) else ""
        self.current, self.selected, self._shown = given.get("item") or "", [], PAGE
        self.sheet = self.changing = False
        places = [topics.signals(actor.workspace_id), topics.board(actor.workspace_id)]
        watch.watch(self, places, InboxState.refresh())
        await self._read(actor)

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again; what is open stays open while it is there."""
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def show(self, view: View) -> None:
        """Show what is open, or what was decided."""
        self.view, self.current, self.selected = view, "", []
        self._shown, self.sheet = PAGE, False
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def narrow(self, kind: Literal[""] | SuggestionKind) -> None:
        """Show suggestions of one kind only, or everything that waits."""
        self.kind, self.current, self.selected = str(kind), "", []
        self._shown = PAGE
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def more(self) -> None:
        """Show further suggestions."""
        self._shown = min(MOST, self._shown + PAGE)
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def open(self, item: Item) -> None:
        """Open one thing beside the list; on a phone over it."""
        self._mark(item)
        self.sheet = True

    @event(allow=Role.VIEWER)
    async def close(self) -> None:
        """Close what lies over the list on a phone."""
        self.sheet = False

    @event(allow=Role.VIEWER)
    async def press(self, key: Key) -> EventSpec | None:
        """Do what a key asks for."""
        if key in ("j", "k"):
            self._walk(1 if key == "j" else -1)
        elif key == "Enter":
            return rx.redirect(self.opened.href) if self.opened.href else None
        elif key == "Escape":
            self.selected, self.sheet = [], False
        elif current_actor().may(Role.EDITOR):
            return await self._decide_by(key)
        return None

    @event(allow=Role.EDITOR)
    async def select(self, item: Item) -> None:
        """Add a suggestion to the selection, or take it out."""
        self._toggle(item)

    @event(allow=Role.EDITOR)
    async def select_all(self) -> None:
        """Select all suggestions that are shown, or none when all of them are."""
        ids = [row.id for row in self.suggested]
        self.selected = [] if len(self.selected) == len(ids) else ids

    @event(allow=Role.EDITOR)
    async def accept(self, suggestion_id: UUID) -> EventSpec | None:
        """Do what is suggested."""
        return await self._accept(suggestion_id, AS_PROPOSED)

    @event(allow=Role.EDITOR)
    async def set_changing(self, is_open: bool) -> None:
        """Open or close the dialog that changes what is suggested."""
        self.changing = is_open

    @event(allow=Role.EDITOR)
    async def link_to(self, project_id: UUID) -> EventSpec | None:
        """Link the open suggestion's signal to another project."""
        self.changing = False
        return await self._accept(opened(self.opened.suggestion), Change(project_id=project_id))

    @event(allow=Role.EDITOR)
    async def name_it(self, form: dict[str, Title]) -> EventSpec | None:
        """Create the suggested project under another name."""
        self.changing = False
        name = form.get("name", "").strip() or None
        return await self._accept(opened(self.opened.suggestion), Change(name=name))

    @event(allow=Role.EDITOR)
    async def dismiss(self, suggestion_id: UUID) -> EventSpec | None:
        """Put a suggestion aside."""
        done = await call(triage.dismiss, current_actor(), suggestion_id)
        return await self._after(done)

    @event(allow=Role.EDITOR)
    async def restore(self, suggestion_id: UUID) -> EventSpec:
        """Propose a dismissed suggestion again."""
        await call(triage.restore, current_actor(), suggestion_id)
        await self._read(current_actor())
        return say("It is suggested again")

    @event(allow=Role.EDITOR)
    async def undo(self, suggestion_id: UUID) -> EventSpec:
        """Take back the last decision on a suggestion."""
        await call(triage.undo, current_actor(), suggestion_id)
        await self._read(current_actor())
        return say("Taken back; it is suggested again")

    @event(allow=Role.EDITOR)
    async def decide_selected(self, verb: Literal["accept", "dismiss"]) -> EventSpec:
        """Accept or dismiss everything that is selected."""
        ids = [UUID(item.partition(":")[2]) for item in self.selected]
        status = SuggestionStatus.ACCEPTED if verb == "accept" else SuggestionStatus.DISMISSED
        done = await call(triage.decide_many, current_actor(), ids, status)
        self.selected = []
        await self._read(current_actor())
        return _said_of(done, status)

    async def _decide_by(self, key: str) -> EventSpec | None:
        if key == "x":
            self._toggle(self.current)
        if not self.opened.accept or key == "x":
            return None
        suggestion = opened(self.opened.suggestion)
        if key == "3":
            return await self._after(await call(triage.dismiss, current_actor(), suggestion))
        if key == "2" and self.opened.change:
            self.changing = True
            return None
        return await self._accept(suggestion, AS_PROPOSED)

    async def _accept(self, suggestion_id: UUID, change: Change) -> EventSpec | None:
        done = await call(triage.accept, current_actor(), suggestion_id, change)
        return await self._after(done)

    async def _after(self, done: Decided) -> EventSpec:
        await self._read(current_actor())
        if done.status is SuggestionStatus.EXPIRED:
            return refuse("Not done, it has expired", done.outcome)
        if done.can_undo and done.is_new:
            return offer_undo(done.outcome, InboxState.undo(done.id))
        return say(done.outcome)

    async def _read(self, actor: Actor) -> None:
        before = self._order()
        query = SuggestionQuery(
            kind=SuggestionKind(self.kind) if self.kind else None,
            status=VIEWS[self.view],
            sort=SuggestionSort.CONFIDENCE if self.view == "open" else SuggestionSort.NEWEST,
            limit=self._shown,
        )
        page = await call(triage.list_suggestions, actor, query)
        counts = await call(triage.count_suggestions, actor)
        waiting = await call(inbox.read_waiting, actor) if self._shows_projects() else ()
        choices = await call(shown_signals.project_choices, actor)
        self.projects = [Choice(str(each.id), f"{each.key} {each.name}") for each in choices]
        self.kinds = [
            Choice(kind.value, f"{name} {counts[kind]:,}")
            for kind, name in KINDS.items()
            if kind in counts
        ]
        self._fill(page.items, waiting)
        self.has_more = page.next_cursor is not None and self._shown < MOST
        total = sum(counts.values()) if not self.kind else counts.get(SuggestionKind(self.kind), 0)
        total = total if self.view == "open" else len(page.items)
        self.suggested_words = f"{total:,}"
        self._hidden = total - len(page.items)
        self._keep_place(before)
        self.ready = True

    def _shows_projects(self) -> bool:
        return self.view == "open" and not self.kind

    def _fill(self, found: tuple[SuggestionRead, ...], waiting: tuple[WaitingProject, ...]) -> None:
        self.suggested = [suggestion_row(each, self._slug) for each in found]
        rows = [(each, waiting_row(each, self._slug)) for each in waiting]
        self.approvals, self.answers, self.repairs = (
            [row for each, row in rows if each.waits_for is kind] for kind in WaitsFor
        )
        self._suggestions = {f"{SUGGESTION}:{each.id}": each for each in found}
        self._waiting = {row.id: each for each, row in rows}
        self.selected = [each for each in self.selected if each in self._suggestions]
        self.is_empty = not self._order()

    def _order(self) -> list[str]:
        rows = [*self.approvals, *self.answers, *self.suggested, *self.repairs]
        return [row.id for row in rows]

    def _keep_place(self, before: list[str]) -> None:
        """Keep the mark; where its row is gone, it falls on the one that took its place."""
        order = self._order()
        if self.current not in order:
            place = before.index(self.current) if self.current in before else 0
            self.current = order[min(place, len(order) - 1)] if order else ""
            self.sheet = self.sheet and bool(order)
        self._mark(self.current)

    def _walk(self, step: int) -> None:
        order = self._order()
        if order:
            here = order.index(self.current) if self.current in order else -step
            self._mark(order[min(max(0, here + step), len(order) - 1)])

    def _mark(self, item: str) -> None:
        self.current = item
        if item in self._suggestions:
            self.opened = open_suggestion(self._suggestions[item], self._slug)
        elif item in self._waiting:
            self.opened = open_waiting(self._waiting[item], self._slug)
        else:
            self.current, self.opened = "", Opened()
        order = self._order()
        rows = [*self.approvals, *self.answers, *self.suggested, *self.repairs]
        self.current_row = next((row.dom for row in rows if row.id == self.current), "")
        total = len(order) + self._hidden
        self.place = f"{order.index(self.current) + 1:,} of {total:,}" if self.current else ""
        given = {"view": self.view if self.view != "open" else "", "kind": self.kind}
        shown = {name: value for name, value in {**given, "item": self.current}.items() if value}
        self.address = f"/w/{self._slug}/inbox" + (f"?{urlencode(shown)}" if shown else "")

    def _toggle(self, item: str) -> None:
        if self.view != "open" or item not in self._suggestions:
            return
        kept = [other for other in self.selected if other != item]
        self.selected = kept if item in self.selected else [*kept, item]


def _said_of(done: BulkDecided, status: SuggestionStatus) -> EventSpec:
    verb = "Accepted" if status is SuggestionStatus.ACCEPTED else "Dismissed"
    count = sum(1 for each in done.decided if each.status is status)
    text = f"{verb} {counted(count, 'suggestion')}"
    expired = len(done.decided) - count
    if done.refused:
        text += f"; {len(done.refused)} refused: {done.refused[0].reason}"
    return say(text + (f"; {expired} had expired" if expired else ""))
