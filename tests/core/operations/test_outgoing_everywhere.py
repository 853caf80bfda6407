"""Operators see how many webhooks of all workspaces fail, and nothing of what they carry."""

from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.operations import repository
from pmflow_core.operations.schemas import WorkRead
from pmflow_core.outgoing.models import EventType, Message, MessageStatus, Webhook
from tests.conftest import make_workspace

NOW = utcnow()
HOUR = timedelta(hours=1)
PENDING, FAILED = MessageStatus.PENDING, MessageStatus.FAILED
Figures = dict[tuple[str, str], int]


def work() -> dict[tuple[str, str], WorkRead]:
    """Return what operators are shown of webhooks and their messages."""
    with transaction(None) as session:
        found = repository.list_work(session)
    return {
        (each.kind, each.state): each for each in found if each.kind in ("webhooks", "messages")
    }


def figures() -> Figures:
    return {name: each.many for name, each in work().items()}


def make(
    here: UUID,
    *,
    failing: datetime | None = None,
    off: datetime | None = None,
    deleted: datetime | None = None,
    messages: tuple[tuple[MessageStatus, datetime | None], ...] = (),
) -> None:
    """Add a webhook with messages, each with when it was done."""
    with transaction(here) as session:
        webhook = Webhook(
            workspace_id=here,
            name="A secret name",
            url="https://example.com/secret",
            failing_since=failing,
            disabled_at=off,
            deleted_at=deleted,
        )
        session.add(webhook)
        session.flush()
        for status, done_at in messages:
            message = Message(
                workspace_id=here,
                webhook_id=webhook.id,
                type=EventType.TEST,
                body="A secret body",
                status=status,
                due_at=NOW,
                done_at=done_at,
            )
            session.add(message)


@pytest.fixture(autouse=True)
def before(workspace_id: UUID) -> Figures:
    """What other tests left behind."""
    del workspace_id
    return figures()


def more(before: Figures) -> Figures:
    """Return how many more there are by now."""
    return {
        name: many - before.get(name, 0)
        for name, many in figures().items()
        if many != before.get(name, 0)
    }


def test_webhooks_of_all_workspaces_are_counted_without_their_content(
    workspace_id: UUID, before: Figures
) -> None:
    waiting = ((PENDING, None), (PENDING, None))
    make(workspace_id, failing=NOW - 2 * HOUR, messages=waiting)
    make(make_workspace("Other"), failing=NOW - 5 * HOUR, messages=((FAILED, NOW - HOUR),))
    make(workspace_id, failing=NOW - 120 * HOUR, off=NOW)

    assert more(before) == {
        ("webhooks", "failing"): 2,
        ("webhooks", "disabled"): 1,
        ("messages", "pending"): 2,
        ("messages", "failed"): 1,
    }
    oldest = work()["webhooks", "failing"].oldest
    assert oldest is not None
    assert oldest <= NOW - 5 * HOUR
    assert "secret" not in str([asdict(each) for each in work().values()])


def test_only_what_was_given_up_in_the_last_day_is_told(
    workspace_id: UUID, before: Figures
) -> None:
    given_up = tuple((FAILED, NOW - hours * HOUR) for hours in (1, 23, 25, 99))
    make(workspace_id, messages=given_up)
    assert more(before) == {("messages", "failed"): 2}


def test_what_a_person_switched_off_or_deleted_did_not_fail(
    workspace_id: UUID, before: Figures
) -> None:
    given_up = ((FAILED, NOW - HOUR),)
    make(workspace_id, off=NOW, messages=given_up)
    make(workspace_id, failing=NOW - 5 * HOUR, deleted=NOW, messages=given_up)
    make(workspace_id, failing=NOW - 5 * HOUR, off=NOW, deleted=NOW)
    make(workspace_id, messages=((MessageStatus.DELIVERED, NOW),))
    assert more(before) == {}
