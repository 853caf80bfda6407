"""The insights of a workspace, for the range in the address."""

from typing import Literal

import reflex as rx
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.calls import budgets
from pmflow_core.events import topics
from pmflow_core.insights import service
from pmflow_core.insights.schemas import InsightsRead, Range
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event
from pmflow_ui.state import insights_rows as rows
from pmflow_ui.state.insights_rows import Figure, Shared, Told
from pmflow_ui.viewer import workspace_slug

Days = Literal["30", "90", "365"]
RANGES: dict[str, Range] = {str(days.value): days for days in Range}
USUAL = "90"


class InsightsState(rx.State):
    """Figures and charts; the address says how far back they look."""

    figures: rx.Field[list[Figure]] = rx.field(default_factory=list)
    severities: rx.Field[Told] = rx.field(default_factory=Told)
    sources: rx.Field[Told] = rx.field(default_factory=Told)
    themes: rx.Field[Told] = rx.field(default_factory=Told)
    outcomes: rx.Field[Told] = rx.field(default_factory=Told)
    stages: rx.Field[Shared] = rx.field(default_factory=Shared)
    costs: rx.Field[Shared] = rx.field(default_factory=Shared)
    decisions: rx.Field[Shared] = rx.field(default_factory=Shared)
    days: rx.Field[str] = rx.field(USUAL)
    is_new: rx.Field[bool] = rx.field(False)
    ready: rx.Field[bool] = rx.field(False)

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show the range that the address names."""
        actor = current_actor()
        here = actor.workspace_id
        watched = [topics.signals(here), topics.board(here), topics.automation(here)]
        watch.watch(self, watched, InsightsState.refresh())
        asked = str(self.router.url.query_parameters.get("days") or USUAL)
        self.days = asked if asked in RANGES else USUAL
        await self._read(actor)

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again."""
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def show(self, days: Days) -> EventSpec:
        """Look back so many days; the address says so."""
        slug = workspace_slug(self.router.url.path)
        rest = "" if days == USUAL else f"?days={days}"
        return rx.redirect(f"/w/{slug}/insights{rest}", replace=True)

    async def _read(self, actor: Actor) -> None:
        slug = workspace_slug(self.router.url.path) or ""
        found = await call(service.read_insights, actor, RANGES[self.days])
        budget = await call(budgets.read_workspace, actor)
        self.figures = rows.figures(found, slug, budget.cap_usd, budget.spent_usd)
        self.severities, self.sources = rows.severities(found), rows.sources(found)
        self.themes, self.outcomes = rows.themes(found), rows.outcomes(found)
        self.stages, self.decisions = rows.stages(found), rows.decisions(found)
        self.costs = rows.costs(found, slug)
        self.is_new = not (found.signals or found.signals_before or _has_run(found))
        self.ready = True


def _has_run(found: InsightsRead) -> bool:
    return any(series.total for series in found.outcomes)
