"""API keys: a program's way into one workspace."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import repository
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.audit import record
from pmflow_core.accounts.models import ApiKey
from pmflow_core.accounts.schemas import ApiKeyRead, NewApiKey
from pmflow_core.clock import utcnow
from pmflow_core.errors import Invalid, NotFound
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.ids import new_token, token_hash

MARK = "pmf_"
USE_RESOLUTION = timedelta(minutes=1)


class BadApiKey(Invalid):
    """The key's name or expiry cannot be."""

    code = "bad_api_key"


def create_api_key(
    session: Session, actor: Actor, name: str, role: Role, *, expires_at: datetime | None = None
) -> NewApiKey:
    """Make a key for the actor's workspace; its text is known only now.

    Raises:
        PermissionDenied: the actor is not an admin.
        BadApiKey: the name is empty or too long, or the expiry is past.
    """
    actor.require(Role.ADMIN)
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80 or not name.isprintable():
        raise BadApiKey("An API key's name has 1 to 80 printable characters.")
    if expires_at is not None and expires_at <= utcnow():
        raise BadApiKey("An API key must expire in the future.")
    prefix = secrets.token_hex(4)
    key = f"{MARK}{prefix}_{new_token()}"
    row = ApiKey(
        workspace_id=actor.workspace_id,
        name=name,
        prefix=prefix,
        secret_hash=token_hash(key),
        role=role,
        created_by=actor.user_id,
        expires_at=expires_at,
    )
    session.add(row)
    record(session, actor, "api_key.created", name, {"prefix": prefix, "role": role.value})
    publish_on_commit(session, topics.workspace(actor.workspace_id))
    return NewApiKey(id=row.id, key=key)


def find_api_key(session: Session, key: str) -> Actor | None:
    """Return who a key acts as, in a session outside of any workspace; None when it is not live."""
    if not key.startswith(MARK) or not key.isascii():
        return None
    owner = repository.find_key_owner(session, token_hash(key))
    if owner is None:
        return None
    workspace_id, role, name = owner
    return Actor(workspace_id, Role(role), name=f"API key {name}")


def note_use(session: Session, key: str) -> None:
    """Remember, to the minute, that a key was used; in a session inside its workspace."""
    now = utcnow()
    repository.touch_api_key(session, token_hash(key), now=now, unused_since=now - USE_RESOLUTION)


def list_api_keys(session: Session, actor: Actor) -> list[ApiKeyRead]:
    """Return the workspace's keys, newest first; raises PermissionDenied below admin."""
    actor.require(Role.ADMIN)
    rows = repository.list_api_keys(session, actor.workspace_id)
    return [ApiKeyRead.model_validate(row) for row in rows]


def revoke_api_key(session: Session, actor: Actor, key_id: UUID) -> None:
    """End a key at once.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: the workspace has no such live key.
    """
    actor.require(Role.ADMIN)
    row = repository.revoke_api_key(session, actor.workspace_id, key_id, utcnow())
    if row is None:
        raise NotFound("This workspace has no such API key.")
    record(session, actor, "api_key.revoked", row.name, {"prefix": row.prefix})
    publish_on_commit(session, topics.workspace(actor.workspace_id))
