"""Deciding on many suggestions of the inbox at once, and taking that back."""

from typing import Annotated, Literal
from uuid import UUID

import reflex as rx
from pydantic import Field
from reflex.event import EventCallback, EventSpec

from pmflow_core.accounts.actor import Role
from pmflow_core.suggestions.models import SuggestionKind, SuggestionStatus
from pmflow_core.triage import service as triage
from pmflow_core.triage.schemas import (
    MOST_AT_ONCE,
    BulkDecided,
    SuggestionQuery,
    SuggestionSort,
)
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.figures import counted
from pmflow_ui.guard import event
from pmflow_ui.state.inbox import InboxState
from pmflow_ui.state.inbox_rows import said_of, said_of_undo
from pmflow_ui.toasts import offer_undo, say

ACCEPTED, DISMISSED = SuggestionStatus.ACCEPTED, SuggestionStatus.DISMISSED
DUPLICATES = SuggestionQuery(
    kind=SuggestionKind.MERGE_DUPLICATE,
    sort=SuggestionSort.CONFIDENCE,
    limit=MOST_AT_ONCE,
    snoozed=False,
)
Ids = Annotated[list[UUID], Field(min_length=1, max_length=MOST_AT_ONCE)]
Replies = list[EventSpec | EventCallback[()]]


class InboxManyState(rx.State):
    """The question before all duplicates that wait are merged; closed while `asking` is False.

    What is answered are the suggestions that the question counted: those that come meanwhile wait.
    """

    asking: rx.Field[bool] = rx.field(False)
    question: rx.Field[str] = rx.field("")
    _ids: list[UUID] = []  # noqa: RUF012 Reflex copies it per tab

    @event(allow=Role.EDITOR)
    async def ask(self) -> None:
        """Count the duplicates that wait, at most 200 and the surest first, and ask."""
        page = await call(triage.list_suggestions, current_actor(), DUPLICATES)
        self._ids = [each.id for each in page.items]
        surest = "the surest " if page.next_cursor else ""
        pairs = counted(len(self._ids), "pair")
        self.question, self.asking = f"Merge {surest}{pairs} of signals?", bool(self._ids)

    @event(allow=Role.EDITOR)
    async def set_asking(self, is_open: bool) -> None:
        """Close the question; it opens only by asking."""
        self.asking = self.asking and is_open

    @event(allow=Role.EDITOR)
    async def merge_all(self) -> Replies:
        """Accept what the question counted; a second press finds nothing left to accept."""
        ids, self._ids, self.asking = self._ids, [], False
        return await self._decide(ids, ACCEPTED)

    @event(allow=Role.EDITOR)
    async def decide_selected(self, verb: Literal["accept", "dismiss"]) -> Replies:
        """Accept or dismiss everything that is selected."""
        inbox = await self.get_state(InboxState)
        ids = [UUID(item.partition(":")[2]) for item in inbox.selected]
        inbox.selected = []
        return await self._decide(ids, ACCEPTED if verb == "accept" else DISMISSED)

    @event(allow=Role.EDITOR)
    async def take_back(self, ids: Ids) -> Replies:
        """Undo decisions on several suggestions; each is suggested again."""
        done = await call(triage.undo_many, current_actor(), ids)
        return [InboxState.refresh(), say(said_of_undo(done))]

    async def _decide(self, ids: list[UUID], status: SuggestionStatus) -> Replies:
        if not ids:
            return []
        done = await call(triage.decide_many, current_actor(), ids, status)
        text, undoable = said_of(done, status), _undoable(done)
        note = offer_undo(text, InboxManyState.take_back(undoable)) if undoable else say(text)
        return [InboxState.refresh(), note]


def _undoable(done: BulkDecided) -> list[UUID]:
    """Return what this decision can take back: what it decided itself, what it let expire too."""
    own = [each for each in done.decided if each.is_new]
    expired = [each.id for each in own if each.status is SuggestionStatus.EXPIRED]
    taken = [each.id for each in own if each.can_undo]
    return [*taken, *expired] if taken else []
