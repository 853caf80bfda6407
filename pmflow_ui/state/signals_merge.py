"""Merging the open signal with one that says the same, and taking merged ones out again."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import reflex as rx
from pydantic import Field

from pmflow_core.accounts.actor import Role
from pmflow_core.signals import duplicates, merging
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.figures import counted
from pmflow_ui.guard import event
from pmflow_ui.state.pair_rows import Pair, as_pair
from pmflow_ui.state.signals import SignalsState
from pmflow_ui.toasts import offer_undo, say

Ids = Annotated[list[UUID], Field(min_length=1, max_length=merging.MOST_AT_ONCE)]


class MergeState(rx.State):
    """The two signals that are being compared; none while the dialog is closed."""

    pair: rx.Field[Pair] = rx.field(default_factory=Pair)
    comparing: rx.Field[bool] = rx.field(False)
    _ids: list[UUID] = []  # noqa: RUF012 Reflex copies it per tab

    @event(allow=Role.EDITOR)
    async def compare(self, one: UUID, other: UUID) -> None:
        """Show two signals side by side."""
        read = await call(duplicates.compare, current_actor(), one, other)
        self.pair, self._ids, self.comparing = as_pair(read), [one, other], True

    @event(allow=Role.VIEWER)
    async def show(self, comparing: bool) -> None:
        """Close the dialog; it opens only by comparing."""
        self.comparing = self.comparing and comparing

    @event(allow=Role.EDITOR)
    async def merge(self) -> AsyncIterator[Any]:
        """Make the two one, and open the one that is kept."""
        if not self.comparing:
            return
        self.comparing = False
        done = await call(merging.merge, current_actor(), self._ids)
        if not done.merged:
            yield say(f"They are one already: S-{done.kept_number}")
            return
        yield offer_undo(
            f"Merged into S-{done.kept_number}",
            MergeState.take_back(list(done.merged)),
        )
        yield SignalsState.open(done.kept_number)

    @event(allow=Role.EDITOR)
    async def unmerge(self, signal_id: UUID) -> AsyncIterator[Any]:
        """Take a merged signal out again, and open it."""
        signal = await call(merging.unmerge, current_actor(), signal_id)
        yield say(f"S-{signal.number} is on its own again")
        yield SignalsState.open(signal.number)

    @event(allow=Role.EDITOR)
    async def take_back(self, ids: Ids) -> AsyncIterator[Any]:
        """Undo a merge: all that it merged are as they were."""
        for each in ids:
            await call(merging.unmerge, current_actor(), each)
        yield say(f"Taken back: {counted(len(ids), 'signal')} on its own again")
        yield SignalsState.refresh()
