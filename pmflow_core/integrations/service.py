"""Webhook endpoints: made, listed, rotated and closed by admins, and whom each believes."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.audit import record
from pmflow_core.clock import utcnow
from pmflow_core.errors import Invalid, NotFound
from pmflow_core.integrations import repository
from pmflow_core.integrations.models import EndpointKind, WebhookEndpoint
from pmflow_core.integrations.schemas import EndpointRead, NewSecret
from pmflow_core.integrations.signatures import derive_secret

OVERLAP = timedelta(hours=24)
"""So long after a rotation the secret before it still counts."""


class BadEndpoint(Invalid):
    """An endpoint cannot be called that."""

    code = "bad_webhook_endpoint"


class NoSecret(Invalid):
    """The endpoint has no secret that could be rotated."""

    code = "webhook_without_secret"


def create_endpoint(
    session: Session, actor: Actor, name: str, *, key: bytes, signed: bool = True
) -> NewSecret:
    """Make an endpoint for signals; `key` is the installation's, of which its secret is derived.

    Raises:
        PermissionDenied: the actor is not an admin.
        BadEndpoint: the name is empty, too long or not printable.
    """
    actor.require(Role.ADMIN)
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80 or not name.isprintable():
        raise BadEndpoint("An endpoint's name has 1 to 80 printable characters.")
    made = WebhookEndpoint(
        workspace_id=actor.workspace_id,
        kind=EndpointKind.SIGNALS,
        name=name,
        secret_version=1 if signed else None,
    )
    session.add(made)
    session.flush()
    record(session, actor, "webhook.created", name, {"id": str(made.id), "signed": signed})
    return _with_secret(made, key)


def list_endpoints(session: Session, actor: Actor) -> list[EndpointRead]:
    """Return the workspace's endpoints, oldest first; raises PermissionDenied below admin."""
    actor.require(Role.ADMIN)
    return [EndpointRead.model_validate(row) for row in repository.list_endpoints(session)]


def rotate_secret(session: Session, actor: Actor, endpoint_id: UUID, *, key: bytes) -> NewSecret:
    """Give an endpoint another secret; the one before counts for 24 hours, older ones no more.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: the workspace has no such endpoint.
        NoSecret: the endpoint takes API keys only.
    """
    actor.require(Role.ADMIN)
    found = _get(session, endpoint_id)
    if found.secret_version is None:
        raise NoSecret("This endpoint takes API keys only; make one with a secret.")
    found.secret_version += 1
    found.rotated_at = utcnow()
    session.flush()
    record(session, actor, "webhook.rotated", found.name, {"id": str(found.id)})
    return _with_secret(found, key)


def close_endpoint(session: Session, actor: Actor, endpoint_id: UUID) -> None:
    """Close an endpoint for good; what it took in stays.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: the workspace has no such endpoint.
    """
    actor.require(Role.ADMIN)
    found = _get(session, endpoint_id)
    found.deleted_at = utcnow()
    session.flush()
    record(session, actor, "webhook.closed", found.name, {"id": str(found.id)})


def accepted_secrets(endpoint: WebhookEndpoint, key: bytes, now: datetime) -> list[str]:
    """Return the secrets that count at the moment, the newest first."""
    if endpoint.secret_version is None:
        return []
    versions = [endpoint.secret_version]
    if endpoint.rotated_at is not None and now < endpoint.rotated_at + OVERLAP:
        versions.append(endpoint.secret_version - 1)
    return [derive_secret(key, endpoint.id, version) for version in versions]


def _get(session: Session, endpoint_id: UUID) -> WebhookEndpoint:
    found = repository.find_endpoint(session, endpoint_id, lock=True)
    if found is None:
        raise NotFound("This workspace has no such webhook endpoint.")
    return found


def _with_secret(endpoint: WebhookEndpoint, key: bytes) -> NewSecret:
    version = endpoint.secret_version
    secret = None if version is None else derive_secret(key, endpoint.id, version)
    return NewSecret(endpoint=EndpointRead.model_validate(endpoint), secret=secret)
