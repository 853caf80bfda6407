"""Webhooks in: the addresses that other programs send to, and what came."""

from typing import Annotated, Any, cast
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, Field, SecretStr, StringConstraints, model_validator
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import NotFound
from pmflow_core.events import topics
from pmflow_core.intake import events, samples
from pmflow_core.integrations import service as endpoints
from pmflow_core.integrations.models import EndpointKind
from pmflow_core.integrations.schemas import EndpointEdit, EndpointIn, SecretIn
from pmflow_core.settings import get_settings
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event
from pmflow_ui.state.webhooks_out import OutgoingState
from pmflow_ui.state.webhooks_rows import (
    NAMES,
    EndpointLine,
    EventLine,
    Opened,
    as_endpoint,
    as_event,
    as_opened,
)
from pmflow_ui.toasts import offer_undo, say
from pmflow_ui.viewer import workspace_slug

PAGE = 20
Line = Annotated[str, StringConstraints(max_length=2_000)]
LISTS = ("channels", "labels")
SWITCHES = ("replies", "bots", "comments")


class SecretForm(BaseModel):
    """The sender's secret, as somebody pastes it."""

    secret: SecretStr = Field(max_length=400)


class SettingsForm(BaseModel):
    """What is set of an endpoint; each kind has some of these."""

    name: Line = ""
    channels: Line = ""
    labels: Line = ""
    replies: Line = ""
    bots: Line = ""
    comments: Line = ""
    signature_header: Line = ""
    timestamp_header: Line = ""
    prefix: Line = ""
    text_field: Line = ""

    @model_validator(mode="before")
    @classmethod
    def leave_out_what_is_not_shown(cls, given: Any) -> Any:
        """Return the fields that the form shows; a browser sends null for the other kinds'."""
        if not isinstance(given, dict):
            return given
        fields = cast("dict[str, object]", given)
        return {name: value for name, value in fields.items() if value is not None}


