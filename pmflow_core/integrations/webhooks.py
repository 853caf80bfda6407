"""Webhooks out: whom to tell of what, by admins; and the log of what was sent, for members."""

from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.audit import record
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict, Invalid, NotFound
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.ids import uuid7
from pmflow_core.integrations import secrets
from pmflow_core.integrations.addresses import parse_target
from pmflow_core.integrations.secrets import OVERLAP
from pmflow_core.integrations.webhook_schemas import (
    AttemptRead,
    MessageDetail,
    MessageRead,
    NewWebhook,
    WebhookEdit,
    WebhookIn,
    WebhookRead,
)
from pmflow_core.outgoing import repository
from pmflow_core.outgoing.announcing import wake, write
from pmflow_core.outgoing.models import Attempt, EventType, Message, MessageStatus, Webhook
from pmflow_core.sealing import Keys, seal

BY_HAND = "An admin switched it off."
ERASED_AT_ONCE = 500


class WebhookOff(Conflict):
    """Nothing is sent to a webhook that is off."""

    code = "webhook_off"


class BadEvents(Invalid):
    """A webhook cannot be told of that."""

    code = "bad_webhook_events"


def create_webhook(session: Session, actor: Actor, made: WebhookIn, keys: Keys) -> NewWebhook:
    """Make a webhook; its secret is shown this once.

    Raises:
        PermissionDenied: the actor is not an admin.
        BadTarget: the address is not a plain http or https URL.
        BadEvents: an event is none that can be chosen.
    """
    actor.require(Role.ADMIN)
    parse_target(made.url)
    webhook = Webhook(
        id=uuid7(),
        workspace_id=actor.workspace_id,
        name=made.name,
        url=made.url,
        events=_events(made.events),
    )
    secret = _give_secret(webhook, keys, timedelta(0))
    session.add(webhook)
    session.flush()
    detail = {"id": str(webhook.id), "url": made.url, "events": webhook.events}
    record(session, actor, "outgoing_webhook.created", webhook.name, detail)
    _nudge(session, actor)
    return NewWebhook(webhook=as_read(webhook), secret=secret)


def list_webhooks(session: Session, actor: Actor) -> list[WebhookRead]:
    """Return the workspace's webhooks, oldest first."""
    actor.require(Role.VIEWER)
    return [as_read(row) for row in repository.list_webhooks(session)]


def get_webhook(session: Session, actor: Actor, webhook_id: UUID) -> WebhookRead:
    """Return one webhook; raises NotFound."""
    actor.require(Role.VIEWER)
    return as_read(_get(session, webhook_id))


def edit_webhook(
    session: Session, actor: Actor, webhook_id: UUID, changes: WebhookEdit
) -> WebhookRead:
    """Change a webhook; one that is switched on again starts with a clean slate.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: the workspace has no such webhook.
        BadTarget: the address is not a plain http or https URL.
        BadEvents: an event is none that can be chosen.
    """
    actor.require(Role.ADMIN)
    found = _get(session, webhook_id, lock=True)
    if changes.url is not None:
        parse_target(changes.url)
        found.url = changes.url
    if changes.events is not None:
        found.events = _events(changes.events)
    found.name = changes.name or found.name
    if changes.enabled is True:
        found.disabled_at = found.disabled_reason = None
        found.failing_since = found.rests_until = None
        found.failures = 0
    if changes.enabled is False and found.disabled_at is None:
        switch_off(session, found, BY_HAND)
    session.flush()
    detail = {"id": str(found.id), **changes.model_dump(mode="json", exclude_none=True)}
    record(session, actor, "outgoing_webhook.changed", found.name, detail)
    _nudge(session, actor)
    return as_read(found)


def rotate_webhook(
    session: Session, actor: Actor, webhook_id: UUID, keys: Keys, *, at_once: bool = False
) -> NewWebhook:
    """Give a webhook another secret; for 24 hours messages carry signatures of both.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: the workspace has no such webhook.
    """
    actor.require(Role.ADMIN)
    found = _get(session, webhook_id, lock=True)
    secret = _give_secret(found, keys, timedelta(0) if at_once else OVERLAP)
    session.flush()
    record(session, actor, "outgoing_webhook.rotated", found.name, {"id": str(found.id)})
    _nudge(session, actor)
    return NewWebhook(webhook=as_read(found), secret=secret)


def delete_webhook(session: Session, actor: Actor, webhook_id: UUID) -> None:
    """Delete a webhook; its log stays for 30 days.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: the workspace has no such webhook.
    """
    actor.require(Role.ADMIN)
    found = _get(session, webhook_id, lock=True)
    repository.give_up_waiting(session, found.id, "Not sent: the webhook was deleted.")
    found.deleted_at = utcnow()
    session.flush()
    record(session, actor, "outgoing_webhook.deleted", found.name, {"id": str(found.id)})
    _nudge(session, actor)


def restore_webhook(session: Session, actor: Actor, webhook_id: UUID) -> WebhookRead:
    """Take back that a webhook was deleted; what was not sent meanwhile may be sent again.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: the workspace has no deleted webhook with that id.
    """
    actor.require(Role.ADMIN)
    found = repository.restore(session, webhook_id)
    if found is None:
        raise NotFound("This workspace has no deleted webhook with that id.")
    record(session, actor, "outgoing_webhook.restored", found.name, {"id": str(found.id)})
    _nudge(session, actor)
    return as_read(found)


def erase_deleted(session: Session, actor: Actor, before: datetime) -> int:
    """Erase up to 500 webhooks that were deleted before a moment, and return how many.

    One of which messages are kept still waits for them to be forgotten.

    Raises:
        PermissionDenied: the actor is not an admin.
    """
    actor.require(Role.ADMIN)
    number = repository.erase_deleted(session, before, ERASED_AT_ONCE)
    if number:
        record(session, actor, "outgoing_webhook.erased", f"{number} from the trash")
    return number


