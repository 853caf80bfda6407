"""Sending what is due: taken and written down, sent with no transaction open, then noted.

Each try is a row before it is a request. A process that dies in between leaves a try without an
end, and the message is sent again under the same id: at least once, and a receiver that
remembers ids has it once.
"""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import notifications
from pmflow_core.activity.notifications import Notice
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import PmflowError
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.integrations.posting import Answer, Poster
from pmflow_core.integrations.retrying import MOST_TRIES, OFF_AFTER, delay_after, rest_after
from pmflow_core.integrations.signatures import sign
from pmflow_core.integrations.webhooks import signing_secrets, switch_off
from pmflow_core.logs import get_logger
from pmflow_core.outgoing import repository
from pmflow_core.outgoing.announcing import wake
from pmflow_core.outgoing.models import MessageStatus, Webhook
from pmflow_core.outgoing.repository import Due
from pmflow_core.sealing import Keys

log = get_logger(__name__)
GONE = 410
SLICE_S = 30.0
"""A job sends for so long, then makes room for others and asks for another one."""
LANES = 4


@dataclass(frozen=True, slots=True)
class Sender:
    """What sends: how, with which keys the secrets are opened, and how many at once."""

    poster: Poster
    keys: Keys
    lanes: int = LANES
    chance: Callable[[], float] = field(default=random.random)
    slice_s: float = SLICE_S


def send_due(workspace_id: UUID, sender: Sender, go_on: Callable[[], bool] = lambda: True) -> int:
    """Send what is due in a workspace; return how many tries that were."""
    until = time.monotonic() + sender.slice_s

    def lane() -> int:
        sent = 0
        while go_on() and time.monotonic() < until and _send_one(workspace_id, sender):
            sent += 1
        return sent

    if sender.lanes == 1:
        sent = lane()
    else:
        with ThreadPoolExecutor(sender.lanes) as lanes:
            sent = sum(each.result() for each in [lanes.submit(lane) for _ in range(sender.lanes)])
    if time.monotonic() >= until:
        with transaction(workspace_id) as session:
            wake(session)
    return sent


def headers_of(
    due: Due, secrets: Sequence[str], timestamp: int
) -> tuple[list[tuple[str, str]], bytes]:
    """Return the headers and the bytes of a try; the id and the bytes are those of every try."""
    message_id = f"msg_{due.message.id.hex}"
    body = due.message.body.encode()
    signatures = (sign(secret, message_id, timestamp, body) for secret in secrets)
    headers = [
        ("content-type", "application/json"),
        ("user-agent", "pmflow-webhooks/1"),
        ("webhook-id", message_id),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", " ".join(signatures)),
    ]
    return headers, body


def _send_one(workspace_id: UUID, sender: Sender) -> bool:
    with transaction(workspace_id) as session:
        due = repository.take(session)
    if due is None:
        return False
    answer = _try(due, sender)
    with transaction(workspace_id) as session:
        _note(session, due, answer, sender.chance())
    return True


def _try(due: Due, sender: Sender) -> Answer:
    if due.message.tries > MOST_TRIES:
        return Answer(None, 0, error="Each try ended with the process that made it.")
    now = utcnow()
    try:
        secrets = signing_secrets(due.webhook, sender.keys, now)
    except PmflowError as error:
        return Answer(None, 0, error=str(error))
    headers, body = headers_of(due, secrets, int(now.timestamp()))
    return sender.poster.post(due.webhook.url, headers, body)


def _note(session: Session, due: Due, answer: Answer, chance: float) -> None:
    """Write how a try went, and what that means for the message and its address."""
    repository.end_attempt(
        session,
        due,
        {
            "status_code": answer.status,
            "duration_ms": answer.duration_ms,
            "response": answer.text or None,
            "error": answer.error,
        },
    )
    webhook = repository.lock_webhook(session, due.webhook.id)
    repository.settle(session, due, _fate(due, answer, chance))
    if webhook is not None:
        _judge(session, webhook, answer)
    publish_on_commit(session, topics.webhooks(due.message.workspace_id))


def _fate(due: Due, answer: Answer, chance: float) -> dict[str, object]:
    if answer.accepted:
        return {"status": MessageStatus.DELIVERED, "done_at": func.now(), "error": None}
    error = answer.error or f"Answered {answer.status}."
    delay = delay_after(due.message.tries, chance, answer.retry_after_s)
    if delay is None or answer.status == GONE:
        return {"status": MessageStatus.FAILED, "done_at": func.now(), "error": error}
    return {"due_at": func.clock_timestamp() + delay, "error": error}


def _judge(session: Session, webhook: Webhook, answer: Answer) -> None:
    """Note at its address how a try went; one that takes nothing for days is switched off."""
    if answer.accepted:
        webhook.failures, webhook.failing_since, webhook.rests_until = 0, None, None
        session.flush()
        return
    now = utcnow()
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or now
    rest = rest_after(webhook.failures)
    webhook.rests_until = now + rest if rest else None
    if webhook.disabled_at is not None:
        return
    if answer.status == GONE:
        _give_up(session, webhook, "the receiver says that it is gone (410)")
    elif now - webhook.failing_since >= OFF_AFTER:
        _give_up(session, webhook, f"it took nothing for {OFF_AFTER.days} days")


def _give_up(session: Session, webhook: Webhook, why: str) -> None:
    """Switch an address off and tell the admins."""
    switch_off(session, webhook, f"Switched off because {why}.")
    notice = Notice(
        key=f"webhook-{webhook.id}-off-{utcnow():%Y%m%d%H%M}",
        kind="webhook",
        text=f"The webhook “{webhook.name}” was switched off: {why}.",
        link="settings/webhooks",
    )
    actor = Actor.system(webhook.workspace_id)
    notifications.tell_members(session, actor, notice, at_least=Role.ADMIN)
    log.warning("webhook.switched_off", webhook_id=str(webhook.id))
