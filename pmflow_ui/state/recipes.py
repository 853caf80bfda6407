"""The list of recipes: every stage, what it does by itself, and how its last runs ended."""

import reflex as rx

from pmflow_core.accounts.actor import Role
from pmflow_core.board import recipe_pages
from pmflow_core.events import topics
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event
from pmflow_ui.state.recipe_rows import RecipeLine, recipe_line
from pmflow_ui.viewer import workspace_slug


class RecipesState(rx.State):
    """The stages of the workspace with their recipes, kept live."""

    rows: rx.Field[list[RecipeLine]] = rx.field(default_factory=list)
    ready: rx.Field[bool] = rx.field(False)

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show the stages and keep them live."""
        actor = current_actor()
        watch.watch(self, [topics.board(actor.workspace_id)], RecipesState.refresh())
        await self._read()
        self.ready = True

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again."""
        await self._read()

    async def _read(self) -> None:
        base = f"/w/{workspace_slug(self.router.url.path) or ''}"
        found = await call(recipe_pages.read_recipes, current_actor())
        self.rows = [recipe_line(each, base) for each in found]
