"""A delivery on its way in: believed, kept, acknowledged; nothing is done with it before that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.db import Enter
from pmflow_core.errors import NotFound, TooLarge, Unauthenticated
from pmflow_core.ids import uuid7
from pmflow_core.intake import event_rows
from pmflow_core.intake.events import wake
from pmflow_core.intake.models import RawEvent
from pmflow_core.integrations import repository as endpoints
from pmflow_core.integrations import schemes
from pmflow_core.integrations.models import EndpointKind, WebhookEndpoint
from pmflow_core.integrations.schemas import PylonSettings
from pmflow_core.integrations.schemes import as_object, id_or_hash
from pmflow_core.integrations.service import accepted_secrets
from pmflow_core.integrations.signatures import MOST_ID_CHARS, Signed, verify
from pmflow_core.integrations.slack import challenge_of
from pmflow_core.sealing import Keys

MAX_BYTES = 1_000_000


class DeliveryTooLarge(TooLarge):
    """A delivery has more bytes than are taken."""

    code = "delivery_too_large"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request to an endpoint: lower-cased headers, the bytes, and who an API key stands for.

    `is_test` marks a sample of ours: it is believed and read as any other, and makes no signal.
    """

    headers: Mapping[str, str]
    body: bytes
    program: Actor | None = None
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """What a sender is answered: its id of the delivery, or what Slack wants to hear back."""

    id: str
    challenge: str | None = None


def receive_anywhere(
    session: Session,
    enter: Enter,
    kind: EndpointKind,
    endpoint_id: UUID,
    delivery: Delivery,
    keys: Keys,
) -> Received:
    """As `receive`, in a session outside of any workspace that `enter` moves into the endpoint's.

    One transaction for both, because a burst pays for each.
    """
    workspace_id = endpoints.workspace_of_endpoint(session, endpoint_id)
    if workspace_id is None:
        raise _no_endpoint()
    enter(session, workspace_id)
    return receive(session, kind, endpoint_id, delivery, keys)


def receive(
    session: Session, kind: EndpointKind, endpoint_id: UUID, delivery: Delivery, keys: Keys
) -> Received:
    """Keep a delivery and return what its sender is answered; the same id again is a no-op.

    `keys` are the installation's, which open the endpoint's secrets. The session is inside the
    endpoint's workspace; a worker is woken after its commit.

    Raises:
        NotFound: the endpoint was closed, is off, or is of another kind.
        BadSignature: the signature does not fit, or is too old.
        Unauthenticated: there is neither a signature nor an API key.
        PermissionDenied: the API key's role does not reach.
    """
    endpoint = endpoints.find_endpoint(session, endpoint_id)
    if endpoint is None or endpoint.kind is not kind or endpoint.disabled_at is not None:
        raise _no_endpoint()
    now = utcnow()
    secrets = accepted_secrets(endpoint, keys, now)
    delivery_id = _believe(endpoint, delivery, secrets, now.timestamp())
    if kind is EndpointKind.SLACK:
        challenge = challenge_of(as_object(delivery.body))
        if challenge is not None:
            return Received("", challenge)
    _keep(session, endpoint, delivery_id, delivery)
    return Received(delivery_id)


def _keep(
    session: Session, endpoint: WebhookEndpoint, delivery_id: str, delivery: Delivery
) -> None:
    event = RawEvent(
        workspace_id=endpoint.workspace_id,
        endpoint_id=endpoint.id,
        delivery_id=delivery_id,
        body=delivery.body,
        content_type=delivery.headers.get("content-type", "")[:100] or None,
        is_test=delivery.is_test,
        due_at=utcnow(),
    )
    if event_rows.keep(session, event):
        wake(session, endpoint.workspace_id)


def _believe(
    endpoint: WebhookEndpoint, delivery: Delivery, secrets: Sequence[str], now: float
) -> str:
    """Return the delivery's id once its sender has shown who it is."""
    if endpoint.kind is EndpointKind.SIGNALS:
        return _believe_generic(endpoint, delivery, secrets, now)
    if not secrets:
        # Without a secret nobody could be believed, so the address is not there.
        raise _no_endpoint()
    shown = scheme_of(endpoint)
    schemes.verify(shown, secrets, delivery.headers, delivery.body, now)
    if endpoint.kind is EndpointKind.GITHUB:
        return id_or_hash(delivery.headers.get("x-github-delivery"), delivery.body)
    if endpoint.kind is EndpointKind.SLACK:
        return id_or_hash(as_object(delivery.body).get("event_id"), delivery.body)
    return id_or_hash(None, delivery.body)


def scheme_of(endpoint: WebhookEndpoint) -> schemes.Shown:
    """Return how the sender of an endpoint signs; a generic one follows Standard Webhooks."""
    if endpoint.kind is EndpointKind.PYLON:
        return schemes.of_pylon(PylonSettings.model_validate(endpoint.settings))
    return schemes.SLACK if endpoint.kind is EndpointKind.SLACK else schemes.GITHUB


def _believe_generic(
    endpoint: WebhookEndpoint, delivery: Delivery, secrets: Sequence[str], now: float
) -> str:
    signed = Signed.of(delivery.headers)
    if signed is not None and secrets:
        verify(secrets, signed, delivery.body, now=now)
        return signed.id
    if delivery.program is None:
        how = "webhook-id, webhook-timestamp and webhook-signature, or " if secrets else ""
        raise Unauthenticated(f"Send {how}an API key as Authorization: Bearer pmf_….")
    if delivery.program.workspace_id != endpoint.workspace_id:
        raise _no_endpoint()
    delivery.program.require(Role.EDITOR)
    given = delivery.headers.get("webhook-id", "")
    usable = 1 <= len(given) <= MOST_ID_CHARS and given.isascii() and given.isprintable()
    return given if usable else str(uuid7())


def _no_endpoint() -> NotFound:
    return NotFound("There is no such webhook endpoint.")