def send_test(session: Session, actor: Actor, webhook_id: UUID) -> UUID:
    """Send a webhook the event `webhook.test` and return the message's id.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: the workspace has no such webhook.
        WebhookOff: it is switched off.
    """
    actor.require(Role.ADMIN)
    found = _on(_get(session, webhook_id))
    message = write(session, found.id, EventType.TEST, {"webhook_id": found.id, "by": actor.name})
    session.flush()
    record(session, actor, "webhook.tested", str(found.id))
    wake(session)
    return message.id


def list_messages(
    session: Session,
    actor: Actor,
    webhook_id: UUID | None = None,
    *,
    below: UUID | None = None,
    limit: int = 50,
) -> list[MessageRead]:
    """Return the newest messages of the last 30 days; `below` is the last of the page before."""
    actor.require(Role.VIEWER)
    rows = repository.list_messages(session, webhook_id, below=below, limit=min(limit, 201))
    attempts = repository.attempts_of(session, [row.id for row in rows])
    last = {key: list(group)[-1] for key, group in groupby(attempts, lambda each: each.message_id)}
    return [_as_message(row, last.get(row.id)) for row in rows]


def get_message(session: Session, actor: Actor, message_id: UUID) -> MessageDetail:
    """Return a message with its body and every try; raises NotFound."""
    actor.require(Role.VIEWER)
    message = _message(session, message_id)
    tries = repository.attempts_of(session, [message.id])
    shown = _as_message(message, tries[-1] if tries else None)
    return MessageDetail(
        **shown.model_dump(),
        body=message.body,
        tries=[AttemptRead.model_validate(each) for each in tries],
    )


def redeliver(session: Session, actor: Actor, message_id: UUID) -> None:
    """Have a message sent again under the same id, however it ended.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: there is no such message, or its webhook was deleted.
        WebhookOff: the webhook is switched off.
    """
    actor.require(Role.ADMIN)
    message = _message(session, message_id, lock=True)
    _on(_get(session, message.webhook_id))
    message.status, message.tries, message.due_at = MessageStatus.PENDING, 0, utcnow()
    message.done_at = message.error = None
    session.flush()
    record(session, actor, "webhook.redelivered", str(message_id))
    wake(session)


def switch_off(session: Session, webhook: Webhook, reason: str) -> None:
    """Send nothing more to a locked webhook, for a reason that people read."""
    webhook.disabled_at, webhook.disabled_reason = utcnow(), reason
    webhook.rests_until = None
    session.flush()
    repository.give_up_waiting(session, webhook.id, f"Not sent: {reason}")


def signing_secrets(webhook: Webhook, keys: Keys, now: datetime) -> list[str]:
    """Return the secrets that sign at the moment, the newest first; raises SecretUnreadable."""
    return secrets.counting(webhook.secrets, keys, _owner(webhook), now)


def reseal(webhook: Webhook, keys: Keys) -> None:
    """Have a webhook's secrets sealed with the first key; raises SecretUnreadable."""
    webhook.secrets = secrets.resealed(webhook.secrets, keys, _owner(webhook))


def as_read(webhook: Webhook) -> WebhookRead:
    """Return what is shown of a webhook."""
    return WebhookRead(
        id=webhook.id,
        name=webhook.name,
        url=webhook.url,
        events=[EventType(event) for event in webhook.events],
        is_on=webhook.disabled_at is None,
        disabled_reason=webhook.disabled_reason,
        failing_since=webhook.failing_since,
        rests_until=webhook.rests_until,
        old_secret_until=secrets.old_until(webhook.secrets, utcnow()),
        created_at=webhook.created_at,
    )


def _as_message(message: Message, last: Attempt | None) -> MessageRead:
    waits = message.status is MessageStatus.PENDING
    return MessageRead(
        id=message.id,
        webhook_id=message.webhook_id,
        type=message.type,
        status=message.status,
        attempts=message.attempts,
        created_at=message.created_at,
        next_at=message.due_at if waits else None,
        done_at=message.done_at,
        error=message.error,
        last=AttemptRead.model_validate(last) if last else None,
    )


def _events(chosen: list[EventType]) -> list[str]:
    if EventType.TEST in chosen:
        raise BadEvents("webhook.test is sent when somebody asks for it; choose others.")
    return sorted({event.value for event in chosen})


def _give_secret(webhook: Webhook, keys: Keys, grace: timedelta) -> str:
    secret = secrets.make_secret()
    sealed = seal(keys, _owner(webhook), secret)
    webhook.secrets = secrets.with_new(webhook.secrets, sealed, utcnow(), grace)
    return secret


def _get(session: Session, webhook_id: UUID, *, lock: bool = False) -> Webhook:
    find = repository.lock_webhook if lock else repository.find_webhook
    found = find(session, webhook_id)
    if found is None:
        raise NotFound("This workspace has no such webhook.")
    return found


def _on(webhook: Webhook) -> Webhook:
    if webhook.disabled_at is not None:
        raise WebhookOff("The webhook is off. Switch it on first.")
    return webhook


def _message(session: Session, message_id: UUID, *, lock: bool = False) -> Message:
    found = repository.find_message(session, message_id, lock=lock)
    if found is None:
        raise NotFound("There is no message with that id; they are kept for 30 days.")
    return found


def _owner(webhook: Webhook) -> str:
    return secrets.owner_of("webhook", webhook.id)


def _nudge(session: Session, actor: Actor) -> None:
    publish_on_commit(session, topics.webhooks(actor.workspace_id))
