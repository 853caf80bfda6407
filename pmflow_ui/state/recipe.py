"""The page of a stage's recipe: a form that is checked as it is filled in, and its versions."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Literal

import reflex as rx
from pydantic import StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import reads
from pmflow_core.db import Session
from pmflow_core.errors import NotFound
from pmflow_core.events import topics
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.service import RecipeChanged
from pmflow_core.recipes.validation import InvalidRecipe, parse
from pmflow_core.runs.extensions import installed
from pmflow_ui import toasts, watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event
from pmflow_ui.state.recipe_fields import (
    Field,
    Offer,
    Part,
    Spec,
    empty_gate,
    empty_recipe,
    empty_step,
    gate_part,
    put,
    read_value,
    recipe_fields,
    step_part,
)
from pmflow_ui.state.recipe_rows import VersionLine, counts_of, placed, version_line
from pmflow_ui.viewer import workspace_slug

PlaceName = Annotated[str, StringConstraints(max_length=120, pattern=r"^[a-z0-9_.]*$")]
Typed = Annotated[str, StringConstraints(max_length=20_000)]
REDRAWN = frozenset({"skill", "kind", "level"})


class RecipeState(rx.State):
    """A recipe being read or changed; what is typed stays here until it is saved as a version."""

    ready: rx.Field[bool] = rx.field(False)
    stage: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    href: rx.Field[str] = rx.field("")
    exists: rx.Field[bool] = rx.field(False)
    revision: rx.Field[int] = rx.field(0)
    fields: rx.Field[list[Field]] = rx.field(default_factory=list)
    steps: rx.Field[list[Part]] = rx.field(default_factory=list)
    gates: rx.Field[list[Part]] = rx.field(default_factory=list)
    faults: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    counts: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    others: rx.Field[list[str]] = rx.field(default_factory=list)
    wrong: rx.Field[int] = rx.field(0)
    dirty: rx.Field[bool] = rx.field(False)
    number: rx.Field[int] = rx.field(0)
    published: rx.Field[int] = rx.field(0)
    newer: rx.Field[int] = rx.field(0)
    versions: rx.Field[list[VersionLine]] = rx.field(default_factory=list)
    against: rx.Field[int] = rx.field(0)
    changes: rx.Field[list[str]] = rx.field(default_factory=list)
    opened: rx.Field[str] = rx.field("steps.0")
    # As text: what the framework hands out of a mutable var cannot be stored.
    _text: str = "{}"
    _before: str = ""
    _base: int = 0

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show the version that the address names, the newest without one."""
        actor = current_actor()
        query = self.router.url.query_parameters
        slug, stage = workspace_slug(self.router.url.path), _stage_of(self.router.url.path)
        asked = _number(query.get("version"))
        kept = self.ready and self.dirty and stage == self.stage
        self.href, self.stage = f"/w/{slug}/recipes/{stage}", stage
        names = {each.slug: each.name for each in await call(reads.list_stages, actor)}
        self.name = names.get(stage, stage)
        watch.watch(self, [topics.board(actor.workspace_id)], RecipeState.refresh())
        await self._read_versions(actor)
        if not self.exists and stage not in names:
            raise NotFound("There is no such stage.")
        # The page loads anew when a lost connection is back: what was typed must survive that.
        if not kept or asked:
            await self._open(actor, asked or self._newest())
        await self._compare(actor, _number(query.get("diff")))
        self.ready = True

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Show new versions; what is being typed is left alone."""
        if not self.stage:
            return
        await self._read_versions(current_actor())
        newest = self._newest()
        self.newer = newest if newest > self._base else 0

    @event(allow=Role.ADMIN)
    async def put(self, place: PlaceName, typed: Typed) -> None:
        """Take over what was typed into a field, and check the whole."""
        known = {one.place: one for one in self._all_fields()}
        if place not in known:
            return
        await self._change(put(self._spec(), place, read_value(known[place], typed)))
        if place.rsplit(".", 1)[-1] in REDRAWN:
            if place.endswith((".skill", ".kind")):
                self._keep(put(self._spec(), f"{place.rsplit('.', 1)[0]}.params", {}))
            await self._draw(again=True)
        elif place.endswith(".title"):
            await self._draw()

    @event(allow=Role.ADMIN)
    async def flip(self, place: PlaceName) -> None:
        """Switch a yes or no."""
        known = {one.place: one for one in self._all_fields()}
        if place in known and known[place].kind == "check":
            await self._change(put(self._spec(), place, known[place].value != "true"))
            await self._draw()

    @event(allow=Role.ADMIN)
    async def add(self, what: Literal["steps", "gates"]) -> None:
        """Add a step or a gate at the end, opened."""
        if "steps" not in self._spec():
            raise NotFound("Nothing is open here any more. Reload the page.")
        made = empty_step(self._spec(), _offer(())) if what == "steps" else empty_gate()
        parts = [*self._spec()[what], made]
        self.opened = f"{what}.{len(parts) - 1}"
        await self._change({**self._spec(), what: parts})
        await self._draw(again=True)

    @event(allow=Role.ADMIN)
    async def shift(self, place: PlaceName, by: Literal[-1, 1]) -> None:
        """Move a step or a gate up or down by one."""
        what, at = _part(place)
        parts = list(self._spec().get(what, ()))
        if not (0 <= at < len(parts) and 0 <= at + by < len(parts)):
            return
        parts[at], parts[at + by] = parts[at + by], parts[at]
        self.opened = f"{what}.{at + by}"
        await self._change({**self._spec(), what: parts})
        await self._draw(again=True)

    @event(allow=Role.ADMIN)
    async def remove(self, place: PlaceName) -> EventSpec | None:
        """Take a step or a gate out, with a way back."""
        what, at = _part(place)
        parts = list(self._spec().get(what, ()))
        if not 0 <= at < len(parts):
            return None
        self._before = self._text
        gone = parts.pop(at)
        await self._change({**self._spec(), what: parts})
        await self._draw(again=True)
        return toasts.offer_undo(f"Took out {gone.get('title')}", RecipeState.bring_back())

    @event(allow=Role.ADMIN)
    async def bring_back(self) -> None:
        """Put back what was taken out last."""
        if self._before:
            await self._change(json.loads(self._before))
            await self._draw(again=True)

    @event(allow=Role.VIEWER)
    async def open_part(self, place: PlaceName) -> None:
        """Open one step or gate; the open one closes."""
        self.opened = "" if self.opened == place else place

    @event(allow=Role.ADMIN)
    async def save(self) -> AsyncIterator[EventSpec | None]:
        """Keep the form as a draft, which no run uses yet."""
        number = await self._save()
        if number:
            yield toasts.say(
                f"Saved as draft v{number}; runs use v{self.published or 'none'} still"
            )
            yield rx.redirect(self.href, replace=True)

    @event(allow=Role.ADMIN)
    async def publish(self) -> AsyncIterator[EventSpec | None]:
        """Let runs from now on use what the form says."""
        number = await self._save() if self.dirty or not self.number else self.number
        if number:
            await call(_publish, current_actor(), self.stage, number)
            await self._read_versions(current_actor())
            yield toasts.say(f"Published v{number}; open runs keep theirs")
            yield rx.redirect(self.href, replace=True)

    @event(allow=Role.ADMIN)
    async def use(self, number: int) -> EventSpec:
        """Publish a draft, or go back to a version that was used before."""
        actor = current_actor()
        rows = {line.number: line for line in self.versions}
        was_draft = number not in rows or rows[number].state == "draft"
        await call(_publish if was_draft else _roll_back, actor, self.stage, number)
        await self._read_versions(actor)
        return toasts.say(f"New runs of {self.name} use v{number}; open runs keep theirs")

    @event(allow=Role.ADMIN)
    async def save_over(self) -> None:
        """Let the next save follow the newer version, after it was compared."""
        self._base, self.newer = self._newest(), 0

    @event(allow=Role.ADMIN)
    async def discard(self) -> None:
        """Forget what was typed and show the newest version."""
        await self._open(current_actor(), self._newest())

    async def _save(self) -> int:
        """Return the number of the draft that was made, 0 where the form has to be mended."""
        actor = current_actor()
        try:
            number = await call(_save, actor, self._spec(), self._base)
        except RecipeChanged:
            await self._read_versions(actor)
            self.newer = self._newest()
            return 0
        except InvalidRecipe:
            await self._check(actor)
            return 0
        self.dirty, self._base, self.number, self.newer = False, number, number, 0
        await self._read_versions(actor)
        return number

    async def _open(self, actor: Actor, number: int) -> None:
        """Begin from a version; the next save follows the newest."""
        self._keep(empty_recipe(self.stage, self.name))
        if number:
            spec = await call(recipes.get_spec, actor, self.stage, number)
            self._keep(spec.model_dump(mode="json"))
        self.number, self._base = number, self._newest()
        self.dirty, self.newer = False, 0
        await self._read_versions(actor)
        await self._draw(again=True)
        await self._check(actor)

    def _spec(self) -> Spec:
        """Return the recipe as the form has it."""
        return json.loads(self._text)

    def _keep(self, spec: Spec) -> None:
        self._text = json.dumps(spec)

    async def _change(self, spec: Spec) -> None:
        self._keep(spec)
        self.dirty = True
        await self._check(current_actor())

    async def _draw(self, *, again: bool = False) -> None:
        """Make the form from the recipe; drawn `again`, its controls take the recipe's values."""
        stages = [(each.slug, each.name) for each in await call(reads.list_stages, current_actor())]
        offer = _offer(tuple(stages))
        spec = self._spec()
        self.fields = recipe_fields(spec, offer)
        self.steps = [step_part(spec, at, offer) for at in range(len(spec["steps"]))]
        self.gates = [gate_part(spec, at, offer) for at in range(len(spec["gates"]))]
        await self._check(current_actor())
        if again:
            self.revision += 1

    async def _check(self, actor: Actor) -> None:
        catalogue = installed().catalogue()
        found = await call(recipes.find_faults, actor, self._spec(), catalogue)
        self.faults, self.others = placed(found, self._all_fields())
        self.counts = counts_of(self.faults, [*self.steps, *self.gates])
        self.wrong = len(found)

    async def _compare(self, actor: Actor, against: int) -> None:
        self.against = against
        self.changes = []
        if against and self.number:
            found = await call(recipes.compare, actor, self.stage, against, self.number)
            self.changes = list(found)

    async def _read_versions(self, actor: Actor) -> None:
        found = await call(recipes.list_versions, actor, self.stage)
        self.exists = bool(found)
        self.published = next((row.number for row in found if row.is_current), 0)
        self.versions = [version_line(row, self.href, self.number) for row in found]

    def _newest(self) -> int:
        return self.versions[0].number if self.versions else 0

    def _all_fields(self) -> list[Field]:
        inner = [one for part in (*self.steps, *self.gates) for one in (*part.main, *part.more)]
        return [*self.fields, *inner]


def _offer(stages: tuple[tuple[str, str], ...]) -> Offer:
    return Offer(installed().catalogue(), stages)


def _save(session: Session, actor: Actor, spec: Spec, base: int) -> int:
    made = recipes.save_draft(session, actor, parse(spec), installed().catalogue(), base)
    return made.number


def _publish(session: Session, actor: Actor, stage: str, number: int) -> None:
    recipes.publish_version(session, actor, stage, number, installed().catalogue())


def _roll_back(session: Session, actor: Actor, stage: str, number: int) -> None:
    recipes.roll_back(session, actor, stage, number, installed().catalogue())


def _part(place: str) -> tuple[str, int]:
    """Return the list and the index that the place of a step or gate names."""
    what, _, at = place.partition(".")
    return (what, int(at)) if what in ("steps", "gates") and at.isdecimal() else ("steps", -1)


def _stage_of(path: str) -> str:
    """Return the stage that an address names; raises NotFound."""
    stage = path.rstrip("/").rsplit("/", 1)[-1]
    if not stage or len(stage) > 40:
        raise NotFound("There is no such stage.")
    return stage


def _number(text: str | None) -> int:
    """Return a version's number from the address, 0 for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 6 else 0
