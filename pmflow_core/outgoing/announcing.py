"""Telling other programs what happened, if and only if the transaction that did it commits."""

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.clock import utcnow
from pmflow_core.db.tenancy import WORKSPACE
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.jobs import Job, enqueue_on_commit
from pmflow_core.outgoing.models import EventType, Message, Webhook


def announce(session: Session, event: EventType, facts: Mapping[str, Any]) -> None:
    """Write a message for each address that wants to know; without one this costs one look.

    The facts name things by id and key; who is told reads the rest by REST, with its own rights.
    """
    statement = select(col(Webhook.id)).where(
        col(Webhook.deleted_at).is_(None),
        col(Webhook.disabled_at).is_(None),
        col(Webhook.events).contains([event.value]),
    )
    wanted = list(session.scalars(statement.order_by(col(Webhook.id))))
    for webhook_id in wanted:
        write(session, webhook_id, event, facts)
    if wanted:
        session.flush()
        wake(session)


def write(
    session: Session, webhook_id: UUID, event: EventType, facts: Mapping[str, Any]
) -> Message:
    """Add one message for one address; `wake` sends it."""
    workspace_id: UUID = session.info[WORKSPACE]
    told = {
        "type": event.value,
        "timestamp": utcnow().astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "data": {"workspace_id": workspace_id, **facts},
    }
    message = Message(
        workspace_id=workspace_id,
        webhook_id=webhook_id,
        type=event,
        body=json.dumps(told, default=str, ensure_ascii=False, separators=(",", ":")),
        due_at=session.scalars(select(func.now())).one(),
    )
    session.add(message)
    return message


def wake(session: Session) -> None:
    """Offer the workspace's messages to a worker and nudge who watches, after the commit."""
    workspace_id: UUID = session.info[WORKSPACE]
    publish_on_commit(session, topics.webhooks(workspace_id))
    name = str(workspace_id)
    enqueue_on_commit(session, Job.SEND_WEBHOOKS, name, job_id=f"webhooks-{name}")
