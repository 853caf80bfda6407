"""Messages out: written with their cause, sent at least once under one id, given up visibly."""

import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity.models import Notification
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.integrations import webhooks
from pmflow_core.integrations.posting import Poster
from pmflow_core.integrations.retrying import (
    DELAYS,
    LONGEST_REST,
    MOST_TRIES,
    OFF_AFTER,
    delay_after,
    rest_after,
)
from pmflow_core.integrations.sending import Sender, send_due
from pmflow_core.integrations.signatures import Signed, verify
from pmflow_core.integrations.webhook_schemas import MessageRead, NewWebhook, WebhookEdit, WebhookIn
from pmflow_core.integrations.webhooks import BadEvents, WebhookOff
from pmflow_core.outgoing import repository
from pmflow_core.outgoing.announcing import announce
from pmflow_core.outgoing.models import EventType, Message, MessageStatus, Webhook
from tests.conftest import make_workspace
from tests.core.integrations.receiver import HERE, Receiver, receiver

KEYS = (b"the installation's key",)
SENDER = Sender(Poster(HERE), KEYS, lanes=1, chance=lambda: 0.5)


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def make(actor: Actor, url: str, *events: EventType) -> NewWebhook:
    wanted = WebhookIn(url=url, events=list(events) or [EventType.PROJECT_MOVED])
    with transaction(actor.workspace_id) as session:
        return webhooks.create_webhook(session, actor, wanted, KEYS)


def happen(actor: Actor, event: EventType = EventType.PROJECT_MOVED, **facts: object) -> None:
    with transaction(actor.workspace_id) as session:
        announce(session, event, facts)


def happen_and_fail(actor: Actor) -> float:
    with transaction(actor.workspace_id) as session:
        announce(session, EventType.PROJECT_MOVED, {})
        return 1 / 0


def due_now(actor: Actor) -> None:
    with transaction(actor.workspace_id) as session:
        session.execute(update(Message).values(due_at=func.now() - timedelta(seconds=1)))
        session.execute(update(Webhook).values(rests_until=None))


def messages(actor: Actor) -> list[MessageRead]:
    with transaction(actor.workspace_id) as session:
        return webhooks.list_messages(session, actor)


def test_what_happened_arrives_signed_and_says_what(admin: Actor, there: Receiver) -> None:
    made = make(admin, there.url)
    happen(admin, project="ACME-7", to="prd")
    happen(admin, EventType.RUN_FAILED)
    assert send_due(admin.workspace_id, SENDER) == 1

    [(headers, body)] = there.came
    signed = Signed.of(headers)
    assert signed is not None
    verify([made.secret], signed, body, now=utcnow().timestamp())
    told = json.loads(body)
    assert (told["type"], told["data"]["project"]) == ("project.moved", "ACME-7")
    assert told["data"]["workspace_id"] == str(admin.workspace_id)
    [message] = messages(admin)
    assert (message.status, message.attempts) == (MessageStatus.DELIVERED, 1)
    assert message.last is not None
    assert (message.last.status_code, message.last.ended_at is None) == (204, False)
    assert headers["webhook-id"] == f"msg_{message.id.hex}"


def test_what_was_rolled_back_is_told_to_nobody(admin: Actor, there: Receiver) -> None:
    make(admin, there.url)
    with pytest.raises(ZeroDivisionError):
        happen_and_fail(admin)
    assert (send_due(admin.workspace_id, SENDER), messages(admin)) == (0, [])


def test_what_is_not_taken_is_tried_again_under_the_same_id(admin: Actor, there: Receiver) -> None:
    make(admin, there.url)
    happen(admin)
    there.answer(500, b"not now")
    assert send_due(admin.workspace_id, SENDER) == 1
    [message] = messages(admin)
    assert message.status is MessageStatus.PENDING
    assert message.error == "Answered 500."
    assert message.next_at is not None
    assert utcnow() < message.next_at < utcnow() + timedelta(seconds=6)
    due_now(admin)
    assert send_due(admin.workspace_id, SENDER) == 1
    assert len({headers["webhook-id"] for headers, _ in there.came}) == 1
    assert len({body for _, body in there.came}) == 1
    with transaction(admin.workspace_id) as session:
        detail = webhooks.get_message(session, admin, message.id)
    assert [each.status_code for each in detail.tries] == [500, 204]
    assert detail.tries[0].response == "not now"


def test_a_process_that_dies_between_sending_and_noting_leaves_a_try_without_an_end(
    admin: Actor, there: Receiver
) -> None:
    make(admin, there.url)
    happen(admin)
    with transaction(admin.workspace_id) as session:
        dead = repository.take(session)
    assert dead is not None
    assert send_due(admin.workspace_id, SENDER) == 0
    due_now(admin)
    assert send_due(admin.workspace_id, SENDER) == 1
    with transaction(admin.workspace_id) as session:
        # It was only slow: what it has to say comes too late to change anything.
        assert not repository.settle(session, dead, {"status": MessageStatus.FAILED})
        detail = webhooks.get_message(session, admin, dead.message.id)
    assert detail.status is MessageStatus.DELIVERED
    assert [each.ended_at is None for each in detail.tries] == [True, False]
    assert len(there.came) == 1


