"""Webhook endpoints: made, changed, rotated and closed by admins, and whom each believes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import SecretStr, ValidationError
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.audit import record
from pmflow_core.clock import utcnow
from pmflow_core.errors import Invalid, NotFound
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.integrations import repository, secrets
from pmflow_core.integrations.models import EndpointKind, WebhookEndpoint
from pmflow_core.integrations.schemas import (
    SETTINGS,
    EndpointEdit,
    EndpointIn,
    EndpointRead,
    NewSecret,
    SecretIn,
)
from pmflow_core.integrations.secrets import OVERLAP
from pmflow_core.integrations.signatures import MARK, derive_secret, is_secret
from pmflow_core.sealing import Keys, seal

OURS = (EndpointKind.SIGNALS, EndpointKind.GITHUB)
"""Whose secrets we make where none is given; the others' are theirs to give."""
FEWEST_CHARS, MOST_CHARS = 8, 200


class BadEndpoint(Invalid):
    """An endpoint cannot be called or set that way."""

    code = "bad_webhook_endpoint"


class NoSecret(Invalid):
    """The endpoint has no secret that could be rotated, or the sender's was not given."""

    code = "webhook_without_secret"


class BadSecret(Invalid):
    """No sender has a secret like that."""

    code = "bad_webhook_secret"


def create_endpoint(session: Session, actor: Actor, made: EndpointIn, keys: Keys) -> NewSecret:
    """Make an endpoint, with a secret of ours where the sender's is not its own to give.

    Raises:
        PermissionDenied: the actor is not an admin.
        BadEndpoint: the name is empty, too long or not printable, or a setting is wrong.
        BadSecret: no sender has a secret like that.
    """
    actor.require(Role.ADMIN)
    endpoint = WebhookEndpoint(
        workspace_id=actor.workspace_id,
        kind=made.kind,
        name=_name(made.name),
        settings=_settings(made.kind, made.settings),
    )
    shown = _first_secret(endpoint, made, keys)
    session.add(endpoint)
    session.flush()
    detail = {"id": str(endpoint.id), "kind": made.kind.value, "signed": bool(endpoint.secrets)}
    record(session, actor, "webhook.created", endpoint.name, detail)
    _nudge(session, actor)
    return NewSecret(endpoint=as_read(endpoint), secret=shown)


def list_endpoints(session: Session, actor: Actor) -> list[EndpointRead]:
    """Return the workspace's endpoints, oldest first."""
    actor.require(Role.VIEWER)
    return [as_read(row) for row in repository.list_endpoints(session)]


def get_endpoint(session: Session, actor: Actor, endpoint_id: UUID) -> EndpointRead:
    """Return one endpoint; raises NotFound."""
    actor.require(Role.VIEWER)
    return as_read(_get(session, endpoint_id))


def edit_endpoint(
    session: Session, actor: Actor, endpoint_id: UUID, changes: EndpointEdit
) -> EndpointRead:
    """Rename an endpoint, change its settings, or switch it off or on.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: the workspace has no such endpoint.
        BadEndpoint: the name or a setting is wrong.
    """
    actor.require(Role.ADMIN)
    found = _get(session, endpoint_id, lock=True)
    if changes.name is not None:
        found.name = _name(changes.name)
    if changes.settings is not None:
        found.settings = _settings(found.kind, changes.settings)
    if changes.enabled is not None:
        found.disabled_at = None if changes.enabled else found.disabled_at or utcnow()
    session.flush()
    detail = {"id": str(found.id), **changes.model_dump(exclude_none=True)}
    record(session, actor, "webhook.changed", found.name, detail)
    _nudge(session, actor)
    return as_read(found)


def rotate_secret(
    session: Session, actor: Actor, endpoint_id: UUID, given: SecretIn, keys: Keys
) -> NewSecret:
    """Give an endpoint another secret; the one before counts for 24 hours, unless it leaked.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: the workspace has no such endpoint.
        NoSecret: it takes API keys only, or the sender's secret must be given and is not.
        BadSecret: no sender has a secret like that.
    """
    actor.require(Role.ADMIN)
    found = _get(session, endpoint_id, lock=True)
    if found.kind is EndpointKind.SIGNALS and not _signs(found):
        raise NoSecret("This endpoint takes API keys only; make one with a secret.")
    shown = None if given.secret else _made(found.kind)
    secret = _checked(found.kind, given.secret) if given.secret else shown
    if secret is None:
        raise NoSecret(f"Paste the secret that {found.kind.value.capitalize()} shows.")
    pin_derived(found, keys)
    now = utcnow()
    sealed = seal(keys, _owner(found), secret)
    grace = timedelta(0) if given.at_once else OVERLAP
    found.secrets = secrets.with_new(found.secrets, sealed, now, grace)
    found.rotated_at = now
    session.flush()
    detail = {"id": str(found.id), "at_once": given.at_once}
    record(session, actor, "webhook.rotated", found.name, detail)
    _nudge(session, actor)
    return NewSecret(endpoint=as_read(found), secret=shown)


def close_endpoint(session: Session, actor: Actor, endpoint_id: UUID) -> None:
    """Close an endpoint, so that it answers 404; what it took in stays.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: the workspace has no such endpoint.
    """
    actor.require(Role.ADMIN)
    found = _get(session, endpoint_id, lock=True)
    found.deleted_at = utcnow()
    session.flush()
    record(session, actor, "webhook.closed", found.name, {"id": str(found.id)})
    _nudge(session, actor)