class WebhooksState(rx.State):
    """The page of webhooks; `card` is the address that is open."""

    rows: rx.Field[list[EndpointLine]] = rx.field(default_factory=list)
    card: rx.Field[EndpointLine] = rx.field(default_factory=EndpointLine)
    values: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    log: rx.Field[list[EventLine]] = rx.field(default_factory=list)
    more: rx.Field[bool] = rx.field(False)
    opened: rx.Field[Opened] = rx.field(default_factory=Opened)
    is_new: rx.Field[bool] = rx.field(False)
    form_key: rx.Field[int] = rx.field(0)
    ready: rx.Field[bool] = rx.field(False)
    _shown: int = PAGE

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> list[EventSpec]:
        """Show the addresses, and what came and went."""
        actor = current_actor()
        watch.watch(self, [topics.webhooks(actor.workspace_id)], WebhooksState.refresh())
        self._shown, self.is_new = PAGE, False
        await self._read(actor)
        self.ready = True
        return [OutgoingState.enter()]  # pyright: ignore[reportReturnType, reportCallIssue]

    @event(allow=Role.VIEWER)
    async def refresh(self) -> list[EventSpec]:
        """Look again; what somebody types stays."""
        await self._read(current_actor())
        return [OutgoingState.refresh()]  # pyright: ignore[reportReturnType, reportCallIssue]

    @event(allow=Role.VIEWER)
    async def show_more(self) -> None:
        """Show older deliveries too."""
        self._shown = min(self._shown + PAGE, 200)
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def open_card(self, endpoint_id: UUID) -> None:
        """Open an address, or close the one that is open."""
        self.is_new = False
        self._open("" if self.card.id == str(endpoint_id) else str(endpoint_id))

    @event(allow=Role.VIEWER)
    async def open_event(self, event_id: UUID) -> None:
        """Show a delivery with its body."""
        self.opened = as_opened(await call(events.get_event, current_actor(), event_id))

    @event(allow=Role.VIEWER)
    async def close_event(self) -> None:
        """Close the delivery."""
        self.opened = Opened()

    @event(allow=Role.ADMIN)
    async def create(self, kind: EndpointKind) -> EventSpec:
        """Make an address and open it; its secret is made when somebody asks to see it."""
        actor = current_actor()
        wanted = EndpointIn(name=NAMES[kind], kind=kind)
        made = await call(endpoints.create_endpoint, actor, wanted, get_settings().secrets())
        await self._read(actor)
        self.is_new = True
        self._open(str(made.endpoint.id))
        return say("The address is made. What to do next stands beneath it.")

    @event(allow=Role.ADMIN)
    async def set_secret(self, form: SecretForm) -> EventSpec:
        """Take over the secret that the sender shows."""
        actor = current_actor()
        given = SecretIn(secret=form.secret)
        keys = get_settings().secrets()
        await call(endpoints.rotate_secret, actor, self._id(), given, keys)
        self.form_key += 1
        await self._read(actor)
        return say("The secret is kept. The address believes who signs with it.")

    @event(allow=Role.ADMIN)
    async def save(self, form: SettingsForm) -> EventSpec:
        """Save the name and the settings of the open address."""
        actor = current_actor()
        changes = EndpointEdit(name=form.name, settings=_settings(self.card, form))
        await call(endpoints.edit_endpoint, actor, self._id(), changes)
        await self._read(actor)
        return say("Saved. It counts for what comes from now on.")

    @event(allow=Role.ADMIN)
    async def enable(self, endpoint_id: UUID, is_on: bool) -> EventSpec:
        """Switch an address off or on."""
        actor = current_actor()
        await call(endpoints.edit_endpoint, actor, endpoint_id, EndpointEdit(enabled=is_on))
        await self._read(actor)
        return say("It is on." if is_on else "It is off and answers 404.")

    @event(allow=Role.ADMIN)
    async def close(self, endpoint_id: UUID) -> EventSpec:
        """Close an address for good."""
        actor = current_actor()
        await call(endpoints.close_endpoint, actor, endpoint_id)
        self._open("")
        await self._read(actor)
        return offer_undo("The address is closed.", WebhooksState.restore(endpoint_id))

    @event(allow=Role.ADMIN)
    async def restore(self, endpoint_id: UUID) -> EventSpec:
        """Take a closing back."""
        actor = current_actor()
        await call(endpoints.restore_endpoint, actor, endpoint_id)
        await self._read(actor)
        return say("The address is back.")

    @event(allow=Role.ADMIN)
    async def send_test(self, endpoint_id: UUID) -> EventSpec:
        """Send a signed sample and open what arrived."""
        actor = current_actor()
        keys = get_settings().secrets()
        arrived = await call(samples.send_sample, actor, endpoint_id, keys)
        self.opened = as_opened(await call(events.get_event, actor, arrived))
        await self._read(actor)
        return say("The sample was believed and kept. A worker reads it now.")

    @event(allow=Role.ADMIN)
    async def replay(self, event_id: UUID) -> EventSpec:
        """Have a delivery worked on again."""
        actor = current_actor()
        await call(events.replay, actor, event_id)
        await self._read(actor)
        return say("A worker reads it again. No signal is made twice.")

    def _id(self) -> UUID:
        if not self.card.id:
            raise NotFound("Open an address first.")
        return UUID(self.card.id)

    def _open(self, endpoint_id: str) -> None:
        found = next((row for row in self.rows if row.id == endpoint_id), EndpointLine())
        if found != self.card:
            self.card, self.values = found, found.settings
            self.form_key += 1

    async def _read(self, actor: Actor) -> None:
        slug = workspace_slug(self.router.url.path) or ""
        web_url = get_settings().web_url
        found = await call(endpoints.list_endpoints, actor)
        self.rows = [as_endpoint(each, web_url, slug) for each in found]
        names = {row.id: row.name for row in self.rows}
        came = await call(events.list_events, actor, None, self._shown + 1)
        self.log = [as_event(each, names) for each in came[: self._shown]]
        self.more = len(came) > self._shown
        self._open(self.card.id)
        if self.opened.id:
            self.opened = as_opened(await call(events.get_event, actor, UUID(self.opened.id)))


def _settings(card: EndpointLine, form: SettingsForm) -> dict[str, Any]:
    """Return what a form says of those settings that the address has."""
    typed: dict[str, str] = form.model_dump()
    given: dict[str, Any] = {}
    for name in card.settings:
        text = typed[name].strip()
        if name in LISTS:
            given[name] = [part.strip() for part in text.split(",") if part.strip()]
        else:
            given[name] = text == "on" if name in SWITCHES else text
    return given
