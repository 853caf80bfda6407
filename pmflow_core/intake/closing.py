"""The end of webhook endpoints that were closed long ago."""

from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.intake.models import RawEvent
from pmflow_core.integrations.models import WebhookEndpoint

BATCH = 500


def erase_closed(session: Session, actor: Actor, before: datetime) -> int:
    """Erase up to 500 endpoints that were closed before a moment, and return how many.

    One whose deliveries are kept still waits for them to be forgotten. Signals name no endpoint:
    they keep their source, and the audit log what it says.

    Raises:
        PermissionDenied: the actor is not an admin.
    """
    actor.require(Role.ADMIN)
    statement = (
        select(col(WebhookEndpoint.id))
        .where(
            col(WebhookEndpoint.deleted_at) < before,
            ~exists().where(col(RawEvent.endpoint_id) == col(WebhookEndpoint.id)),
        )
        .order_by(col(WebhookEndpoint.id))
        .limit(BATCH)
        .with_for_update(key_share=False)
    )
    ids = list(session.scalars(statement))
    if not ids:
        return 0
    session.execute(
        delete(WebhookEndpoint)
        .where(col(WebhookEndpoint.id).in_(ids))
        .execution_options(synchronize_session=False)
    )
    audit.record(session, actor, "webhook.erased", f"{len(ids)} from the trash")
    return len(ids)