def restore_endpoint(session: Session, actor: Actor, endpoint_id: UUID) -> EndpointRead:
    """Take back that an endpoint was closed; its address and its secret count again.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: the workspace has no closed endpoint with that id.
    """
    actor.require(Role.ADMIN)
    found = repository.reopen(session, endpoint_id)
    if found is None:
        raise NotFound("This workspace has no closed webhook endpoint with that id.")
    record(session, actor, "webhook.restored", found.name, {"id": str(found.id)})
    _nudge(session, actor)
    return as_read(found)


def accepted_secrets(endpoint: WebhookEndpoint, keys: Keys, now: datetime) -> list[str]:
    """Return the secrets that count at the moment, the newest first; raises SecretUnreadable."""
    stored = secrets.counting(endpoint.secrets, keys, _owner(endpoint), now)
    return [*stored, *_derived(endpoint, keys, now)]


def pin_derived(endpoint: WebhookEndpoint, keys: Keys) -> None:
    """Store the secret that was derived from the installation's key, before the key is gone."""
    if endpoint.secret_version is None:
        return
    secret = derive_secret(keys[-1], endpoint.id, endpoint.secret_version)
    sealed = seal(keys, _owner(endpoint), secret)
    endpoint.secrets = secrets.with_new([], sealed, utcnow())
    endpoint.secret_version = None


def reseal(endpoint: WebhookEndpoint, keys: Keys) -> None:
    """Have an endpoint's secrets sealed with the first key; raises SecretUnreadable."""
    pin_derived(endpoint, keys)
    endpoint.secrets = secrets.resealed(endpoint.secrets, keys, _owner(endpoint))


def as_read(endpoint: WebhookEndpoint) -> EndpointRead:
    """Return what is shown of an endpoint."""
    needs_one = endpoint.kind is not EndpointKind.SIGNALS
    return EndpointRead(
        id=endpoint.id,
        kind=endpoint.kind,
        name=endpoint.name,
        has_secret=_signs(endpoint),
        old_secret_until=secrets.old_until(endpoint.secrets, utcnow()),
        is_on=endpoint.disabled_at is None and (_signs(endpoint) or not needs_one),
        is_disabled=endpoint.disabled_at is not None,
        rotated_at=endpoint.rotated_at,
        created_at=endpoint.created_at,
        settings=SETTINGS[endpoint.kind].model_validate(endpoint.settings).model_dump(),
    )


def _signs(endpoint: WebhookEndpoint) -> bool:
    return bool(endpoint.secrets) or endpoint.secret_version is not None


def _derived(endpoint: WebhookEndpoint, keys: Keys, now: datetime) -> list[str]:
    """Return the secrets of an endpoint from before secrets were stored."""
    if endpoint.secret_version is None:
        return []
    versions = [endpoint.secret_version]
    if endpoint.rotated_at is not None and now < endpoint.rotated_at + OVERLAP:
        versions.append(endpoint.secret_version - 1)
    return [derive_secret(keys[-1], endpoint.id, version) for version in versions]


def _first_secret(endpoint: WebhookEndpoint, made: EndpointIn, keys: Keys) -> str | None:
    """Give a new endpoint its secret; return it where it is ours and must be shown."""
    if made.secret is not None:
        secret, shown = _checked(made.kind, made.secret), None
    elif not made.signed:
        if made.kind is not EndpointKind.SIGNALS:
            raise BadEndpoint("Only a generic endpoint can do without signatures.")
        return None
    else:
        secret = shown = _made(made.kind)
    if secret is not None:
        sealed = seal(keys, _owner(endpoint), secret)
        endpoint.secrets = secrets.with_new([], sealed, utcnow())
    return shown


def _made(kind: EndpointKind) -> str | None:
    if kind not in OURS:
        return None
    made = secrets.make_secret()
    return made if kind is EndpointKind.SIGNALS else made.removeprefix(MARK)


def _checked(kind: EndpointKind, given: SecretStr) -> str:
    secret = given.get_secret_value().strip()
    if kind is EndpointKind.SIGNALS and not is_secret(secret):
        raise BadSecret("A secret of Standard Webhooks is whsec_ and 24 to 64 bytes in base64.")
    if not (FEWEST_CHARS <= len(secret) <= MOST_CHARS and secret.isprintable()):
        raise BadSecret(f"A secret has {FEWEST_CHARS} to {MOST_CHARS} printable characters.")
    return secret


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80 or not name.isprintable():
        raise BadEndpoint("An endpoint's name has 1 to 80 printable characters.")
    return name


def _settings(kind: EndpointKind, given: dict[str, Any]) -> dict[str, Any]:
    try:
        return SETTINGS[kind].model_validate(given).model_dump(mode="json")
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise BadEndpoint(f"{where}: {fault['msg']}.") from error


def _get(session: Session, endpoint_id: UUID, *, lock: bool = False) -> WebhookEndpoint:
    found = repository.find_endpoint(session, endpoint_id, lock=lock)
    if found is None:
        raise NotFound("This workspace has no such webhook endpoint.")
    return found


def _owner(endpoint: WebhookEndpoint) -> str:
    return secrets.owner_of("endpoint", endpoint.id)


def _nudge(session: Session, actor: Actor) -> None:
    publish_on_commit(session, topics.webhooks(actor.workspace_id))
