"""Senders in parallel, with real commits: one customer each, and no two that wait for ever."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine

from pmflow_core import jobs
from pmflow_core.accounts.actor import Actor
from pmflow_core.customers.schemas import CustomerQuery
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.errors import PmflowError
from pmflow_core.events import bus
from pmflow_core.signals import customers
from pmflow_core.signals import service as signals
from pmflow_core.signals.customers import CustomerDetail
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn
from tests.conftest import make_workspace

SENDERS = 6


@pytest.fixture
def actor(database: Engine) -> Iterator[Actor]:
    """The system in a workspace of its own, whose rows are really committed."""
    jobs.configure(None)
    bus.configure(None)
    configure(database)
    yield Actor.system(make_workspace())
    database.dispose()


def ingest(actor: Actor, rows: list[SignalIn]) -> None:
    with transaction(actor.workspace_id) as session:
        signals.ingest(session, actor, rows, source=Source.API)


def everybody(actor: Actor) -> list[CustomerDetail]:
    with transaction(actor.workspace_id) as session:
        page = customers.list_customers(session, actor, CustomerQuery(limit=200))
        return [customers.get_customer(session, actor, each.id) for each in page.items]


def test_parallel_batches_make_one_customer_of_each_sender(actor: Actor) -> None:
    start = Barrier(SENDERS)

    def sender(number: int) -> None:
        rows = [
            SignalIn(text=f"{number} {n}", customer_email=f"c{n}@example.com", customer_tier="pro")
            for n in range(30)
        ]
        start.wait()
        for _ in range(3):
            ingest(actor, rows if number % 2 else rows[::-1])

    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(sender, range(SENDERS)))

    found = everybody(actor)
    assert len(found) == 30
    assert {each.customer.signals for each in found} == {SENDERS * 3}


def test_merges_and_senders_at_once_lose_no_signal(actor: Actor) -> None:
    ingest(actor, [SignalIn(text="a", customer="Ann"), SignalIn(text="b", customer="Bob")])
    ann, bob = sorted(everybody(actor), key=lambda each: each.customer.name)
    start = Barrier(3)

    def send() -> None:
        start.wait()
        for _ in range(10):
            ingest(actor, [SignalIn(text="c", customer="Bob"), SignalIn(text="d", customer="Ann")])

    def merge_and_undo(kept: CustomerDetail, other: CustomerDetail) -> None:
        start.wait()
        for _ in range(5):
            try:
                with transaction(actor.workspace_id) as session:
                    made = customers.merge(session, actor, kept.customer.id, other.customer.id)
                with transaction(actor.workspace_id) as session:
                    customers.unmerge(session, actor, made)
            except PmflowError:
                continue

    with ThreadPoolExecutor(3) as pool:
        work = [
            pool.submit(send),
            pool.submit(merge_and_undo, ann, bob),
            pool.submit(merge_and_undo, bob, ann),
        ]
        for each in work:
            each.result()

    assert sum(each.customer.signals for each in everybody(actor)) == 22
