"""The inbox: what waits for a person, and deciding on it with one key."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal, cast
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx
from pydantic import AwareDatetime, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import notifications, snoozes
from pmflow_core.activity.snoozes import Thing, ThingKind
from pmflow_core.errors import NotFound
from pmflow_core.events import topics
from pmflow_core.suggestions.models import SuggestionKind, SuggestionStatus
from pmflow_core.triage import service as triage
from pmflow_core.triage import snoozing
from pmflow_core.triage.schemas import AS_PROPOSED, Change, Decided
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event, opened
from pmflow_ui.state.inbox_reads import GROUPS, STATUSES, Asked, Shown, View, read, shown_of
from pmflow_ui.state.inbox_rows import KINDS, MENTION, SUGGESTION, InboxRow, Opened
from pmflow_ui.state.signals import Choice
from pmflow_ui.toasts import offer_undo, refuse, say
from pmflow_ui.viewer import workspace_slug

PAGE = 50
MOST = 200
NARROW = (*SuggestionKind, MENTION)
Key = Literal["j", "k", "x", "1", "2", "3", "h", "Enter", "Escape"]
Item = Annotated[str, StringConstraints(max_length=80)]
Title = Annotated[str, StringConstraints(max_length=120)]


class InboxState(rx.State):
    """What waits, what is marked and open, and which part of it is shown; the address says so."""

    view: rx.Field[View] = rx.field("open")
    kind: rx.Field[str] = rx.field("")
    approvals: rx.Field[list[InboxRow]] = rx.field(default_factory=list)
    answers: rx.Field[list[InboxRow]] = rx.field(default_factory=list)
    repairs: rx.Field[list[InboxRow]] = rx.field(default_factory=list)
    mentions: rx.Field[list[InboxRow]] = rx.field(default_factory=list)
    suggested: rx.Field[list[InboxRow]] = rx.field(default_factory=list)
    kinds: rx.Field[list[Choice]] = rx.field(default_factory=list)
    projects: rx.Field[list[Choice]] = rx.field(default_factory=list)
    suggested_words: rx.Field[str] = rx.field("")
    duplicates: rx.Field[int] = rx.field(0)
    has_more: rx.Field[bool] = rx.field(False)
    current: rx.Field[str] = rx.field("")
    current_row: rx.Field[str] = rx.field("")
    opened: rx.Field[Opened] = rx.field(default_factory=Opened)
    sheet: rx.Field[bool] = rx.field(False)
    place: rx.Field[str] = rx.field("")
    selected: rx.Field[list[str]] = rx.field(default_factory=list)
    changing: rx.Field[bool] = rx.field(False)
    snoozing: rx.Field[bool] = rx.field(False)
    snoozed_words: rx.Field[str] = rx.field("Snoozed")
    address: rx.Field[str] = rx.field("")
    is_empty: rx.Field[bool] = rx.field(False)
    ready: rx.Field[bool] = rx.field(False)
    _slug: str = ""
    _shown: int = PAGE
    _hidden: int = 0
    _opened: dict[str, Opened] = {}  # noqa: RUF012 Reflex copies it per tab
    _things: dict[str, Thing] = {}  # noqa: RUF012

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show what the address says."""
        actor = current_actor()
        given = self.router.url.query_parameters
        self._slug = workspace_slug(self.router.url.path) or ""
        view, kind = given.get("view") or "", given.get("kind") or ""
        self.view = cast("View", view) if view in STATUSES else "open"
        self.kind = kind if kind in NARROW else ""
        self.current, self.selected, self._shown = given.get("item") or "", [], PAGE
        self.sheet = self.changing = self.snoozing = False
        places = [topics.signals(actor.workspace_id), topics.board(actor.workspace_id)]
        own = [topics.notifications(actor.user_id)] if actor.user_id else []
        watch.watch(self, [*places, *own], InboxState.refresh())
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
    async def narrow(self, kind: Literal["", "mention"] | SuggestionKind) -> None:
        """Show suggestions of one kind, or mentions, or everything that waits."""
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
        await self._see()

    @event(allow=Role.VIEWER)
    async def close(self) -> None:
        """Close what lies over the list on a phone."""
        self.sheet = False

    @event(allow=Role.VIEWER)
    async def press(self, key: Key) -> EventSpec | None:
        """Do what a key asks for."""
        if key in ("j", "k"):
            self._walk(1 if key == "j" else -1)
            await self._see()
        elif key == "Enter":
            return await self._go()
        elif key == "Escape":
            self.selected, self.sheet = [], False
        elif key == "h":
            self.snoozing = bool(self.current) and self.view in ("open", "snoozed")
        elif key == "1" and self.opened.mention:
            return await self._read_mention(opened(self.opened.mention))
        elif current_actor().may(Role.EDITOR):
            return await self._decide_by(key)
        return None

    @event(allow=Role.VIEWER)
    async def set_snoozing(self, is_open: bool) -> None:
        """Open or close the choice of until when the marked thing is put off."""
        self.snoozing = is_open and bool(self.current)

    @event(allow=Role.VIEWER)
    async def snooze(self, until: AwareDatetime, words: Title) -> EventSpec:
        """Put the marked thing off; `words` say until when, in the viewer's own zone."""
        self.snoozing = False
        thing = self._thing()
        before = await call(snoozing.snooze, current_actor(), thing, until)
        await self._read(current_actor())
        undo = InboxState.bring_back(thing.kind, thing.id, before or "")
        return offer_undo(f"Snoozed until {words}", undo)

    @event(allow=Role.VIEWER)
    async def bring_back(
        self, kind: ThingKind, thing_id: UUID, until: AwareDatetime | Literal[""] = ""
    ) -> EventSpec:
        """Have a thing back in the inbox now, or when it was to be back before."""
        thing = Thing(kind, thing_id)
        if until:
            await call(snoozing.snooze, current_actor(), thing, until)
        else:
            await call(snoozes.wake, current_actor(), thing)
        await self._read(current_actor())
        return say("Put off as before" if until else "Back in the inbox")

    @event(allow=Role.VIEWER)
    async def wake(self) -> EventSpec:
        """Have the marked thing back in the inbox now."""
        thing = self._thing()
        until = datetime.fromisoformat(self.opened.until) if self.opened.until else ""
        await call(snoozes.wake, current_actor(), thing)
        await self._read(current_actor())
        undo = InboxState.bring_back(thing.kind, thing.id, until)
        return offer_undo("Back in the inbox", undo)

    @event(allow=Role.VIEWER)
    async def read_mention(self, mention: UUID) -> EventSpec:
        """Mark a mention as read, by which it leaves the inbox."""
        return await self._read_mention(mention)

    @event(allow=Role.VIEWER)
    async def go(self) -> EventSpec | None:
        """Go to what the marked thing is about."""
        return await self._go()

    @event(allow=Role.VIEWER)
    async def unread_mention(self, mention: UUID) -> EventSpec:
        """Have a mention wait again."""
        await call(notifications.mark_unread, current_actor(), mention)
        await self._read(current_actor())
        return say("Unread again")

    @event(allow=Role.EDITOR)
    async def select(self, item: Item) -> None:
        """Add a suggestion to the selection, or take it out."""
        self._toggle(item)

    @event(allow=Role.EDITOR)
    async def select_all(self) -> None:
        """Select all suggestions that are shown, or none when all of them are."""
        ids = [row.id for row in self.suggested] if self.view == "open" else []
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

    async def _go(self) -> EventSpec | None:
        """Go to what the marked thing is about; a mention is read by that."""
        href = self.opened.href
        if self.opened.mention:
            mention = opened(self.opened.mention)
            await call(notifications.mark_read, current_actor(), [mention])
        return rx.redirect(href) if href else None

    async def _read_mention(self, mention: UUID) -> EventSpec:
        await call(notifications.mark_read, current_actor(), [mention])
        await self._read(current_actor())
        return offer_undo("Marked as read", InboxState.unread_mention(mention))

    async def _see(self) -> None:
        """Note that the marked thing was opened, if it is back and was not yet."""
        if not any(row.back and row.id == self.current for row in self._rows()):
            return
        await call(snoozes.see, current_actor(), self._thing())
        for name in GROUPS:
            rows: list[InboxRow] = getattr(self, name)
            seen = [replace(row, back=row.back and row.id != self.current) for row in rows]
            setattr(self, name, seen)

    def _thing(self) -> Thing:
        """Return what is marked; raises NotFound."""
        if self.current not in self._things:
            raise NotFound("It does not wait here any more.")
        return self._things[self.current]

    async def _read(self, actor: Actor) -> None:
        before = self._order()
        asked = Asked(self.view, self.kind, self._shown)
        found = await call(read, actor, asked)
        self.projects = [Choice(str(each.id), f"{each.key} {each.name}") for each in found.choices]
        self.kinds = [
            Choice(kind.value, f"{name} {found.counts[kind]:,}")
            for kind, name in KINDS.items()
            if kind in found.counts
        ]
        self.duplicates = found.counts.get(SuggestionKind.MERGE_DUPLICATE, 0)
        if found.mentioned:
            self.kinds.append(Choice(MENTION, f"Mentions {found.mentioned:,}"))
        self.snoozed_words = f"Snoozed {found.snoozed:,}" if found.snoozed else "Snoozed"
        self._fill(shown_of(found, self._slug, asked))
        self.has_more = found.page.next_cursor is not None and self._shown < MOST
        total = found.total(self.kind, self.view)
        self.suggested_words = f"{total:,}"
        self._hidden = total - len(found.page.items)
        self._keep_place(before)
        self.ready = True

    def _fill(self, shown: Shown) -> None:
        for name in GROUPS:
            setattr(self, name, shown.groups[name])
        self._opened, self._things = shown.opened, shown.things
        self.selected = [each for each in self.selected if each in self._opened]
        self.is_empty = not shown.opened

    def _order(self) -> list[str]:
        return [row.id for row in self._rows()]

    def _rows(self) -> list[InboxRow]:
        rows: list[InboxRow] = []
        for name in GROUPS:
            rows.extend(getattr(self, name))
        return rows

    def _keep_place(self, before: list[str]) -> None:
        """Keep the mark; where its row is gone, it falls on the one that took its place."""
        order = self._order()
        if self.current not in order:
            place = before.index(self.current) if self.current in before else 0
            self.current = order[min(place, len(order) - 1)] if order else ""
            self.sheet = self.sheet and bool(order)
        self._mark(self.current)

    def _is_suggestion(self, item: str) -> bool:
        return item in self._opened and item.startswith(f"{SUGGESTION}:")

    def _walk(self, step: int) -> None:
        order = self._order()
        if order:
            here = order.index(self.current) if self.current in order else -step
            self._mark(order[min(max(0, here + step), len(order) - 1)])

    def _mark(self, item: str) -> None:
        self.current = item if item in self._opened else ""
        self.opened = self._opened.get(item, Opened())
        order = self._order()
        self.current_row = next((row.dom for row in self._rows() if row.id == self.current), "")
        total = len(order) + self._hidden
        self.place = f"{order.index(self.current) + 1:,} of {total:,}" if self.current else ""
        given = {"view": self.view if self.view != "open" else "", "kind": self.kind}
        shown = {name: value for name, value in {**given, "item": self.current}.items() if value}
        self.address = f"/w/{self._slug}/inbox" + (f"?{urlencode(shown)}" if shown else "")

    def _toggle(self, item: str) -> None:
        if self.view != "open" or not self._is_suggestion(item):
            return
        kept = [other for other in self.selected if other != item]
        self.selected = kept if item in self.selected else [*kept, item]
