"""Statements of webhooks out: what is due, taken by one worker at a time, and how it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.clock import utcnow
from pmflow_core.outgoing.models import Attempt, Message, MessageStatus, Webhook

KEPT = timedelta(days=30)
TAKEN_FOR = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Due:
    """A message in one worker's hands, and where it goes; `number` is this try's fence."""

    message: Message
    webhook: Webhook
    number: int


def take(session: Session) -> Due | None:
    """Take the message that is due first, write down that it is tried, and return it.

    Who dies with it leaves the try without an end, and the message due again a minute later.
    """
    now = func.clock_timestamp()
    rested = or_(col(Webhook.rests_until).is_(None), col(Webhook.rests_until) <= now)
    statement = (
        select(Message, Webhook)
        .join(Webhook, col(Webhook.id) == col(Message.webhook_id))
        .where(
            col(Message.status) == MessageStatus.PENDING,
            col(Message.due_at) <= now,
            col(Webhook.deleted_at).is_(None),
            col(Webhook.disabled_at).is_(None),
            rested,
        )
        .order_by(col(Message.due_at), col(Message.id))
        .limit(1)
        .with_for_update(of=Message, skip_locked=True, key_share=True)
    )
    found = session.execute(statement).one_or_none()
    return None if found is None else _taken(session, found[0].id, found[1])


def _taken(session: Session, message_id: UUID, webhook: Webhook) -> Due:
    """Count the try of a message that this transaction has locked, and write it down."""
    statement = (
        update(Message)
        .where(col(Message.id) == message_id)
        .values(
            attempts=col(Message.attempts) + 1,
            tries=col(Message.tries) + 1,
            due_at=func.clock_timestamp() + TAKEN_FOR,
        )
        .returning(Message)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    message = session.scalars(statement).one()
    workspace_id, number = message.workspace_id, message.attempts
    session.add(Attempt(workspace_id=workspace_id, message_id=message.id, number=number))
    session.flush()
    return Due(message, webhook, number)


def end_attempt(session: Session, due: Due, values: dict[str, Any]) -> None:
    """Write how a try went."""
    session.execute(
        update(Attempt)
        .where(col(Attempt.message_id) == due.message.id, col(Attempt.number) == due.number)
        .values(ended_at=func.now(), **values)
        .execution_options(synchronize_session=False)
    )


def settle(session: Session, due: Due, values: dict[str, Any]) -> bool:
    """Write what became of a message; False when another try has begun since."""
    statement = (
        update(Message)
        .where(col(Message.id) == due.message.id, col(Message.attempts) == due.number)
        .values(**values)
        .returning(col(Message.id))
        .execution_options(synchronize_session=False)
    )
    return session.execute(statement).one_or_none() is not None


def lock_webhook(session: Session, webhook_id: UUID) -> Webhook | None:
    """Return a live webhook as it is now, locked."""
    statement = (
        select(Webhook)
        .where(col(Webhook.id) == webhook_id, col(Webhook.deleted_at).is_(None))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return session.scalar(statement)


def find_webhook(session: Session, webhook_id: UUID) -> Webhook | None:
    """Return a live webhook of the workspace."""
    return session.scalar(
        select(Webhook).where(col(Webhook.id) == webhook_id, col(Webhook.deleted_at).is_(None))
    )


def list_webhooks(session: Session) -> list[Webhook]:
    """Return the workspace's live webhooks, oldest first."""
    statement = select(Webhook).where(col(Webhook.deleted_at).is_(None))
    return list(session.scalars(statement.order_by(col(Webhook.id))))


def lock_all(session: Session) -> list[Webhook]:
    """Return the workspace's webhooks, deleted ones too, locked in the order of their ids."""
    statement = select(Webhook).order_by(col(Webhook.id))
    return list(session.scalars(statement.with_for_update(key_share=True)))


def restore(session: Session, webhook_id: UUID) -> Webhook | None:
    """Take back that a webhook was deleted; None when none was."""
    statement = (
        update(Webhook)
        .where(col(Webhook.id) == webhook_id, col(Webhook.deleted_at).is_not(None))
        .values(deleted_at=None)
        .returning(Webhook)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return session.scalar(statement)


def list_messages(
    session: Session, webhook_id: UUID | None, *, below: UUID | None, limit: int
) -> list[Message]:
    """Return the newest messages; `below` is the last of the page before."""
    statement = select(Message).order_by(col(Message.id).desc()).limit(limit)
    if webhook_id is not None:
        statement = statement.where(col(Message.webhook_id) == webhook_id)
    if below is not None:
        statement = statement.where(col(Message.id) < below)
    return list(session.scalars(statement))


def find_message(session: Session, message_id: UUID, *, lock: bool = False) -> Message | None:
    """Return a message of the workspace."""
    statement = select(Message).where(col(Message.id) == message_id)
    if lock:
        statement = statement.with_for_update(key_share=True)
    return session.scalar(statement)


def attempts_of(session: Session, message_ids: Sequence[UUID]) -> list[Attempt]:
    """Return the tries of messages, in the order of their numbers."""
    statement = select(Attempt).where(col(Attempt.message_id).in_(message_ids))
    return list(session.scalars(statement.order_by(col(Attempt.message_id), col(Attempt.number))))


def give_up_waiting(session: Session, webhook_id: UUID, reason: str) -> None:
    """Have what waits for an address fail, because nothing is sent there any more."""
    session.execute(
        update(Message)
        .where(col(Message.webhook_id) == webhook_id, col(Message.status) == MessageStatus.PENDING)
        .values(status=MessageStatus.FAILED, done_at=func.now(), error=reason)
        .execution_options(synchronize_session=False)
    )


def with_due(session: Session) -> list[UUID]:
    """Return the workspaces in which a message is due, in a session outside of any."""
    return _ids(session.execute(text("select * from pmflow_workspaces_with_due_messages()")))


def with_old(session: Session) -> list[UUID]:
    """Return the workspaces with a message of more than 30 days, in a session outside of any."""
    return _ids(session.execute(text("select * from pmflow_workspaces_with_old_messages()")))


def forget_old(session: Session) -> None:
    """Delete the workspace's messages of more than 30 days, with their tries."""
    session.execute(
        delete(Message)
        .where(col(Message.created_at) < utcnow() - KEPT)
        .execution_options(synchronize_session=False)
    )


def erase_deleted(session: Session, before: datetime, limit: int) -> int:
    """Erase webhooks that were deleted before a moment and of which no message is kept."""
    statement = (
        select(col(Webhook.id))
        .where(
            col(Webhook.deleted_at) < before,
            ~exists().where(col(Message.webhook_id) == col(Webhook.id)),
        )
        .order_by(col(Webhook.id))
        .limit(limit)
        .with_for_update(key_share=False)
    )
    ids = list(session.scalars(statement))
    session.execute(
        delete(Webhook).where(col(Webhook.id).in_(ids)).execution_options(synchronize_session=False)
    )
    return len(ids)


def _ids(rows: Any) -> list[UUID]:
    return [row[0] for row in rows]
