"""The API keys of a workspace: made, shown once, listed and ended."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts import api_keys
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.api_keys import BadApiKey
from pmflow_core.accounts.schemas import ApiKeyRead
from pmflow_core.clock import utcnow
from pmflow_core.events import topics
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event, opened
from pmflow_ui.toasts import say


class KeyForm(BaseModel):
    """What the form sends; `days` is empty for a key that does not expire."""

    name: Annotated[str, StringConstraints(max_length=200)] = ""
    role: Role = Role.EDITOR
    days: Literal["", "30", "90", "365"] = ""


@dataclass(frozen=True)
class KeyRow:
    """A key as a line; `ended` says in a word why it works no more."""

    id: str
    name: str
    prefix: str
    role: str
    made_at: str
    used_at: str
    expires_at: str
    ended: str


class ApiKeysState(rx.State):
    """The page; `key` is the one that was made last, until the admin has copied it."""

    rows: rx.Field[list[KeyRow]] = rx.field(default_factory=list)
    key: rx.Field[str] = rx.field("")
    name_error: rx.Field[str] = rx.field("")
    form_key: rx.Field[int] = rx.field(0)
    asked: rx.Field[str] = rx.field("")
    asked_name: rx.Field[str] = rx.field("")
    ready: rx.Field[bool] = rx.field(False)

    @event(allow=Role.ADMIN, page=True)
    async def load(self) -> None:
        """Show the keys."""
        actor = current_actor()
        watch.watch(self, [topics.workspace(actor.workspace_id)], ApiKeysState.refresh())
        self.key = self.name_error = self.asked = ""
        await self._read(actor)
        self.ready = True

    @event(allow=Role.ADMIN)
    async def refresh(self) -> None:
        """Look again."""
        await self._read(current_actor())

    @event(allow=Role.ADMIN)
    async def create(self, form: KeyForm) -> None:
        """Make a key, or say under the field why not."""
        actor, self.name_error = current_actor(), ""
        expires_at = utcnow() + timedelta(days=int(form.days)) if form.days else None
        try:
            made = await call(
                api_keys.create_api_key, actor, form.name, form.role, expires_at=expires_at
            )
        except BadApiKey as error:
            self.name_error = str(error)
            return
        self.key = made.key
        self.form_key += 1
        await self._read(actor)

    @event(allow=Role.ADMIN)
    async def forget_key(self) -> None:
        """Take the key off the page; it cannot be shown again."""
        self.key = ""

    @event(allow=Role.ADMIN)
    async def ask(self, key_id: UUID) -> None:
        """Ask whether a key is to be ended."""
        found = next((row for row in self.rows if row.id == str(key_id)), None)
        if found is not None:
            self.asked, self.asked_name = found.id, found.name

    @event(allow=Role.ADMIN)
    async def keep(self, is_open: bool) -> None:
        """Close the question when it asks to."""
        if not is_open:
            self.asked = ""

    @event(allow=Role.ADMIN)
    async def revoke(self) -> EventSpec:
        """End the key that was asked about."""
        actor, name = current_actor(), self.asked_name
        key_id, self.asked = opened(self.asked), ""
        await call(api_keys.revoke_api_key, actor, key_id)
        await self._read(actor)
        return say(f"{name} works no more.")

    async def _read(self, actor: Actor) -> None:
        self.rows = [as_row(each) for each in await call(api_keys.list_api_keys, actor)]


def as_row(key: ApiKeyRead) -> KeyRow:
    """Return a key as a line."""
    ended = "Revoked" if key.revoked_at else ""
    if not ended and key.expires_at is not None and key.expires_at <= utcnow():
        ended = "Expired"
    return KeyRow(
        id=str(key.id),
        name=key.name,
        prefix=f"pmf_{key.prefix}_…",
        role=key.role.value,
        made_at=key.created_at.isoformat(),
        used_at=key.last_used_at.isoformat() if key.last_used_at else "",
        expires_at=key.expires_at.isoformat() if key.expires_at else "",
        ended=ended,
    )
