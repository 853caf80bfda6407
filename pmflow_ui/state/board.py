"""The board: lanes of cards, kept live; moves that show at once and go back when refused."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import previews, reads
from pmflow_core.board import service as board
from pmflow_core.board.schemas import BoardRead
from pmflow_core.board.service import MoveRefused
from pmflow_core.db import Session
from pmflow_core.errors import Invalid, PmflowError
from pmflow_core.events import topics
from pmflow_ui import toasts, watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event
from pmflow_ui.shared import call_shared
from pmflow_ui.state.board_moves import Drop, drop_of
from pmflow_ui.state.board_rows import (
    MOST_LANES,
    CardView,
    Counts,
    Lane,
    View,
    as_card,
    count_cards,
    lanes_of,
    read_view,
    refused_card,
    usually_shut,
)
from pmflow_ui.viewer import workspace_slug

Slug = Annotated[str, StringConstraints(max_length=64)]
NOTHING = BoardRead((), ())
NOTHING_SHOWN = {
    "waiting": "Nothing waits for a person",
    "blocked": "Nothing is blocked",
    "running": "Nothing runs now",
}


class NewProject(BaseModel):
    """What the form for a new project sends."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)]
    description: Annotated[str, StringConstraints(strip_whitespace=True, max_length=8000)] = ""


class BoardState(rx.State):
    """The board of the workspace in view: one list a lane, so that a change sends one lane."""

    ready: rx.Field[bool] = rx.field(False)
    show: rx.Field[str] = rx.field("all")
    shown: rx.Field[int] = rx.field(0)
    nothing: rx.Field[str] = rx.field("")
    shut: rx.Field[str] = rx.field("")
    counts: rx.Field[Counts] = rx.field(default_factory=Counts)
    lanes: rx.Field[list[Lane]] = rx.field(default_factory=list)
    lane_0: rx.Field[list[CardView]] = rx.field(default_factory=list)
    lane_1: rx.Field[list[CardView]] = rx.field(default_factory=list)
    lane_2: rx.Field[list[CardView]] = rx.field(default_factory=list)
    lane_3: rx.Field[list[CardView]] = rx.field(default_factory=list)
    lane_4: rx.Field[list[CardView]] = rx.field(default_factory=list)
    lane_5: rx.Field[list[CardView]] = rx.field(default_factory=list)
    lane_6: rx.Field[list[CardView]] = rx.field(default_factory=list)
    lane_7: rx.Field[list[CardView]] = rx.field(default_factory=list)
    lane_8: rx.Field[list[CardView]] = rx.field(default_factory=list)
    lane_9: rx.Field[list[CardView]] = rx.field(default_factory=list)
    lane_10: rx.Field[list[CardView]] = rx.field(default_factory=list)
    lane_11: rx.Field[list[CardView]] = rx.field(default_factory=list)
    drop: rx.Field[Drop] = rx.field(default_factory=Drop)
    creating: rx.Field[bool] = rx.field(False)
    name_error: rx.Field[str] = rx.field("")
    _read: BoardRead = NOTHING
    _view: View = View("")
    _refused: dict[str, str] = {}  # noqa: RUF012 Reflex copies it per tab

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show the board that the address asks for and keep it live."""
        actor = current_actor()
        watch.watch(self, [topics.board(actor.workspace_id)], BoardState.refresh())
        url = self.router.url
        base = f"/w/{workspace_slug(url.path) or ''}/board"
        self._view = read_view(base, dict(url.query_parameters))
        self._refused = {}
        self.drop = Drop()
        await self._load(actor)
        self.ready = True

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Show the board as it is now."""
        await self._load(current_actor())

    @event(allow=Role.EDITOR)
    async def preview(self, project_id: UUID, stage: Slug) -> None:
        """Show in the lane under a dragged card what its drop would find and do."""
        found = await call(previews.preview_moves, current_actor(), project_id)
        self.drop = next((drop_of(way) for way in found if way.to == stage), Drop())

    @event(allow=Role.EDITOR)
    async def move(self, project_id: UUID, stage: Slug) -> AsyncIterator[EventSpec | None]:
        """Move a project: its card goes at once, and comes back with the reason when refused."""
        actor, before = current_actor(), self._read
        card = next((card for card in before.cards if card.id == project_id), None)
        if card is None or card.stage == stage:
            return
        self._refused = {key: why for key, why in self._refused.items() if key != str(card.id)}
        moved = replace(card, stage=stage)
        cards = tuple(moved if each.id == card.id else each for each in before.cards)
        self._draw(actor, replace(before, cards=cards))
        yield None
        try:
            await call(board.move, actor, project_id, stage)
        except PmflowError as error:
            why = str(error)
            if isinstance(error, MoveRefused):
                self._refused = {**self._refused, str(card.id): why}
                # The card says the rest.
                why = f"{why.partition(':')[0]}."
            self._draw(actor, before)
            yield toasts.refuse(f"{card.key} was not moved. {why}")
            return
        await self._load(actor)
        place = {lane.slug: index for index, lane in enumerate(self.lanes)}
        said = f"Moved {card.key} to {self.lanes[place[stage]].name}"
        # Back needs no gates; forward again might be refused, so only this way is offered.
        if place[stage] > place.get(card.stage, 0):
            yield toasts.offer_undo(said, BoardState.move(project_id, card.stage))
        else:
            yield toasts.say(said)

    @event(allow=Role.EDITOR)
    async def set_creating(self, is_open: bool) -> None:
        """Open or close the form for a new project."""
        self.creating = is_open
        self.name_error = ""

    @event(allow=Role.EDITOR)
    async def create(self, form: NewProject) -> EventSpec | None:
        """Add a project from an idea; what is wrong stands under the field."""
        actor = current_actor()
        try:
            key = await call(_create, actor, form.name, form.description)
        except Invalid as error:
            self.name_error = str(error)
            return None
        self.creating = False
        await self._load(actor)
        return toasts.say(f"Created {key} {form.name}")

    async def _load(self, actor: Actor) -> None:
        self._draw(actor, await call_shared(reads.read_board, actor))

    def _draw(self, actor: Actor, read: BoardRead) -> None:
        """Put the cards into their lanes; a lane that did not change is not sent again."""
        self._read = read
        lanes = lanes_of(read, self._view)
        base = self._view.base.removesuffix("/board")
        rows: dict[str, list[CardView]] = {lane.slug: [] for lane in lanes}
        for card in read.cards:
            if card.stage in rows:
                drawn = as_card(card, base, actor.user_id)
                why = self._refused.get(drawn.id)
                if why is not None:
                    drawn = refused_card(drawn, why, can_override=actor.may(Role.ADMIN))
                rows[card.stage].append(drawn)
        for index in range(MOST_LANES):
            cards = rows[lanes[index].slug] if index < len(lanes) else []
            if getattr(self, f"lane_{index}") != cards:
                setattr(self, f"lane_{index}", cards)
        if self.lanes != lanes:
            self.lanes = lanes
        self.show = self._view.show
        self.nothing = NOTHING_SHOWN.get(self.show, "")
        self.counts = count_cards(read.cards)
        self.shown = self.counts.of(self.show)
        self.shut = usually_shut(read.stages)


def _create(session: Session, actor: Actor, name: str, description: str) -> str:
    return board.create_project(session, actor, name, description).key
