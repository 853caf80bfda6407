"""Deliveries: believed, kept once, made into signals once; failed ones can be replayed."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import enter_workspace, transaction
from pmflow_core.errors import NotFound, PermissionDenied, Unauthenticated
from pmflow_core.intake import event_rows, events
from pmflow_core.intake.events import BadDelivery, read_signals
from pmflow_core.intake.models import RawStatus
from pmflow_core.intake.receiving import Delivery, receive, receive_anywhere
from pmflow_core.intake.schemas import EventRead
from pmflow_core.integrations import service as endpoints
from pmflow_core.integrations.models import EndpointKind
from pmflow_core.integrations.schemas import EndpointIn, NewSecret
from pmflow_core.integrations.signatures import BadSignature, sign
from tests.conftest import make_workspace
from tests.core.intake.test_imports import rows_of

KEYS = (b"the installation's key",)


def make_endpoint(actor: Actor, *, signed: bool = True) -> NewSecret:
    with transaction(actor.workspace_id) as session:
        return endpoints.create_endpoint(
            session, actor, EndpointIn(name="Feed", signed=signed), KEYS
        )


def signed_delivery(made: NewSecret, delivery_id: str, body: bytes) -> Delivery:
    assert made.secret is not None
    now = int(utcnow().timestamp())
    headers = {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(now),
        "webhook-signature": sign(made.secret, delivery_id, now, body),
    }
    return Delivery(headers, body)


def send(actor: Actor, made: NewSecret, delivery: Delivery) -> str:
    with transaction(actor.workspace_id) as session:
        return receive(session, EndpointKind.SIGNALS, made.endpoint.id, delivery, KEYS).id


def deliver(actor: Actor, made: NewSecret, said: object, delivery_id: str = "") -> None:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    send(actor, made, signed_delivery(made, delivery_id or uuid4().hex, body))


def kept(actor: Actor) -> list[EventRead]:
    with transaction(actor.workspace_id) as session:
        return events.list_events(session, actor)


def test_a_delivery_is_kept_and_nothing_is_done_until_a_worker_comes(actor: Actor) -> None:
    made = make_endpoint(actor)
    deliver(actor, made, {"text": "Export fails", "source_ref": "t-1"})
    assert rows_of(actor) == []

    assert events.process_workspace(actor.workspace_id) == 1
    assert [row.text for row in rows_of(actor)] == ["Export fails"]
    [event] = kept(actor)
    assert (event.status, event.result["created"]) == (RawStatus.PROCESSED, 1)
    assert events.process_workspace(actor.workspace_id) == 0


def test_the_same_delivery_in_parallel_is_kept_and_done_once(actor: Actor) -> None:
    made = make_endpoint(actor)
    body = json.dumps({"text": "Export fails"}).encode()
    with ThreadPoolExecutor(8) as senders:
        ids = set(
            senders.map(lambda _: send(actor, made, signed_delivery(made, "d-1", body)), range(24))
        )
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: events.process_workspace(actor.workspace_id), range(4)))
    assert (ids, len(kept(actor)), len(rows_of(actor))) == ({"d-1"}, 1, 1)


def test_a_body_gives_one_signal_or_many_and_each_refusal_is_noted(actor: Actor) -> None:
    made = make_endpoint(actor)
    said = {
        "signals": [
            {"text": "Export fails"},
            {"text": ""},
            {"words": "no text"},
            7,
            {"text": "NUL \x00 and \ud800", "severity": "high", "created_at": "2026-01-02"},
            {"text": "x", "received_at": "0001-01-01T00:00:00+14:00"},
        ]
    }
    deliver(actor, made, said)
    events.process_workspace(actor.workspace_id)

    [event] = kept(actor)
    assert event.result["created"] == 2
    assert [row["line"] for row in event.result["rejected"]] == [2, 3, 4, 6]
    assert rows_of(actor)[1].text == "NUL \ufffd and \ufffd"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nope",
        b"[]",
        b'{"signals": []}',
        b"[" * 9_000,
        b"\xff\xfe",
        b"[1" + b",1" * 1000 + b"]",
    ],
)
def test_a_body_that_holds_no_signals_fails_at_once_and_stays_to_be_seen(
    actor: Actor, body: bytes
) -> None:
    made = make_endpoint(actor)
    with pytest.raises(BadDelivery):
        read_signals(body)
    deliver(actor, made, body)
    deliver(actor, made, {"text": "The next one"})
    events.process_workspace(actor.workspace_id)

    assert {event.status for event in kept(actor)} == {RawStatus.PROCESSED, RawStatus.FAILED}
    assert [row.text for row in rows_of(actor)] == ["The next one"]


@settings(max_examples=100, deadline=None)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["text", "signals", "source_ref", "kind", "created_at", "x"]), inner
    ),
))  # fmt: skip
def test_any_json_is_taken_or_refused_in_words(said: object) -> None:
    try:
        rows, refused = read_signals(json.dumps(said).encode())
    except BadDelivery:
        return
    assert len(rows) + len(refused) >= 1


def test_a_failed_delivery_is_replayed_by_an_admin_only(actor: Actor) -> None:
    made = make_endpoint(actor)
    deliver(actor, made, b"nope")
    events.process_workspace(actor.workspace_id)
    [event] = kept(actor)
    with transaction(actor.workspace_id) as session:
        with pytest.raises(PermissionDenied):
            events.replay(session, Actor(actor.workspace_id, Role.EDITOR), event.id)
        events.replay(session, actor, event.id)
        with pytest.raises(NotFound):
            events.replay(session, actor, event.id)
    assert events.process_workspace(actor.workspace_id) == 1
    assert kept(actor)[0].status is RawStatus.FAILED


@pytest.fixture
def refuses_poison(database: Engine) -> Iterator[None]:
    """The database refuses signals with one text, as it might for a reason nobody thought of."""
    make = """
        create function refuse_poison() returns trigger language plpgsql as
            $$ begin raise 'no' using errcode = 'data_exception'; end $$;
        create trigger refuse_poison before insert on signals for each row
            when (new.verbatim = 'poison') execute function refuse_poison();"""
    with database.begin() as owner:
        owner.execute(text(make))
    yield
    with database.begin() as owner:
        owner.execute(text("drop trigger refuse_poison on signals; drop function refuse_poison()"))


@pytest.mark.usefixtures("refuses_poison")
def test_a_delivery_that_breaks_costs_only_itself_and_is_tried_again_later(actor: Actor) -> None:
    made = make_endpoint(actor)
    for said in ("first", "poison", "last"):
        deliver(actor, made, {"text": said}, said)
    events.process_workspace(actor.workspace_id)

    assert {row.text for row in rows_of(actor)} == {"first", "last"}
    event = next(event for event in kept(actor) if event.delivery_id == "poison")
    assert (event.status, event.attempts) == (RawStatus.RECEIVED, 1)
    assert "DataError" in (event.error or "")
    for _ in range(events.MAX_ATTEMPTS):
        with transaction(actor.workspace_id) as session:
            row = event_rows.lock(session, event.id, RawStatus.RECEIVED)
            if row is not None:
                assert row.due_at > utcnow()
                row.due_at = utcnow()
        events.process_workspace(actor.workspace_id)
    assert {event.status for event in kept(actor)} == {RawStatus.PROCESSED, RawStatus.FAILED}


def test_old_deliveries_are_forgotten_and_younger_ones_kept(actor: Actor) -> None:
    made = make_endpoint(actor)
    deliver(actor, made, {"text": "old"}, "old")
    deliver(actor, made, {"text": "new"}, "new")
    with transaction(actor.workspace_id) as session:
        old = next(
            row for row in event_rows.list_events(session, None, 9) if row.delivery_id == "old"
        )
        old.created_at = utcnow() - timedelta(days=31)
    with transaction(None) as session:
        assert actor.workspace_id in event_rows.with_old(session)
        assert actor.workspace_id in event_rows.with_due(session)
    with transaction(actor.workspace_id) as session:
        event_rows.forget_old(session)
    assert [event.delivery_id for event in kept(actor)] == ["new"]


def test_whom_an_endpoint_believes(actor: Actor) -> None:
    made, unsigned = make_endpoint(actor), make_endpoint(actor, signed=False)
    good = signed_delivery(made, "d", b"{}")
    editor = Actor(actor.workspace_id, Role.EDITOR, name="API key feed")
    assert send(actor, made, good) == "d"
    assert send(actor, unsigned, Delivery({"webhook-id": "k"}, b"{}", editor)) == "k"
    assert UUID(send(actor, made, Delivery({}, b"{}", editor)))
    with pytest.raises(BadSignature):
        send(actor, made, Delivery(good.headers, b"{} ", editor))
    for nobody in (Delivery({}, b"{}"), Delivery(good.headers, b"{}")):
        with pytest.raises(Unauthenticated):
            send(actor, unsigned, nobody)
    viewer = Actor(actor.workspace_id, Role.VIEWER)
    with pytest.raises(PermissionDenied):
        send(actor, unsigned, Delivery({}, b"{}", viewer))
    with pytest.raises(NotFound):
        send(actor, unsigned, Delivery({}, b"{}", Actor.system(make_workspace())))
    with transaction(None) as session, pytest.raises(NotFound):
        receive_anywhere(
            session, enter_workspace, EndpointKind.SIGNALS, uuid4(), Delivery({}, b"{}"), KEYS
        )
