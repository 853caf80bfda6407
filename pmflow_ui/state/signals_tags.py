"""Tags on signals: asking for one, and putting them on or taking them off."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Role
from pmflow_core.errors import Invalid
from pmflow_core.signals import tags
from pmflow_core.signals.schemas import Undo
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.figures import counted
from pmflow_ui.guard import event
from pmflow_ui.state.signals import SignalsState, keep_undo

OFFERED = 12
Typed = Annotated[str, StringConstraints(max_length=200)]


class TagForm(BaseModel):
    """What a person types."""

    tag: Typed = ""


@dataclass(frozen=True)
class TagOn:
    """A tag that some of the signals carry, and how many."""

    name: str
    note: str


class SignalTagsState(rx.State):
    """The dialog that asks which tag some signals get or lose; it is open while there are some."""

    asking: rx.Field[list[str]] = rx.field(default_factory=list)
    title: rx.Field[str] = rx.field("")
    on: rx.Field[list[TagOn]] = rx.field(default_factory=list)
    others: rx.Field[list[str]] = rx.field(default_factory=list)
    fault: rx.Field[str] = rx.field("")

    @event(allow=Role.EDITOR)
    async def begin(self) -> None:
        """Ask for the selected signals."""
        signals = await self.get_state(SignalsState)
        await self._ask(signals.selected, counted(len(signals.selected), "signal"))

    @event(allow=Role.EDITOR)
    async def begin_one(self, signal_id: UUID, number: int) -> None:
        """Ask for one signal."""
        await self._ask([str(signal_id)], f"S-{number}")

    @event(allow=Role.EDITOR)
    async def keep_open(self, is_open: bool) -> None:
        """Stop asking."""
        if not is_open:
            self.asking = []

    @event(allow=Role.EDITOR)
    async def add(self, form: TagForm) -> EventSpec | None:
        """Put the typed tag on the signals; what is wrong with it stands under the field."""
        try:
            return await self._put(form.tag)
        except Invalid as error:
            self.fault = str(error)
            return None

    @event(allow=Role.EDITOR)
    async def put(self, name: Typed) -> EventSpec | None:
        """Put a tag that is there on the signals."""
        return await self._put(name)

    @event(allow=Role.EDITOR)
    async def take(self, name: Typed) -> EventSpec | None:
        """Take a tag off the signals."""
        ids = [UUID(each) for each in self.asking]
        self.asking = []
        return await self._take(ids, name)

    @event(allow=Role.EDITOR)
    async def take_one(self, signal_id: UUID, name: Typed) -> EventSpec | None:
        """Take a tag off one signal."""
        return await self._take([signal_id], name)

    async def _ask(self, ids: list[str], what: str) -> None:
        if not ids:
            return
        actor = current_actor()
        carried = await call(tags.carried, actor, [UUID(each) for each in ids])
        known = await call(tags.list_tags, actor)
        self.asking, self.title, self.fault = ids, f"Tag {what}", ""
        some = len(ids) > 1
        self.on = [
            TagOn(name, f"on {many} of {len(ids)}" if some else "") for name, many in carried
        ]
        theirs = {name for name, many in carried if many == len(ids)}
        self.others = [each.name for each in known if each.name not in theirs][:OFFERED]

    async def _put(self, name: str) -> EventSpec:
        ids = [UUID(each) for each in self.asking]
        done = await call(tags.tag, current_actor(), ids, name)
        self.asking = []
        return await self._offer("Tagged", " ".join(name.split()), done)

    async def _take(self, ids: list[UUID], name: str) -> EventSpec:
        done = await call(tags.untag, current_actor(), ids, name)
        return await self._offer("Untagged", name, done)

    async def _offer(self, verb: str, name: str, done: Undo) -> EventSpec:
        signals = await self.get_state(SignalsState)
        said = f"{verb} {counted(len(done.statuses), 'signal')}: {name}"
        return await keep_undo(signals, said, done)
