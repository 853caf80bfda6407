"""What a person does to the signals of a theme: move, split off, take out, merge."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventCallback, EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import Invalid
from pmflow_core.themes import by_hand, overview
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.figures import counted
from pmflow_ui.guard import event
from pmflow_ui.state.signals_rows import theme_path
from pmflow_ui.state.theme import ThemeState, theme_of
from pmflow_ui.state.theme_changes import ThemeChangesState
from pmflow_ui.toasts import offer_undo
from pmflow_ui.viewer import workspace_slug


class SplitName(BaseModel):
    """What the form sends."""

    label: Annotated[str, StringConstraints(max_length=400)]


@dataclass(frozen=True)
class Choice:
    """Another theme."""

    id: str
    label: str


class ThemeHandState(rx.State):
    """Where the chosen signals of the theme of the address can go; `ThemeState` has them.

    A second press of what the first has done finds none chosen, and does nothing.
    """

    others: rx.Field[list[Choice]] = rx.field(default_factory=list)
    splitting: rx.Field[bool] = rx.field(False)
    split_error: rx.Field[str] = rx.field("")

    @event(allow=Role.VIEWER)
    async def load(self) -> None:
        """Show where they can go."""
        self.splitting = False
        await self._read(current_actor())

    @event(allow=Role.EDITOR)
    async def move(self, theme_id: UUID) -> Sequence[EventSpec | EventCallback[()]]:
        """Put the chosen signals into another theme."""
        return await self._move(theme_id, "moved")

    @event(allow=Role.EDITOR)
    async def take_out(self) -> Sequence[EventSpec | EventCallback[()]]:
        """Take the chosen signals out of any theme."""
        return await self._move(None, "taken out")

    @event(allow=Role.EDITOR)
    async def ask_split(self, is_open: bool) -> None:
        """Open or close the form for the new theme's name."""
        self.splitting, self.split_error = is_open, ""

    @event(allow=Role.EDITOR)
    async def split(self, form: SplitName) -> Sequence[EventSpec | EventCallback[()]]:
        """Make a theme of the chosen signals."""
        actor = current_actor()
        signals = await self._signals()
        if not signals:
            self.splitting = False
            return []
        try:
            done = await call(by_hand.split, actor, signals, form.label)
        except Invalid as error:
            self.split_error = str(error)
            return []
        self.splitting = False
        return await self._moved(actor, done, "split off")

    @event(allow=Role.EDITOR)
    async def merge(self, into: UUID) -> Sequence[EventSpec | EventCallback[()]]:
        """Put all signals of this theme into another, and go there."""
        actor = current_actor()
        here = theme_of(self.router.url.path)
        done = await call(by_hand.merge, actor, here, into)
        slug = workspace_slug(self.router.url.path) or ""
        undo = ThemeChangesState.take_back(done.change_id)
        return [
            rx.redirect(theme_path(slug, into)),
            offer_undo(f"Merged: {counted(done.moved, 'signal')} moved", undo),
        ]

    async def _signals(self) -> Sequence[UUID]:
        theme = await self.get_state(ThemeState)
        return [UUID(each) for each in theme.chosen]

    async def _move(self, to: UUID | None, how: str) -> Sequence[EventSpec | EventCallback[()]]:
        signals = await self._signals()
        if not signals:
            return []
        actor = current_actor()
        return await self._moved(actor, await call(by_hand.move, actor, signals, to), how)

    async def _moved(
        self, actor: Actor, done: by_hand.Done, how: str
    ) -> Sequence[EventSpec | EventCallback[()]]:
        theme = await self.get_state(ThemeState)
        theme.chosen = []
        await self._read(actor)
        undo = ThemeChangesState.take_back(done.change_id)
        return [
            ThemeState.refresh(),
            offer_undo(f"{counted(done.moved, 'signal')} {how}", undo),
        ]

    async def _read(self, actor: Actor) -> None:
        here = theme_of(self.router.url.path)
        labels = await call(overview.list_labels, actor)
        self.others = [Choice(str(tag.id), tag.label) for tag in labels if tag.id != here]
