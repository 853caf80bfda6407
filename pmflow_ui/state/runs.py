"""The list of the workspace's runs."""

from typing import Literal

import reflex as rx
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import reads
from pmflow_core.events import topics
from pmflow_core.runs.status import OPEN, RunStatus
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.figures import counted
from pmflow_ui.guard import event
from pmflow_ui.state.run_rows import RunLine, as_line
from pmflow_ui.viewer import workspace_slug

SHOWN = 200
VIEWS = {
    "all": frozenset(RunStatus),
    "open": OPEN,
    "failed": frozenset({RunStatus.FAILED}),
    "ended": frozenset({RunStatus.COMPLETED, RunStatus.CANCELLED}),
}
View = Literal["all", "open", "failed", "ended"]


class RunsState(rx.State):
    """The newest runs, all or those in some state."""

    rows: rx.Field[list[RunLine]] = rx.field(default_factory=list)
    view: rx.Field[str] = rx.field("all")
    words: rx.Field[str] = rx.field("")
    any_run: rx.Field[bool] = rx.field(False)
    ready: rx.Field[bool] = rx.field(False)

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show the runs that the address asks for."""
        actor = current_actor()
        asked = self.router.url.query_parameters.get("status") or "all"
        self.view = asked if asked in VIEWS else "all"
        watch.watch(self, [topics.board(actor.workspace_id)], RunsState.refresh())
        await self._read(actor)

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again."""
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def show(self, view: View) -> EventSpec:
        """Show runs in some state only; the address says so."""
        slug = workspace_slug(self.router.url.path)
        return rx.redirect(f"/w/{slug}/runs" + ("" if view == "all" else f"?status={view}"))

    async def _read(self, actor: Actor) -> None:
        slug = workspace_slug(self.router.url.path) or ""
        found = await call(reads.list_runs, actor, limit=SHOWN)
        self.rows = [as_line(run, slug) for run in found if run.status in VIEWS[self.view]]
        going = sum(1 for run in found if run.status in OPEN)
        self.words = f"{counted(going, 'run')} open" if going else ""
        self.any_run, self.ready = bool(found), True
