"""Senders in parallel, with real commits, and the walls between workspaces."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from sqlalchemy import Engine

from pmflow_core import jobs
from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.errors import NotFound
from pmflow_core.events import bus
from pmflow_core.signals import bulk, duplicates, service
from pmflow_core.signals.models import Severity, Source
from pmflow_core.signals.schemas import IngestResult, SignalEdit, SignalIn, SignalQuery, SignalSort
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


def send(actor: Actor, rows: list[SignalIn]) -> IngestResult:
    with transaction(actor.workspace_id) as session:
        return service.ingest(session, actor, rows, source=Source.WEBHOOK)


def test_the_same_references_in_parallel_make_one_signal_each(actor: Actor) -> None:
    rows = [SignalIn(text=f"text {n}", source_ref=f"r{n}") for n in range(40)]
    start = Barrier(SENDERS)

    def sender(number: int) -> IngestResult:
        start.wait()
        return send(actor, rows if number % 2 else rows[::-1])

    with ThreadPoolExecutor(SENDERS) as pool:
        results = list(pool.map(sender, range(SENDERS)))

    assert sum(result.created for result in results) == 40
    assert sum(result.duplicates for result in results) == 40 * (SENDERS - 1)
    with transaction(actor.workspace_id) as session:
        query = SignalQuery(size=200, sort=SignalSort.NUMBER)
        page = service.list_signals(session, actor, query)
    assert page.total == 40
    assert len({row.number for row in page.items}) == 40


def test_of_two_people_who_correct_a_signal_neither_is_forgotten(actor: Actor) -> None:
    send(actor, [SignalIn(text="The export fails")])
    started = Event()

    def correct_segment() -> None:
        with transaction(actor.workspace_id) as session:
            service.list_signals(session, actor, SignalQuery())
            started.set()
            service.edit(session, actor, 1, SignalEdit(segment="Enterprise"))

    with ThreadPoolExecutor(1) as pool:
        with transaction(actor.workspace_id) as session:
            service.edit(session, actor, 1, SignalEdit(severity=Severity.HIGH))
            other = pool.submit(correct_segment)
            started.wait(10)
            # Long enough to read the signal as it was, were it not locked.
            time.sleep(0.3)
        other.result(10)

    with transaction(actor.workspace_id) as session:
        assert service.get_signal(session, actor, 1).given == ["segment", "severity"]


def test_one_reference_sent_alone_by_many_makes_one_signal(actor: Actor) -> None:
    with ThreadPoolExecutor(SENDERS) as pool:
        row = SignalIn(text="The export fails", source_ref="delivery-1")
        results = list(pool.map(lambda _: send(actor, [row]), range(30)))

    assert sum(result.created for result in results) == 1


def test_another_workspace_sees_and_changes_nothing(actor: Actor) -> None:
    ids = send(actor, [SignalIn(text="secret", source_ref="x")]).ids
    stranger = Actor.system(make_workspace())

    with transaction(stranger.workspace_id) as session:
        assert service.list_signals(session, stranger, SignalQuery()).total == 0
        with pytest.raises(NotFound):
            service.get_signal(session, stranger, 1)
        with pytest.raises(NotFound):
            duplicates.similar(session, stranger, 1)
        with pytest.raises(NotFound):
            bulk.delete(session, stranger, ids)
    assert send(stranger, [SignalIn(text="mine", source_ref="x")]).created == 1
