"""What pmflow does by itself in a workspace: its settings, its log, and maintenance."""

from typing import Literal

import reflex as rx
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.automation import maintenance
from pmflow_core.automation import service as automation
from pmflow_core.automation.models import Chore, Verdict
from pmflow_core.automation.rules import ACTED
from pmflow_core.events import topics
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event
from pmflow_ui.state.automation_rows import (
    AutomationForm,
    ChoreLine,
    EventLine,
    as_chore,
    as_event,
    as_values,
    parse_form,
)
from pmflow_ui.toasts import say
from pmflow_ui.viewer import workspace_slug

PAGE = 25
View = Literal["acted", "skipped", "all"]
VERDICTS: dict[str, tuple[Verdict, ...] | None] = {
    "acted": tuple(ACTED),
    "skipped": tuple(verdict for verdict in Verdict if verdict not in ACTED),
    "all": None,
}


class AutomationState(rx.State):
    """The page of automation; `values` is what the form shows, `errors` what is wrong in it."""

    values: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    depth: rx.Field[str] = rx.field("")
    form_key: rx.Field[int] = rx.field(0)
    events: rx.Field[list[EventLine]] = rx.field(default_factory=list)
    view: rx.Field[str] = rx.field("all")
    more: rx.Field[bool] = rx.field(False)
    chores: rx.Field[list[ChoreLine]] = rx.field(default_factory=list)
    ready: rx.Field[bool] = rx.field(False)
    _shown: int = PAGE

    @event(allow=Role.VIEWER)
    async def go(self) -> EventSpec:
        """Lead from the bare settings to their first page."""
        slug = workspace_slug(self.router.url.path)
        return rx.redirect(f"/w/{slug}/settings/general", replace=True)

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show settings, log and maintenance."""
        actor = current_actor()
        watch.watch(self, [topics.automation(actor.workspace_id)], AutomationState.refresh())
        asked = self.router.url.query_parameters.get("log") or "all"
        self.view = asked if asked in VERDICTS else "all"
        self._shown = PAGE
        await self._read_settings(actor)
        await self._read(actor)
        self.ready = True

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again at what was done; a form that is being filled in is left alone."""
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def show(self, view: View) -> EventSpec:
        """Show only a part of the log; the address says so."""
        slug = workspace_slug(self.router.url.path)
        rest = "" if view == "all" else f"?log={view}"
        return rx.redirect(f"/w/{slug}/settings/automation{rest}")

    @event(allow=Role.VIEWER)
    async def show_more(self) -> None:
        """Show older lines of the log too."""
        self._shown = min(self._shown + PAGE, 500)
        await self._read(current_actor())

    @event(allow=Role.ADMIN)
    async def save(self, form: AutomationForm) -> EventSpec | None:
        """Save the form, or say under each field what is wrong; what was typed stays."""
        settings, self.errors = parse_form(form)
        if settings is None:
            return None
        actor = current_actor()
        await call(automation.write_settings, actor, settings)
        await self._read_settings(actor)
        await self._read(actor)
        return say("Saved. It counts from the next look at the themes on.")

    @event(allow=Role.EDITOR)
    async def run(self, chore: Chore) -> None:
        """Ask for a chore to be done now."""
        actor = current_actor()
        await call(maintenance.request, actor, chore)
        await self._read(actor)

    async def _read_settings(self, actor: Actor) -> None:
        values = as_values(await call(automation.read_settings, actor))
        self.errors = {}
        if values != self.values:
            self.values, self.depth = values, values["depth"]
            # A form with another key is drawn anew; otherwise what was typed stays.
            self.form_key += 1

    async def _read(self, actor: Actor) -> None:
        slug = workspace_slug(self.router.url.path) or ""
        verdicts = VERDICTS[self.view]
        found = await call(automation.list_events, actor, verdicts=verdicts, limit=self._shown + 1)
        self.events = [as_event(each, slug) for each in found[: self._shown]]
        self.more = len(found) > self._shown
        self.chores = [as_chore(each) for each in await call(maintenance.read_chores, actor)]
