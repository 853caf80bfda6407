"""The signal that is open beside the list."""

from typing import Literal

import reflex as rx

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import shown_signals
from pmflow_core.errors import NotFound
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Frequency, Severity
from pmflow_core.signals.schemas import SignalEdit
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event
from pmflow_ui.state.signal_people import SignalPeopleState, show_people
from pmflow_ui.state.signals_rows import (
    CopyRow,
    PlaceRow,
    SignalCard,
    SimilarRow,
    as_card,
    as_copies,
    as_places,
    as_similar,
)


class SignalDetailState(rx.State):
    """One signal and what surrounds it; number 0 means that none is open."""

    number: rx.Field[int] = rx.field(0)
    place: rx.Field[str] = rx.field("")
    card: rx.Field[SignalCard] = rx.field(default_factory=SignalCard)
    similar: rx.Field[list[SimilarRow]] = rx.field(default_factory=list)
    copies: rx.Field[list[CopyRow]] = rx.field(default_factory=list)
    cited: rx.Field[list[PlaceRow]] = rx.field(default_factory=list)
    linked: rx.Field[list[PlaceRow]] = rx.field(default_factory=list)
    missing: rx.Field[bool] = rx.field(False)
    workspace: rx.Field[str] = rx.field("")

    @event(allow=Role.EDITOR)
    async def set_severity(self, value: Severity) -> None:
        """Correct how badly it hurts; a person's word is never read again from the text."""
        await self._edit(SignalEdit(severity=value))

    @event(allow=Role.EDITOR)
    async def set_frequency(self, value: Frequency) -> None:
        """Correct how often it happens."""
        await self._edit(SignalEdit(frequency=value))

    @event(allow=Role.EDITOR)
    async def set_status(self, value: Literal["new", "reviewed"]) -> None:
        """Mark a signal as seen, or as new again."""
        await self._edit(SignalEdit.model_validate({"status": value}))

    async def _edit(self, changes: SignalEdit) -> None:
        actor = current_actor()
        await call(signals.edit, actor, self.number, changes)
        await show_signal(self, actor, self.workspace, self.number)


async def show_signal(state: SignalDetailState, actor: Actor, slug: str, number: int) -> None:
    """Open a signal in the drawer; 0 closes it, and one that is not there says so."""
    state.number, state.workspace = number, slug
    state.missing = False
    people = await state.get_state(SignalPeopleState)
    if not number:
        state.card = SignalCard()
        return
    try:
        shown = await call(shown_signals.get_signal, actor, number)
    except NotFound:
        state.missing, state.card = True, SignalCard(number=number)
        return
    await show_people(people, actor, slug, number)
    state.card = as_card(shown, slug)
    state.similar = as_similar(shown)
    state.copies = as_copies(shown)
    state.cited, state.linked = as_places(shown, slug)
