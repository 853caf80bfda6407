"""Settings, providers and budgets: what can be asked, what it costs, and how much it may."""

from typing import Annotated
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.calls import budgets
from pmflow_core.calls.models import Scope
from pmflow_core.events import topics
from pmflow_core.insights import spending
from pmflow_core.runs.extensions import installed
from pmflow_core.settings import get_settings
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.figures import money
from pmflow_ui.guard import event
from pmflow_ui.state import providers_rows as rows
from pmflow_ui.state.providers_rows import BudgetRow, ProviderRow
from pmflow_ui.toasts import say
from pmflow_ui.viewer import workspace_slug

Typed = Annotated[str, StringConstraints(max_length=40)]


class CapForm(BaseModel):
    """The cap that a person types, and of what."""

    scope: Scope
    subject: UUID
    cap: Typed = ""


class ProvidersState(rx.State):
    """The page; `changing` is the budget whose cap is being typed."""

    providers: rx.Field[list[ProviderRow]] = rx.field(default_factory=list)
    month_words: rx.Field[str] = rx.field("")
    whole: rx.Field[list[BudgetRow]] = rx.field(default_factory=list)
    projects: rx.Field[list[BudgetRow]] = rx.field(default_factory=list)
    runs: rx.Field[list[BudgetRow]] = rx.field(default_factory=list)
    changing: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")
    ready: rx.Field[bool] = rx.field(False)

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show providers and budgets."""
        actor = current_actor()
        watch.watch(self, [topics.board(actor.workspace_id)], ProvidersState.refresh())
        self.changing = self.error = ""
        await self._read(actor)
        self.ready = True

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again; what is being typed stays."""
        await self._read(current_actor())

    @event(allow=Role.ADMIN)
    async def change(self, subject: Typed) -> None:
        """Begin to change a cap; an empty id leaves it as it is."""
        self.changing, self.error = subject, ""

    @event(allow=Role.ADMIN)
    async def save(self, form: CapForm) -> EventSpec | None:
        """Set a cap, or say beneath it what is wrong."""
        cap = rows.parse_cap(form.cap)
        if cap is None:
            self.error = "A cap is an amount from 0 to 1,000,000 dollars."
            return None
        actor = current_actor()
        made = await call(spending.set_cap, actor, form.scope, form.subject, cap)
        self.changing = self.error = ""
        await self._read(actor)
        return say(f"The cap is {money(made.cap_usd)}. What waits for it goes on by itself.")

    async def _read(self, actor: Actor) -> None:
        slug = workspace_slug(self.router.url.path) or ""
        month = await call(spending.read_month, actor)
        known = [provider.name for provider in installed().providers]
        self.providers = rows.providers(get_settings(), known, month)
        self.month_words = rows.month_words(month)
        self.whole = [rows.as_workspace(await call(budgets.read_workspace, actor))]
        found = await call(spending.list_project_budgets, actor)
        self.projects = [rows.as_budget(each, slug) for each in found]
        found = await call(spending.list_run_budgets, actor)
        self.runs = [rows.as_budget(each, slug) for each in found]
