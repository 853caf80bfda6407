"""Trying one step of a recipe on a project, with what it writes shown as it comes."""

from uuid import UUID

import reflex as rx
from pydantic import BaseModel
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import recipe_pages
from pmflow_core.board.recipe_pages import TrialRead
from pmflow_core.board.shown_documents import known_signals
from pmflow_core.errors import Conflict
from pmflow_core.events import topics
from pmflow_core.runs import service as runs
from pmflow_core.runs import trials
from pmflow_ui import toasts, watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event
from pmflow_ui.prose import Block, Cited, parse_document
from pmflow_ui.state.recipe import PlaceName, RecipeState
from pmflow_ui.state.recipe_fields import Option
from pmflow_ui.state.recipe_rows import Trial, trial_of
from pmflow_ui.viewer import workspace_slug


class Unsaved(Conflict):
    """The form differs from every saved version, so there is no version to try."""

    code = "recipe_unsaved"


class Chosen(BaseModel):
    """What the form of a trial sends."""

    project: UUID


class TrialState(rx.State):
    """The dialog that starts a trial, and the trial in the address."""

    asking: rx.Field[str] = rx.field("")
    projects: rx.Field[list[Option]] = rx.field(default_factory=list)
    trial: rx.Field[Trial] = rx.field(default_factory=Trial)
    blocks: rx.Field[list[Block]] = rx.field(default_factory=list)
    _run: UUID | None = None
    _path: str = ""

    @event(allow=Role.VIEWER)
    async def load(self) -> None:
        """Show the trial that the address names, if it names one."""
        path, asked = self.router.url.path, self.router.url.query_parameters.get("trial", "")
        self._run = _run_id(asked)
        # Saving a draft loads the page anew; the dialog that was asked for with it stays.
        if path != self._path:
            self._path, self.asking = path, ""
        if self._run is None:
            self.trial, self.blocks = Trial(), []
            return
        watch.watch(self, [topics.run(self._run)], TrialState.refresh())
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Show how far the trial is."""
        if self._run is not None:
            await self._read(current_actor())

    @event(allow=Role.ADMIN)
    async def ask(self, key: PlaceName) -> None:
        """Open the dialog that tries a step of the version in view."""
        recipe = await self.get_state(RecipeState)
        if recipe.dirty or not recipe.number:
            raise Unsaved("Mend what is marked and save the draft; then a step of it can be tried.")
        found = await call(recipe_pages.list_projects, current_actor())
        self.projects = [
            Option(str(each.id), f"{each.key} {each.name} · {each.stage}") for each in found
        ]
        self.asking = key

    @event(allow=Role.ADMIN)
    async def close(self, is_open: bool) -> None:
        """Close the dialog when it asks to."""
        if not is_open:
            self.asking = ""

    @event(allow=Role.ADMIN)
    async def start(self, form: Chosen) -> EventSpec:
        """Try the step on the chosen project; the address then names the trial."""
        recipe = await self.get_state(RecipeState)
        where = (recipe.stage, recipe.number, self.asking)
        run = await call(trials.request_trial, current_actor(), form.project, *where)
        self.asking = ""
        return rx.redirect(f"{recipe.href}?version={recipe.number}&trial={run.id}")

    @event(allow=Role.ADMIN)
    async def cancel(self) -> EventSpec | None:
        """Stop the trial."""
        if self._run is None:
            return None
        actor = current_actor()
        await call(runs.cancel, actor, self._run)
        await self._read(actor)
        return toasts.say("Stopped. Nothing of it is kept.")

    async def _read(self, actor: Actor) -> None:
        if self._run is None:
            return
        base = f"/w/{workspace_slug(self.router.url.path) or ''}"
        read = await call(recipe_pages.read_trial, actor, self._run)
        self.trial = trial_of(read, base)
        self.blocks = await _blocks(actor, read, base)


async def _blocks(actor: Actor, read: TrialRead, base: str) -> list[Block]:
    content = read.written.content
    if not content:
        return []
    known = await call(known_signals, actor, content)
    return parse_document(content, {n: Cited(f"{base}/signals?signal={n}") for n in known})


def _run_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
