"""Having everything that is stored sealed with the key that counts now."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from pmflow_core.integrations import repository, service, webhooks
from pmflow_core.outgoing import repository as outgoing
from pmflow_core.sealing import Keys


def workspaces_with_secrets(session: Session) -> list[UUID]:
    """Return the workspaces in which a secret may be stored, in a session outside of any."""
    rows = session.execute(text("select * from pmflow_workspaces_with_secrets()"))
    return [row[0] for row in rows]


def reseal_workspace(session: Session, keys: Keys) -> int:
    """Seal the secrets of the workspace's webhooks with the first key; return of how many.

    Raises:
        SecretUnreadable: none of the keys opens one; nothing is changed then.
    """
    endpoints = [
        repository.find_endpoint(session, row.id, lock=True)
        for row in repository.list_endpoints(session)
    ]
    hooks = [outgoing.lock_webhook(session, row.id) for row in outgoing.list_webhooks(session)]
    for endpoint in filter(None, endpoints):
        service.reseal(endpoint, keys)
    for hook in filter(None, hooks):
        webhooks.reseal(hook, keys)
    session.flush()
    return len(endpoints) + len(hooks)
