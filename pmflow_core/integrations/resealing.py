"""Having everything that is stored sealed with the key that counts now."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from pmflow_core.integrations import repository, service, webhooks
from pmflow_core.integrations.models import WebhookEndpoint
from pmflow_core.outgoing import repository as outgoing
from pmflow_core.outgoing.models import Webhook
from pmflow_core.sealing import Keys, SecretUnreadable

Kept = TypeVar("Kept", WebhookEndpoint, Webhook)


def workspaces_with_secrets(session: Session) -> list[UUID]:
    """Return the workspaces in which a secret may be stored, in a session outside of any."""
    rows = session.execute(text("select * from pmflow_workspaces_with_secrets()"))
    return [row[0] for row in rows]


def reseal_workspace(session: Session, keys: Keys) -> int:
    """Seal the secrets of the workspace's webhooks with the first key; return of how many.

    One of a closed webhook that no key opens any more is dropped.

    Raises:
        SecretUnreadable: none of the keys opens a live one; nothing is changed then.
    """
    endpoints, hooks = repository.lock_all(session), outgoing.lock_all(session)
    for endpoint in endpoints:
        _reseal(endpoint, service.reseal, keys)
    for hook in hooks:
        _reseal(hook, webhooks.reseal, keys)
    session.flush()
    return len(endpoints) + len(hooks)


def _reseal(row: Kept, reseal: Callable[[Kept, Keys], None], keys: Keys) -> None:
    try:
        reseal(row, keys)
    except SecretUnreadable:
        if row.deleted_at is None:
            raise
        row.secrets = []
