"""Webhooks that were deleted: erased by the chore after 30 days, in and out, and not before."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, update
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import AuditEntry
from pmflow_core.automation import maintenance
from pmflow_core.automation.maintaining import do_chore
from pmflow_core.automation.models import Chore
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.intake import closing
from pmflow_core.intake.models import RawEvent
from pmflow_core.integrations import service as endpoints
from pmflow_core.integrations import webhooks
from pmflow_core.integrations.models import WebhookEndpoint
from pmflow_core.integrations.schemas import EndpointIn
from pmflow_core.integrations.webhook_schemas import WebhookIn
from pmflow_core.outgoing.announcing import announce
from pmflow_core.outgoing.models import EventType, Message, Webhook
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn
from tests.conftest import make_member, make_workspace

KEYS = (b"the installation's key",)
OVER, SHORT_OF = timedelta(days=30, minutes=1), timedelta(days=30) - timedelta(minutes=1)
"""How long something has been deleted."""
TABLES = (WebhookEndpoint, Webhook)


@pytest.fixture
def acme(connection: Connection) -> Actor:
    """The admin of a workspace with one webhook of each direction that lives, and one deleted."""
    del connection
    actor = make_member(make_workspace("Acme"), Role.ADMIN)
    with transaction(actor.workspace_id) as session:
        for name in ("Old", "Live"):
            made = endpoints.create_endpoint(session, actor, EndpointIn(name=name), KEYS)
            wanted = WebhookIn(url="https://example.com/in", events=[EventType.PROJECT_MOVED])
            told = webhooks.create_webhook(session, actor, wanted, KEYS)
            if name == "Old":
                endpoints.close_endpoint(session, actor, made.endpoint.id)
                webhooks.delete_webhook(session, actor, told.webhook.id)
    return actor


def lie_for(actor: Actor, ago: timedelta) -> None:
    with transaction(actor.workspace_id) as session:
        for table in TABLES:
            deleted = col(table.deleted_at)
            changed = update(table).where(deleted.is_not(None)).values(deleted_at=utcnow() - ago)
            session.execute(changed)


def empty(actor: Actor) -> Mapping[str, Any]:
    """Do the chore and return its figures."""
    with transaction(actor.workspace_id) as session:
        opened = maintenance.request(session, actor, Chore.TRASH)
    done = do_chore(actor.workspace_id, opened)
    assert done is not None
    return done.result


def left(actor: Actor) -> list[int]:
    with transaction(actor.workspace_id) as session:
        counts = (select(func.count()).select_from(table) for table in TABLES)
        return [session.scalars(each).one() for each in counts]


def erased(actor: Actor) -> set[str]:
    with transaction(actor.workspace_id) as session:
        found = select(col(AuditEntry.action)).where(col(AuditEntry.action).like("%.erased"))
        return set(session.scalars(found))


def test_deleted_webhooks_are_erased_after_thirty_days_and_not_before(acme: Actor) -> None:
    lie_for(acme, SHORT_OF)
    figures = empty(acme)
    assert (figures["webhook"], figures["outgoing_webhook"]) == (0, 0)
    assert (left(acme), erased(acme)) == ([2, 2], set())

    lie_for(acme, OVER)
    figures = empty(acme)
    assert (figures["webhook"], figures["outgoing_webhook"]) == (1, 1)
    assert (left(acme), erased(acme)) == ([1, 1], {"webhook.erased", "outgoing_webhook.erased"})


def test_one_whose_deliveries_or_messages_are_kept_waits_for_them(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        where = col(WebhookEndpoint.deleted_at).is_not(None)
        endpoint = session.scalars(select(WebhookEndpoint).where(where)).one()
        hook = session.scalars(select(Webhook).where(col(Webhook.deleted_at).is_not(None))).one()
        hook.deleted_at = None
        session.flush()
        announce(session, EventType.PROJECT_MOVED, {})
        hook.deleted_at = utcnow()
        event = RawEvent(
            workspace_id=acme.workspace_id,
            endpoint_id=endpoint.id,
            delivery_id="1",
            body=b"{}",
            due_at=utcnow(),
        )
        session.add(event)
    lie_for(acme, OVER)
    figures = empty(acme)
    assert (figures["webhook"], figures["outgoing_webhook"]) == (0, 0)

    with transaction(acme.workspace_id) as session:
        for row in [*session.scalars(select(Message)), *session.scalars(select(RawEvent))]:
            session.delete(row)
    figures = empty(acme)
    assert (figures["webhook"], figures["outgoing_webhook"]) == (1, 1)


def test_signals_keep_their_source_and_the_log_what_was_done(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        rows = [SignalIn(text="Search is gone", source_ref="m-1")]
        signals.ingest(session, acme, rows, source=Source.WEBHOOK)
    lie_for(acme, OVER)
    empty(acme)
    with transaction(acme.workspace_id) as session:
        row = signals.get_signal(session, acme, 1)
        closed = col(AuditEntry.action) == "webhook.closed"
        assert (row.row.source, row.source_ref) == (Source.WEBHOOK, "m-1")
        assert session.scalars(select(col(AuditEntry.target)).where(closed)).all() == ["Old"]


def test_what_is_erased_comes_back_no_more(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        where = col(WebhookEndpoint.deleted_at).is_not(None)
        endpoint = session.scalars(select(col(WebhookEndpoint.id)).where(where)).one()
    lie_for(acme, OVER)
    empty(acme)
    with transaction(acme.workspace_id) as session, pytest.raises(NotFound):
        endpoints.restore_endpoint(session, acme, endpoint)


def test_another_workspaces_webhooks_are_not_erased(acme: Actor) -> None:
    lie_for(acme, OVER)
    empty(make_member(make_workspace("Other"), Role.ADMIN))
    assert left(acme) == [2, 2]


def test_only_admins_erase(acme: Actor) -> None:
    editor = make_member(acme.workspace_id, Role.EDITOR)
    with transaction(acme.workspace_id) as session:
        for erase in (closing.erase_closed, webhooks.erase_deleted):
            with pytest.raises(PermissionDenied):
                erase(session, editor, utcnow())
