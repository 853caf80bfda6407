"""A delivery on its way in: believed, kept, acknowledged; nothing is done with it before that."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.errors import NotFound, TooLarge, Unauthenticated
from pmflow_core.ids import uuid7
from pmflow_core.intake import event_rows
from pmflow_core.intake.models import RawEvent
from pmflow_core.integrations import repository as endpoints
from pmflow_core.integrations.models import WebhookEndpoint
from pmflow_core.integrations.service import accepted_secrets
from pmflow_core.integrations.signatures import MOST_ID_CHARS, Signed, verify
from pmflow_core.jobs import Job, enqueue_on_commit

MAX_BYTES = 1_000_000


class DeliveryTooLarge(TooLarge):
    """A delivery has more bytes than are taken."""

    code = "delivery_too_large"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request to an endpoint: lower-cased headers, the bytes, and who an API key stands for."""

    headers: Mapping[str, str]
    body: bytes
    program: Actor | None = None


def workspace_of(session: Session, endpoint_id: UUID) -> UUID:
    """Return the workspace of an endpoint, in a session outside of any; raises NotFound."""
    found = endpoints.workspace_of_endpoint(session, endpoint_id)
    if found is None:
        raise _no_endpoint()
    return found


def receive(session: Session, endpoint_id: UUID, delivery: Delivery, key: bytes) -> str:
    """Keep a delivery and return its id; the same id again is a no-op.

    `key` is the installation's, of which the endpoint's secret is derived. The session is inside
    the endpoint's workspace; a worker is woken after its commit.

    Raises:
        NotFound: the endpoint was closed.
        BadSignature: the signature does not fit, or is too old.
        Unauthenticated: there is neither a signature nor an API key.
        PermissionDenied: the API key's role does not reach.
    """
    endpoint = endpoints.find_endpoint(session, endpoint_id)
    if endpoint is None:
        raise _no_endpoint()
    delivery_id = _believe(endpoint, delivery, key)
    event = RawEvent(
        workspace_id=endpoint.workspace_id,
        endpoint_id=endpoint.id,
        delivery_id=delivery_id,
        body=delivery.body,
        content_type=delivery.headers.get("content-type", "")[:100] or None,
        due_at=utcnow(),
    )
    if event_rows.keep(session, event):
        workspace = str(endpoint.workspace_id)
        enqueue_on_commit(session, Job.PROCESS_EVENTS, workspace, job_id=f"events-{workspace}")
    return delivery_id


def _believe(endpoint: WebhookEndpoint, delivery: Delivery, key: bytes) -> str:
    """Return the delivery's id once its sender has shown who it is."""
    signed = Signed.of(delivery.headers)
    now = utcnow()
    secrets = accepted_secrets(endpoint, key, now)
    if signed is not None and secrets:
        verify(secrets, signed, delivery.body, now=now.timestamp())
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