def test_it_is_given_up_after_the_last_try_and_sent_again_when_asked(
    admin: Actor, there: Receiver
) -> None:
    make(admin, there.url)
    happen(admin)
    for _ in range(MOST_TRIES):
        there.answer(400)
        due_now(admin)
        assert send_due(admin.workspace_id, SENDER) == 1
    due_now(admin)
    assert send_due(admin.workspace_id, SENDER) == 0
    [message] = messages(admin)
    assert (message.status, message.attempts) == (MessageStatus.FAILED, MOST_TRIES)
    with transaction(admin.workspace_id) as session:
        webhooks.redeliver(session, admin, message.id)
    due_now(admin)
    assert send_due(admin.workspace_id, SENDER) == 1
    assert messages(admin)[0].status is MessageStatus.DELIVERED
    assert there.came[-1][0]["webhook-id"] == there.came[0][0]["webhook-id"]


def told(session: Session, user_id: UUID | None) -> list[str]:
    statement = select(col(Notification.text)).where(col(Notification.user_id) == user_id)
    return list(session.scalars(statement))


def test_an_address_that_takes_nothing_for_days_is_switched_off_and_admins_are_told(
    admin: Actor, editor: Actor, there: Receiver
) -> None:
    made = make(admin, there.url).webhook.id
    happen(admin)
    happen(admin)
    there.answer(500)
    with transaction(admin.workspace_id) as session:
        row = repository.lock_webhook(session, made)
        assert row is not None
        row.failing_since = utcnow() - OFF_AFTER
    assert send_due(admin.workspace_id, SENDER) == 1
    with transaction(admin.workspace_id) as session:
        shown = webhooks.get_webhook(session, admin, made)
        assert not shown.is_on
        assert [text for text in told(session, admin.user_id) if "5 days" in text]
        assert told(session, editor.user_id) == []
        with pytest.raises(WebhookOff):
            webhooks.send_test(session, admin, made)
        again = webhooks.edit_webhook(session, admin, made, WebhookEdit(enabled=True))
        assert (again.is_on, again.failing_since) == (True, None)
    assert {each.status for each in messages(admin)} == {MessageStatus.FAILED}


def test_gone_switches_off_at_once_and_what_happens_then_is_not_written_down(
    admin: Actor, there: Receiver
) -> None:
    made = make(admin, there.url).webhook.id
    happen(admin)
    there.answer(410)
    send_due(admin.workspace_id, SENDER)
    happen(admin)
    with transaction(admin.workspace_id) as session:
        assert not webhooks.get_webhook(session, admin, made).is_on
    assert len(messages(admin)) == 1


def test_an_address_that_is_away_rests_whatever_waits_for_it(admin: Actor, there: Receiver) -> None:
    make(admin, there.url)
    for _ in range(5):
        happen(admin)
        there.answer(503)
    assert send_due(admin.workspace_id, SENDER) == 3
    due_now(admin)
    assert send_due(admin.workspace_id, SENDER) == 1


def test_both_secrets_sign_for_a_day_after_a_rotation(admin: Actor, there: Receiver) -> None:
    made = make(admin, there.url)
    with transaction(admin.workspace_id) as session:
        renewed = webhooks.rotate_webhook(session, admin, made.webhook.id, KEYS)
    happen(admin)
    send_due(admin.workspace_id, SENDER)
    [(headers, body)] = there.came
    signed = Signed.of(headers)
    assert signed is not None
    for secret in (made.secret, renewed.secret):
        verify([secret], signed, body, now=utcnow().timestamp())


def test_a_private_target_that_nobody_allowed_is_never_connected_to(
    admin: Actor, there: Receiver
) -> None:
    make(admin, there.url)
    happen(admin)
    send_due(admin.workspace_id, Sender(Poster(), KEYS, lanes=1))
    assert there.came == []
    assert "not a public address" in (messages(admin)[0].error or "")


def test_only_admins_change_webhooks_and_only_their_own(
    admin: Actor, viewer: Actor, there: Receiver
) -> None:
    made = make(admin, there.url).webhook.id
    happen(admin)
    [message] = messages(viewer)
    editor = Actor(admin.workspace_id, Role.EDITOR)
    with transaction(admin.workspace_id) as session:
        for refused in (
            lambda: webhooks.rotate_webhook(session, editor, made, KEYS),
            lambda: webhooks.edit_webhook(session, editor, made, WebhookEdit(name="x")),
            lambda: webhooks.delete_webhook(session, editor, made),
            lambda: webhooks.send_test(session, editor, made),
            lambda: webhooks.redeliver(session, editor, message.id),
        ):
            with pytest.raises(PermissionDenied):
                refused()
        wanted = WebhookIn(url=there.url, events=[EventType.TEST])
        with pytest.raises(BadEvents):
            webhooks.create_webhook(session, admin, wanted, KEYS)
    other = make_workspace()
    with transaction(other) as theirs:
        stranger = Actor.system(other)
        for missing in (
            lambda: webhooks.get_webhook(theirs, stranger, made),
            lambda: webhooks.get_message(theirs, stranger, message.id),
            lambda: webhooks.redeliver(theirs, stranger, message.id),
        ):
            with pytest.raises(NotFound):
                missing()


def test_the_schedule_is_that_of_standard_webhooks_and_bounded() -> None:
    assert sum(DELAYS, timedelta(0)) == timedelta(hours=75, minutes=35, seconds=5)
    assert delay_after(1, 0.5) == timedelta(seconds=5)
    assert delay_after(9, 0.0) == timedelta(hours=24) * 0.9
    assert delay_after(1, 0.5, 120) == timedelta(seconds=120)
    assert delay_after(1, 0.5, 999_999) == timedelta(days=1)
    assert delay_after(MOST_TRIES, 0.5) is None
    assert [rest_after(failures) for failures in (1, 2)] == [None, None]
    assert rest_after(3) == timedelta(minutes=1)
    assert rest_after(10_000) == LONGEST_REST
