"""Webhooks out: whom pmflow tells of what, and what was sent."""

from typing import Annotated
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, ConfigDict, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.integrations import webhooks
from pmflow_core.integrations.webhook_schemas import ABOUT, WebhookEdit, WebhookIn
from pmflow_core.settings import get_settings
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event
from pmflow_ui.state.webhooks_rows import (
    EventLine,
    HookLine,
    Opened,
    as_hook,
    as_message,
    as_opened_message,
)
from pmflow_ui.toasts import offer_undo, say
from pmflow_ui.viewer import workspace_slug

PAGE = 20
Line = Annotated[str, StringConstraints(max_length=2_000)]


class HookForm(BaseModel):
    """A new address to tell; each event that is ticked comes as a field of its own."""

    model_config = ConfigDict(extra="allow")

    hook_name: Line = ""
    hook_url: Line = ""

    def chosen(self) -> list[str]:
        """Return the events that are ticked."""
        given = self.model_extra or {}
        return [kind.value for kind in ABOUT if given.get(kind.value)]


class OutgoingState(rx.State):
    """The lower half of the page of webhooks."""

    rows: rx.Field[list[HookLine]] = rx.field(default_factory=list)
    log: rx.Field[list[EventLine]] = rx.field(default_factory=list)
    more: rx.Field[bool] = rx.field(False)
    opened: rx.Field[Opened] = rx.field(default_factory=Opened)
    writing: rx.Field[bool] = rx.field(False)
    error: rx.Field[str] = rx.field("")
    made_id: rx.Field[str] = rx.field("")
    _shown: int = PAGE

    @event(allow=Role.VIEWER)
    async def enter(self) -> None:
        """Begin anew: a secret that was made before is not asked for as if nobody had seen it."""
        self.made_id, self.writing, self.error, self._shown = "", False, "", PAGE
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again; what somebody types stays."""
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def show_more(self) -> None:
        """Show older messages too."""
        self._shown = min(self._shown + PAGE, 200)
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def open_message(self, message_id: UUID) -> None:
        """Show a message with its body and every try."""
        found = await call(webhooks.get_message, current_actor(), message_id)
        self.opened = as_opened_message(found)

    @event(allow=Role.VIEWER)
    async def close_message(self) -> None:
        """Close the message."""
        self.opened = Opened()

    @event(allow=Role.ADMIN)
    async def write(self, is_open: bool) -> None:
        """Open or close the form."""
        self.writing, self.error = is_open, ""

    @event(allow=Role.ADMIN)
    async def create(self, form: HookForm) -> EventSpec | None:
        """Make a webhook, or say what is wrong; what was typed stays."""
        chosen = form.chosen()
        self.error = "" if chosen else "Choose at least one event."
        if self.error:
            return None
        actor = current_actor()
        wanted = WebhookIn.model_validate(
            {"name": form.hook_name or "Webhook", "url": form.hook_url.strip(), "events": chosen}
        )
        keys = get_settings().secrets()
        made = await call(webhooks.create_webhook, actor, wanted, keys)
        self.writing, self.made_id = False, str(made.webhook.id)
        await self._read(actor)
        return say("The webhook is made. Now make its secret and give it to the receiver.")

    @event(allow=Role.ADMIN)
    async def enable(self, webhook_id: UUID, is_on: bool) -> EventSpec:
        """Switch a webhook off or on."""
        actor = current_actor()
        await call(webhooks.edit_webhook, actor, webhook_id, WebhookEdit(enabled=is_on))
        await self._read(actor)
        return say("It is told again." if is_on else "Nothing more is sent to it.")

    @event(allow=Role.ADMIN)
    async def delete(self, webhook_id: UUID) -> EventSpec:
        """Delete a webhook."""
        actor = current_actor()
        await call(webhooks.delete_webhook, actor, webhook_id)
        await self._read(actor)
        return offer_undo("The webhook is deleted.", OutgoingState.restore(webhook_id))

    @event(allow=Role.ADMIN)
    async def restore(self, webhook_id: UUID) -> EventSpec:
        """Take a deletion back."""
        actor = current_actor()
        await call(webhooks.restore_webhook, actor, webhook_id)
        await self._read(actor)
        return say("The webhook is back.")

    @event(allow=Role.ADMIN)
    async def send_test(self, webhook_id: UUID) -> EventSpec:
        """Send the event webhook.test and open the message."""
        actor = current_actor()
        message_id = await call(webhooks.send_test, actor, webhook_id)
        self.opened = as_opened_message(await call(webhooks.get_message, actor, message_id))
        await self._read(actor)
        return say("A worker sends it now.")

    @event(allow=Role.ADMIN)
    async def redeliver(self, message_id: UUID) -> EventSpec:
        """Have a message sent again."""
        actor = current_actor()
        await call(webhooks.redeliver, actor, message_id)
        await self._read(actor)
        return say("A worker sends it again, under the same id.")

    async def _read(self, actor: Actor) -> None:
        slug = workspace_slug(self.router.url.path) or ""
        self.rows = [as_hook(each, slug) for each in await call(webhooks.list_webhooks, actor)]
        names = {row.id: row.name for row in self.rows}
        found = await call(webhooks.list_messages, actor, None, limit=self._shown + 1)
        self.log = [as_message(each, names) for each in found[: self._shown]]
        self.more = len(found) > self._shown
        if self.opened.id:
            again = await call(webhooks.get_message, actor, UUID(self.opened.id))
            self.opened = as_opened_message(again)
