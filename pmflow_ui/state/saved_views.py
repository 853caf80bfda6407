"""The saved views beside the list of signals: naming, sharing, changing and deleting them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, StringConstraints, ValidationError
from reflex.event import EventCallback, EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import Conflict, Invalid
from pmflow_core.events import topics
from pmflow_core.saved_views import service as saved_views
from pmflow_core.saved_views.schemas import ViewEdit, ViewIn, ViewRead
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event, opened
from pmflow_ui.state.signals import SignalsState
from pmflow_ui.state.signals_filters import of_query, of_view
from pmflow_ui.toasts import offer_undo, say

NEW = "new"
Reply = EventSpec | EventCallback[()]
NAME_FAULT = "A name has 1 to 60 characters."
Short = Annotated[str, StringConstraints(max_length=200)]
Query = Annotated[str, StringConstraints(max_length=4000)]


class ViewForm(BaseModel):
    """What a person types about a view; a ticked box is sent as some word."""

    name: Short = ""
    is_shared: Short = ""


@dataclass(frozen=True)
class ViewTab:
    """A saved view among the others; `kept` is its query, which tells whether it was changed."""

    id: str
    name: str
    kept: str
    is_shared: bool
    is_own: bool
    may_change: bool
    note: str


class SavedViewsState(rx.State):
    """The views that the viewer sees, and the dialog that names one."""

    tabs: rx.Field[list[ViewTab]] = rx.field(default_factory=list)
    naming: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    is_shared: rx.Field[bool] = rx.field(False)
    may_share: rx.Field[bool] = rx.field(False)
    fault: rx.Field[str] = rx.field("")

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show the views and keep them live."""
        actor = current_actor()
        watch.watch(self, [topics.views(actor.workspace_id)], SavedViewsState.refresh())
        await self._read(actor)

    @event(allow=Role.VIEWER)
    async def refresh(self) -> Reply | None:
        """Look again; a view that is gone is open no more, what it showed stays."""
        await self._read(current_actor())
        signals = await self.get_state(SignalsState)
        gone = signals.view_id and self._tab(signals.view_id) is None
        return SignalsState.leave_view() if gone else None

    @event(allow=Role.VIEWER)
    async def begin(self, view_id: Short = NEW) -> None:
        """Ask for the name of a new view, or for another one of a view."""
        tab = self._tab(view_id)
        self.naming, self.fault = tab.id if tab else NEW, ""
        self.name, self.is_shared = (tab.name, tab.is_shared) if tab else ("", False)
        editor = current_actor().may(Role.EDITOR)
        self.may_share = editor and (tab is None or tab.is_own or not tab.is_shared)

    @event(allow=Role.VIEWER)
    async def set_naming(self, is_open: bool) -> None:
        """Close the dialog."""
        self.naming = self.naming if is_open else ""

    @event(allow=Role.VIEWER)
    async def save(self, form: ViewForm) -> AsyncIterator[Reply]:
        """Save what the list shows under a name, or rename a view; faults stand in the dialog."""
        actor = current_actor()
        try:
            made = await self._write(actor, form)
        except ValidationError:
            self.fault = NAME_FAULT
            return
        except (Conflict, Invalid) as error:
            self.fault = str(error)
            return
        was_new, self.naming = self.naming == NEW, ""
        await self._read(actor)
        if was_new:
            yield SignalsState.show_view(made.id)
        yield say(f"Saved {made.name}, {_note(made)}")

    @event(allow=Role.VIEWER)
    async def replace(self, view_id: UUID, query: Query) -> EventSpec:
        """Let a view show from now on what a query says, such as what the list shows."""
        actor = current_actor()
        before = await call(saved_views.read_view, actor, view_id)
        changes = ViewEdit(filters=of_query(query).as_view())
        made = await call(saved_views.edit, actor, view_id, changes)
        await self._read(actor)
        back = SavedViewsState.replace(view_id, of_view(before.filters).kept)
        return offer_undo(f"Updated {made.name}", back)

    @event(allow=Role.VIEWER)
    async def delete(self, view_id: UUID) -> AsyncIterator[Reply]:
        """Delete a view; what it showed stays."""
        actor = current_actor()
        gone = await call(saved_views.read_view, actor, view_id)
        await call(saved_views.delete, actor, view_id)
        await self._read(actor)
        signals = await self.get_state(SignalsState)
        if signals.view_id == str(view_id):
            yield SignalsState.leave_view()
        yield offer_undo(f"Deleted the view {gone.name}", SavedViewsState.restore(view_id))

    @event(allow=Role.VIEWER)
    async def restore(self, view_id: UUID) -> AsyncIterator[Reply]:
        """Bring a deleted view back and show it."""
        actor = current_actor()
        made = await call(saved_views.restore, actor, view_id)
        await self._read(actor)
        yield SignalsState.show_view(view_id)
        yield say(f"Restored {made.name}")

    async def _write(self, actor: Actor, form: ViewForm) -> ViewRead:
        shared = bool(form.is_shared) if self.may_share else None
        if self.naming == NEW:
            shown = (await self.get_state(SignalsState)).filters.as_view()
            given = ViewIn(name=form.name, is_shared=bool(shared), filters=shown)
            return await call(saved_views.save, actor, given)
        changes = ViewEdit(name=form.name, is_shared=shared)
        return await call(saved_views.edit, actor, opened(self.naming), changes)

    async def _read(self, actor: Actor) -> None:
        found = await call(saved_views.list_views, actor)
        self.tabs = [_as_tab(view) for view in found]

    def _tab(self, view_id: str) -> ViewTab | None:
        return next((tab for tab in self.tabs if tab.id == view_id), None)


def _as_tab(view: ViewRead) -> ViewTab:
    return ViewTab(
        id=str(view.id),
        name=view.name,
        kept=of_view(view.filters).kept,
        is_shared=view.is_shared,
        is_own=view.is_own,
        may_change=view.may_change,
        note=_note(view),
    )


def _note(view: ViewRead) -> str:
    return "shared with the workspace" if view.is_shared else "for you alone"
