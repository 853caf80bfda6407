"""Who is behind the open signal: its customer and its personas, and saying otherwise."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import reflex as rx
from pydantic import StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import shown_customers
from pmflow_core.knowledge import service as knowledge
from pmflow_core.signals import customers, personas
from pmflow_core.signals.customers import Attached
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event
from pmflow_ui.state.customers_rows import CustomerChoice, about, amount, as_choice
from pmflow_ui.toasts import offer_undo, say

Short = Annotated[str, StringConstraints(max_length=200)]


@dataclass(frozen=True)
class Speaker:
    """The customer of a signal; an empty id means that nobody is known."""

    id: str = ""
    name: str = ""
    note: str = ""
    href: str = ""


@dataclass(frozen=True)
class PersonaChip:
    """A persona that speaks in a signal, or could."""

    id: str
    name: str
    reason: str = ""


class SignalPeopleState(rx.State):
    """The people of the signal that is open."""

    number: rx.Field[int] = rx.field(0)
    customer: rx.Field[Speaker] = rx.field(default_factory=Speaker)
    personas: rx.Field[list[PersonaChip]] = rx.field(default_factory=list)
    others: rx.Field[list[PersonaChip]] = rx.field(default_factory=list)
    choosing: rx.Field[bool] = rx.field(False)
    choices: rx.Field[list[CustomerChoice]] = rx.field(default_factory=list)
    _slug: str = ""

    @event(allow=Role.EDITOR)
    async def choose(self, shown: bool) -> None:
        """Ask whose signal it is, or stop asking."""
        self.choosing = shown
        if shown:
            await self._offer(current_actor(), "")

    @event(allow=Role.EDITOR, debounce=200)
    async def find(self, text: Short) -> None:
        """Offer the customers that a search finds."""
        await self._offer(current_actor(), text)

    @event(allow=Role.EDITOR)
    async def attach(self, customer_id: UUID) -> EventSpec:
        """Say whose signal it is."""
        return await self._attach(customer_id, f"S-{self.number} has another customer")

    @event(allow=Role.EDITOR)
    async def detach(self) -> EventSpec:
        """Say that it is nobody's that is known."""
        return await self._attach(None, f"S-{self.number} has no customer now")

    @event(allow=Role.EDITOR)
    async def put_back(self, number: int, customer_id: UUID | None, chosen: bool) -> EventSpec:
        """Have a signal's customer as it was."""
        before = Attached(number=number, customer_id=customer_id, chosen=chosen)
        await call(customers.attach_back, current_actor(), before)
        await self._show(current_actor(), self._slug, self.number)
        return say("Taken back")

    @event(allow=Role.EDITOR)
    async def link(self, persona_id: UUID) -> EventSpec:
        """Say that a persona speaks in it."""
        await self._say(personas.link, persona_id, self.number)
        undo = SignalPeopleState.unsay(persona_id, self.number)
        return offer_undo("Linked the persona", undo)

    @event(allow=Role.EDITOR)
    async def unlink(self, persona_id: UUID) -> EventSpec:
        """Say that a persona does not speak in it."""
        await self._say(personas.unlink, persona_id, self.number)
        undo = SignalPeopleState.say_again(persona_id, self.number)
        return offer_undo("Took the persona off", undo)

    @event(allow=Role.EDITOR)
    async def say_again(self, persona_id: UUID, number: int) -> EventSpec:
        """Take back that a persona was taken off."""
        await self._say(personas.link, persona_id, number)
        return say("Taken back")

    @event(allow=Role.EDITOR)
    async def unsay(self, persona_id: UUID, number: int) -> EventSpec:
        """Take back that a persona was linked."""
        await self._say(personas.unlink, persona_id, number)
        return say("Taken back")

    async def _say(self, verb: Any, persona_id: UUID, number: int) -> None:
        await call(verb, current_actor(), number, persona_id)
        await self._show(current_actor(), self._slug, self.number)

    async def _attach(self, customer_id: UUID | None, words: str) -> EventSpec:
        actor = current_actor()
        before = await call(customers.attach, actor, self.number, customer_id)
        self.choosing = False
        await self._show(actor, self._slug, self.number)
        undo = SignalPeopleState.put_back(before.number, before.customer_id, before.chosen)
        return offer_undo(words, undo)

    async def _offer(self, actor: Actor, text: str) -> None:
        found = await call(shown_customers.find_choices, actor, text)
        self.choices = [as_choice(each) for each in found if str(each.id) != self.customer.id]

    async def _show(self, actor: Actor, slug: str, number: int) -> None:
        await show_people(self, actor, slug, number)


async def show_people(state: SignalPeopleState, actor: Actor, slug: str, number: int) -> None:
    """Show who is behind a signal that is there; 0 shows nobody."""
    if number != state.number:
        state.choosing = False
    state.number, state._slug = number, slug  # pyright: ignore[reportPrivateUsage] the page's own state
    state.customer, state.personas, state.others = Speaker(), [], []
    if not number:
        return
    found = await call(shown_customers.who_speaks, actor, number)
    every = await call(knowledge.list_personas, actor)
    if found.customer is not None:
        facts = [about(found.customer), found.customer.tier, amount(found.customer.annual_value)]
        state.customer = Speaker(
            str(found.customer.id),
            found.customer.name,
            ", ".join(part for part in facts if part),
            f"/w/{slug}/customers?customer={found.customer.id}",
        )
    state.personas = [PersonaChip(str(each.id), each.name, each.reason) for each in found.personas]
    theirs = {each.id for each in found.personas}
    state.others = [PersonaChip(str(each.id), each.name) for each in every if each.id not in theirs]
