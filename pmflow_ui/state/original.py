"""The passage of the open signal in the text that it was cut out of."""

from dataclasses import dataclass

import reflex as rx

from pmflow_core.accounts.actor import Role
from pmflow_core.signals import originals
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event


@dataclass(frozen=True)
class PassageRow:
    """A passage with what stands around it, as it is shown."""

    name: str = ""
    before: str = ""
    text: str = ""
    after: str = ""


class OriginalState(rx.State):
    """The passage that a person asked to see, of the signal with that number; 0: none."""

    number: rx.Field[int] = rx.field(0)
    passage: rx.Field[PassageRow] = rx.field(default_factory=PassageRow)

    @event(allow=Role.VIEWER)
    async def show(self, number: int) -> None:
        """Show a signal's passage in its original, or hide it again."""
        if number == self.number:
            self.number = 0
            return
        found = await call(originals.read_passage, current_actor(), number)
        self.passage = PassageRow(
            name=found.name,
            before=f"… {found.before}" if found.cut_before else found.before,
            text=found.text,
            after=f"{found.after} …" if found.cut_after else found.after,
        )
        self.number = number
