"""The list of signals: filters, paging, selection, and what is done with the selected."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

import reflex as rx
from pydantic import StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import shown_signals
from pmflow_core.errors import NotFound
from pmflow_core.events import topics
from pmflow_core.saved_views import service as saved_views
from pmflow_core.signals import bulk, links, tags
from pmflow_core.signals import service as signals
from pmflow_core.signals.schemas import Undo
from pmflow_core.themes import overview
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.figures import counted
from pmflow_ui.guard import event
from pmflow_ui.state.imports import ImportsState
from pmflow_ui.state.signals_detail import SignalDetailState, show_signal
from pmflow_ui.state.signals_filters import (
    NO_THEME,
    PAGE_SIZE,
    SORTS,
    Filters,
    Name,
    of_view,
    parse,
    signal_number,
)
from pmflow_ui.state.signals_rows import SignalRow, as_rows
from pmflow_ui.toasts import offer_undo, say
from pmflow_ui.viewer import workspace_slug

Short = Annotated[str, StringConstraints(max_length=200)]
ViewName = Literal["recent", "critical", "new", "unthemed"]
Key = Literal["j", "k", "x", "Enter", "Escape", "c", "v", "i"]
KEPT_UNDOS = 8
VIEWS = {
    "recent": Filters(),
    "critical": Filters(severity="critical", since="7"),
    "new": Filters(status="new"),
    "unthemed": Filters(theme=NO_THEME),
}


@dataclass(frozen=True)
class Choice:
    """Something to choose in a menu."""

    value: str
    label: str


class SignalsState(rx.State):
    """What the list shows; the address says the same."""

    filters: rx.Field[Filters] = rx.field(default_factory=Filters)
    rows: rx.Field[list[SignalRow]] = rx.field(default_factory=list)
    total: rx.Field[int] = rx.field(0)
    selected: rx.Field[list[str]] = rx.field(default_factory=list)
    current: rx.Field[int] = rx.field(0)
    themes: rx.Field[list[Choice]] = rx.field(default_factory=list)
    projects: rx.Field[list[Choice]] = rx.field(default_factory=list)
    tags: rx.Field[list[Choice]] = rx.field(default_factory=list)
    linked: rx.Field[list[Choice]] = rx.field(default_factory=list)
    theme_name: rx.Field[str] = rx.field("")
    sort_name: rx.Field[str] = rx.field("Newest")
    span: rx.Field[str] = rx.field("")
    searched: rx.Field[int] = rx.field(0)
    view_name: rx.Field[str] = rx.field("recent")
    view_id: rx.Field[str] = rx.field("")
    kept: rx.Field[str] = rx.field("")
    everything_words: rx.Field[str] = rx.field("")
    total_shown: rx.Field[str] = rx.field("")
    total_words: rx.Field[str] = rx.field("")
    current_row: rx.Field[str] = rx.field("")
    last_page: rx.Field[int] = rx.field(1)
    address: rx.Field[str] = rx.field("")
    ready: rx.Field[bool] = rx.field(False)
    _slug: str = ""
    _undos: list[Undo] = []  # noqa: RUF012 Reflex copies it per tab
    _dropped: int = 0
    _keys: dict[str, list[str]] = {}  # noqa: RUF012

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show what the address says, and the signal it opens."""
        actor = current_actor()
        given = self.router.url.query_parameters
        self._slug = workspace_slug(self.router.url.path) or ""
        self.filters, self.selected, self.current = parse(given), [], 0
        self.searched += 1
        watch.watch(self, [topics.signals(actor.workspace_id)], SignalsState.refresh())
        await self._find_view(actor, str(given.get("view") or ""))
        await self._read_choices(actor)
        await self._read(actor)
        await self._open(actor, signal_number(given))

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again, keeping the selection and the open signal."""
        actor = current_actor()
        await self._read_choices(actor)
        await self._read(actor)
        detail = await self.get_state(SignalDetailState)
        await show_signal(detail, actor, self._slug, detail.number)

    @event(allow=Role.VIEWER)
    async def choose(self, name: Name, value: Short = "") -> None:
        """Narrow the list by one filter, or stop doing so with an empty value."""
        self.searched += name == "q"
        await self._go(self.filters.with_one(name, value))

    @event(allow=Role.VIEWER, debounce=200)
    async def search(self, text: Short) -> None:
        """Show the signals in which all the words occur."""
        await self._go(self.filters.with_one("q", text))

    @event(allow=Role.VIEWER)
    async def view(self, name: ViewName) -> None:
        """Show one of the prepared views."""
        self.searched += 1
        self.view_id = ""
        await self._go(VIEWS[name])

    @event(allow=Role.VIEWER)
    async def show_view(self, view_id: UUID) -> None:
        """Show a saved view as it is now."""
        found = await call(saved_views.read_view, current_actor(), view_id)
        self.searched += 1
        self.view_id = str(found.id)
        await self._go(of_view(found.filters))

    @event(allow=Role.VIEWER)
    async def leave_view(self) -> None:
        """Keep what is shown, as no saved view's."""
        self.view_id = ""
        await self._read(current_actor())
        await self._mirror()

    @event(allow=Role.VIEWER)
    async def turn(self, step: Literal[-1, 1]) -> None:
        """Go to the next or the former page."""
        page = min(max(1, self.filters.page + step), self.last_page)
        await self._go(self.filters.at_page(page))

    @event(allow=Role.VIEWER)
    async def open(self, number: int) -> None:
        """Open a signal beside the list; 0 closes it."""
        await self._open(current_actor(), number)

    @event(allow=Role.VIEWER)
    async def press(self, key: Key) -> None:
        """Do what a key asks for."""
        actor = current_actor()
        if key in ("j", "k"):
            await self._walk(actor, 1 if key == "j" else -1)
        elif key == "x" and self.current:
            self._toggle([row.id for row in self.rows if row.number == self.current])
        elif key == "Enter":
            await self._open(actor, self.current)
        elif key == "Escape":
            await self._back(actor)
        elif actor.may(Role.EDITOR):
            dialogs = await self.get_state(ImportsState)
            dialogs.importing, dialogs.pasting = key == "i", key in ("c", "v")

    @event(allow=Role.VIEWER)
    async def step(self, step: Literal[-1, 1]) -> None:
        """Open the next or the former signal of the page."""
        await self._walk(current_actor(), step)

    @event(allow=Role.VIEWER)
    async def select(self, signal_id: UUID) -> None:
        """Add a signal to the selection, or take it out."""
        self._toggle([str(signal_id)])

    @event(allow=Role.VIEWER)
    async def select_all(self) -> None:
        """Select the page's signals, or none when all of them are selected."""
        ids = [row.id for row in self.rows]
        self._choose([] if len(self.selected) == len(ids) else ids)

    @event(allow=Role.VIEWER)
    async def select_none(self) -> None:
        """Let go of the selection."""
        self._choose([])

    @event(allow=Role.EDITOR)
    async def archive(self) -> EventSpec | None:
        """Put the selected signals aside."""
        return await self._archive([UUID(each) for each in self.selected])

    @event(allow=Role.EDITOR)
    async def archive_one(self, signal_id: UUID) -> EventSpec | None:
        """Put one signal aside."""
        return await self._archive([signal_id])

    @event(allow=Role.EDITOR)
    async def link(self, project_id: UUID) -> EventSpec | None:
        """Make the selected signals evidence of a project."""
        return await self._link([UUID(each) for each in self.selected], project_id)

    @event(allow=Role.EDITOR)
    async def link_one(self, signal_id: UUID, project_id: UUID) -> EventSpec | None:
        """Make one signal evidence of a project."""
        return await self._link([signal_id], project_id)

    @event(allow=Role.EDITOR)
    async def unlink(self, project_id: UUID) -> EventSpec | None:
        """Take the selected signals off a project."""
        return await self._unlink([UUID(each) for each in self.selected], project_id)

    @event(allow=Role.EDITOR)
    async def unlink_one(self, signal_id: UUID, project_id: UUID) -> EventSpec | None:
        """Take one signal off a project."""
        return await self._unlink([signal_id], project_id)

    @event(allow=Role.EDITOR)
    async def take_back(self, number: int) -> EventSpec | None:
        """Undo what was done to signals, exactly."""
        place = number - self._dropped
        if not 0 <= place < len(self._undos):
            return None
        await call(bulk.undo, current_actor(), self._undos[place])
        return say("Taken back")

    async def _find_view(self, actor: Actor, view_id: str) -> None:
        """Open the saved view that the address names; its own filters hold if it names no other."""
        self.view_id = ""
        try:
            found = await call(saved_views.read_view, actor, UUID(view_id))
        except (ValueError, NotFound):
            return  # the address's filters say what is shown, whosever view it is
        self.view_id = str(found.id)
        if not self.filters.kept:
            self.filters = of_view(found.filters)

    async def _go(self, filters: Filters) -> None:
        self.filters, self.selected, self.current = filters, [], 0
        if not filters.kept:
            self.view_id = ""
        await self._read(current_actor())
        await self._mirror()

    async def _read(self, actor: Actor) -> None:
        read = await call(shown_signals.list_signals, actor, self.filters.query())
        pages = max(1, -(-read.themed.page.total // PAGE_SIZE))
        if self.filters.page > pages:
            self.filters = self.filters.at_page(pages)
            read = await call(shown_signals.list_signals, actor, self.filters.query())
        counts = await call(signals.count, actor)
        self.rows = as_rows(read, self._slug)
        self.total, self.last_page = read.themed.page.total, pages
        self.everything_words = f"{counts.total:,}" if counts.total else ""
        self.total_shown = f"{self.total:,}"
        self.total_words = f"{self.total:,} match" if self.filters.narrows else ""
        self.kept = self.filters.kept
        prepared = next((name for name, view in VIEWS.items() if view.kept == self.kept), "")
        self.view_name = "" if self.view_id else prepared
        self._keys = {str(signal_id): keys for signal_id, keys in read.keys.items()}
        ids = {row.id for row in self.rows}
        self._choose([each for each in self.selected if each in ids])
        self._name_what_holds()
        self.ready = True

    async def _read_choices(self, actor: Actor) -> None:
        """Read what can be chosen; paging and filters change nothing of it."""
        found = await call(overview.list_labels, actor)
        self.themes = [Choice(str(theme.id), theme.label) for theme in found]
        choices = await call(shown_signals.project_choices, actor)
        self.projects = [Choice(str(each.id), f"{each.key} {each.name}") for each in choices]
        known = await call(tags.list_tags, actor)
        self.tags = [Choice(each.name, f"{each.name} ({each.signals:,})") for each in known]

    def _name_what_holds(self) -> None:
        names = {choice.value: choice.label for choice in self.themes}
        theme = self.filters.theme
        self.theme_name = "none" if theme == NO_THEME else names.get(theme, "one that ended")
        self.sort_name = next(name for sort, name in SORTS.items() if sort == self.filters.sort)
        first = (self.filters.page - 1) * PAGE_SIZE
        self.span = f"{first + 1:,}–{first + len(self.rows):,}" if self.rows else "0"

    async def _open(self, actor: Actor, number: int) -> None:
        detail = await self.get_state(SignalDetailState)
        await show_signal(detail, actor, self._slug, number)
        self._mark(number or self.current)
        numbers = [row.number for row in self.rows]
        first = (self.filters.page - 1) * PAGE_SIZE
        place = first + numbers.index(number) + 1 if number in numbers else 0
        detail.place = f"{place:,} of {self.total:,}" if place else ""
        await self._mirror()

    async def _walk(self, actor: Actor, step: int) -> None:
        """Move the mark; an open drawer follows it."""
        numbers = [row.number for row in self.rows]
        if not numbers:
            return
        here = numbers.index(self.current) if self.current in numbers else -1
        place = 0 if here < 0 else min(max(0, here + step), len(numbers) - 1)
        self._mark(numbers[place])
        detail = await self.get_state(SignalDetailState)
        if detail.number:
            await self._open(actor, self.current)

    async def _back(self, actor: Actor) -> None:
        detail = await self.get_state(SignalDetailState)
        if detail.number:
            await self._open(actor, 0)
        else:
            self._choose([])

    async def _mirror(self) -> None:
        detail = await self.get_state(SignalDetailState)
        self.address = self.filters.address(self._slug, detail.number, self.view_id)

    def _mark(self, number: int) -> None:
        self.current, self.current_row = number, f"signal-{number}" if number else ""

    def _toggle(self, ids: list[str]) -> None:
        chosen = self.selected
        for each in ids:
            kept = [other for other in chosen if other != each]
            chosen = kept if each in chosen else [*kept, each]
        self._choose(chosen)

    async def _archive(self, ids: list[UUID]) -> EventSpec | None:
        if not ids:
            return None
        done = await call(bulk.archive, current_actor(), ids)
        return await keep_undo(self, f"Archived {counted(len(done.statuses), 'signal')}", done)

    async def _link(self, ids: list[UUID], project_id: UUID) -> EventSpec | None:
        if not ids:
            return None
        done = await call(links.link_to_project, current_actor(), ids, project_id)
        said = f"Linked {counted(len(done.statuses), 'signal')} to {self._key(project_id)}"
        return await keep_undo(self, said, done)

    async def _unlink(self, ids: list[UUID], project_id: UUID) -> EventSpec | None:
        if not ids:
            return None
        done = await call(links.unlink, current_actor(), ids, project_id)
        said = f"Unlinked {counted(len(done.statuses), 'signal')} from {self._key(project_id)}"
        return await keep_undo(self, said, done)

    def _key(self, project_id: UUID) -> str:
        names = {choice.value: choice.label.split(" ")[0] for choice in self.projects}
        return names.get(str(project_id), "the project")

    def _choose(self, ids: list[str]) -> None:
        """Select signals, and note the projects that some of them are evidence of."""
        self.selected = ids
        keys = {key for each in ids for key in self._keys.get(each, [])}
        self.linked = [each for each in self.projects if each.label.split(" ")[0] in keys]


async def keep_undo(state: SignalsState, text: str, done: Undo) -> EventSpec:
    """Let go of the selection that something was done to; return a note that offers to undo it."""
    state._choose([])  # pyright: ignore[reportPrivateUsage] the page's own state
    undos = [*state._undos, done]  # pyright: ignore[reportPrivateUsage]
    state._dropped += max(0, len(undos) - KEPT_UNDOS)  # pyright: ignore[reportPrivateUsage]
    state._undos = undos[-KEPT_UNDOS:]  # pyright: ignore[reportPrivateUsage]
    number = state._dropped + len(state._undos) - 1  # pyright: ignore[reportPrivateUsage]
    return offer_undo(text, SignalsState.take_back(number))
