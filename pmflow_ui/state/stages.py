"""The stages of a workspace, as its admins arrange them."""

from dataclasses import dataclass
from typing import Annotated

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import stages as closing
from pmflow_core.errors import Conflict, Invalid
from pmflow_core.events import topics
from pmflow_core.projects import stages
from pmflow_core.projects.stages import Colour, StageRead
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.figures import counted
from pmflow_ui.guard import event
from pmflow_ui.toasts import offer_undo, say

Slug = Annotated[str, StringConstraints(max_length=64)]
Typed = Annotated[str, StringConstraints(max_length=200)]


class StageForm(BaseModel):
    """What the form for a new stage sends."""

    name: Typed = ""
    colour: Colour = Colour.SLATE


class TargetForm(BaseModel):
    """Where the projects of a stage go that is taken off the board."""

    target: Slug = ""


@dataclass(frozen=True)
class StageRow:
    """A stage as a line."""

    slug: str
    name: str
    colour: str
    enabled: bool
    projects: int
    projects_words: str
    first: bool
    last: bool


class StagesState(rx.State):
    """The page; `closing` is the stage whose projects must go somewhere first."""

    rows: rx.Field[list[StageRow]] = rx.field(default_factory=list)
    targets: rx.Field[list[StageRow]] = rx.field(default_factory=list)
    add_error: rx.Field[str] = rx.field("")
    form_key: rx.Field[int] = rx.field(0)
    closing: rx.Field[str] = rx.field("")
    closing_name: rx.Field[str] = rx.field("")
    closing_words: rx.Field[str] = rx.field("")
    closing_error: rx.Field[str] = rx.field("")
    ready: rx.Field[bool] = rx.field(False)

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show the pipeline."""
        actor = current_actor()
        here = [topics.workspace(actor.workspace_id), topics.board(actor.workspace_id)]
        watch.watch(self, here, StagesState.refresh())
        self.add_error = self.closing = self.closing_error = ""
        await self._read(actor)
        self.ready = True

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again."""
        await self._read(current_actor())

    @event(allow=Role.ADMIN)
    async def add(self, form: StageForm) -> None:
        """Add a stage at the right end, or say under the field why not."""
        actor, self.add_error = current_actor(), ""
        try:
            await call(stages.add, actor, form.name, form.colour)
        except (Invalid, Conflict) as error:
            self.add_error = str(error)
            return
        self.form_key += 1
        await self._read(actor)

    @event(allow=Role.ADMIN)
    async def rename(self, slug: Slug, name: Typed) -> EventSpec | None:
        """Give a stage another name when its field is left."""
        if any(row.slug == slug and row.name == " ".join(name.split()) for row in self.rows):
            return None
        actor = current_actor()
        try:
            made = await call(stages.edit, actor, slug, name=name)
        finally:
            # What was refused must not stay in the field.
            self.form_key += 1
            await self._read(actor)
        return say(f"Renamed to {made.name}")

    @event(allow=Role.ADMIN)
    async def recolour(self, slug: Slug, colour: Colour) -> None:
        """Give a stage another colour."""
        actor = current_actor()
        await call(stages.edit, actor, slug, colour=colour)
        await self._read(actor)

    @event(allow=Role.ADMIN)
    async def shift(self, slug: Slug, step: int) -> None:
        """Move a stage one place to the left or right."""
        actor = current_actor()
        order = [row.slug for row in self.rows]
        here = order.index(slug) if slug in order else -1
        there = here + (1 if step > 0 else -1)
        if here < 0 or not 0 <= there < len(order):
            return
        order[here], order[there] = order[there], order[here]
        self._show(await call(stages.put_in_order, actor, order))

    @event(allow=Role.ADMIN)
    async def disable(self, slug: Slug) -> EventSpec | None:
        """Take a stage off the board, or ask first where its projects go."""
        row = next((each for each in self.rows if each.slug == slug), None)
        if row is not None and row.projects:
            self.closing, self.closing_name, self.closing_error = row.slug, row.name, ""
            self.closing_words = row.projects_words
            self.targets = [each for each in self.rows if each.enabled and each.slug != slug]
            return None
        actor = current_actor()
        made = await call(closing.disable, actor, slug)
        await self._read(actor)
        return offer_undo(f"{made.name} is off the board", StagesState.enable(slug))

    @event(allow=Role.ADMIN)
    async def empty(self, form: TargetForm) -> EventSpec | None:
        """Send the projects of the stage that was asked about elsewhere, and disable it."""
        actor, self.closing_error = current_actor(), ""
        try:
            made = await call(closing.disable, actor, self.closing, projects_to=form.target)
        except Conflict as error:
            self.closing_error = str(error)
            return None
        self.closing = ""
        await self._read(actor)
        return say(f"{made.name} is off the board; its projects have moved")

    @event(allow=Role.ADMIN)
    async def enable(self, slug: Slug) -> EventSpec:
        """Bring a stage back onto the board."""
        actor = current_actor()
        made = await call(stages.enable, actor, slug)
        await self._read(actor)
        return say(f"{made.name} is on the board")

    @event(allow=Role.ADMIN)
    async def keep(self, is_open: bool) -> None:
        """Close the question when it asks to."""
        if not is_open:
            self.closing = ""

    async def _read(self, actor: Actor) -> None:
        self._show(await call(stages.list_stages, actor))

    def _show(self, found: list[StageRead]) -> None:
        self.rows = [
            StageRow(
                slug=stage.slug,
                name=stage.name,
                colour=stage.colour,
                enabled=stage.enabled,
                projects=stage.projects,
                projects_words=counted(stage.projects, "project"),
                first=place == 0,
                last=place == len(found) - 1,
            )
            for place, stage in enumerate(found)
        ]
