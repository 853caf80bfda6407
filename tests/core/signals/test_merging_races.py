"""Merging in parallel, with real commits: every signal ends in one place."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from pmflow_core import jobs
from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.events import bus
from pmflow_core.projects.service import add_project, seed_stages
from pmflow_core.signals import bulk, links, merging, service
from pmflow_core.signals.models import Signal, SignalProject, SignalStatus, Source
from pmflow_core.signals.schemas import SignalIn
from tests.conftest import make_workspace

PEOPLE = 6


@pytest.fixture
def actor(database: Engine) -> Iterator[Actor]:
    """The system in a workspace of its own, whose rows are really committed."""
    jobs.configure(None)
    bus.configure(None)
    configure(database)
    yield Actor.system(make_workspace())
    database.dispose()


def ingest(actor: Actor, count: int) -> list[UUID]:
    rows = [SignalIn(text=f"Export {at}") for at in range(count)]
    with transaction(actor.workspace_id) as session:
        return service.ingest(session, actor, rows, source=Source.API).ids


def at_once(actions: list[Callable[[], object]]) -> list[BaseException | None]:
    start = Barrier(len(actions))

    def act(action: Callable[[], object]) -> BaseException | None:
        start.wait()
        try:
            action()
        except (merging.NotMerged, links.MergedAway) as error:
            return error
        return None

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(act, actions))


def merge(actor: Actor, ids: list[UUID]) -> None:
    with transaction(actor.workspace_id) as session:
        merging.merge(session, actor, ids)


def unmerge(actor: Actor, signal_id: UUID) -> None:
    with transaction(actor.workspace_id) as session:
        merging.unmerge(session, actor, signal_id)


def test_pairs_merged_in_parallel_become_one_family(actor: Actor) -> None:
    ids = ingest(actor, PEOPLE + 1)
    pairs = [[ids[at + 1], ids[at]] for at in range(PEOPLE)]
    assert at_once([lambda pair=pair: merge(actor, pair) for pair in pairs]) == [None] * PEOPLE

    with transaction(actor.workspace_id) as session:
        into = list(session.scalars(select(col(Signal.merged_into)).order_by(col(Signal.number))))
    assert into == [None, *[ids[0]] * PEOPLE]


def test_of_many_who_take_a_signal_out_one_does(actor: Actor) -> None:
    ids = ingest(actor, 2)
    merge(actor, ids)
    failed = at_once([lambda: unmerge(actor, ids[1])] * PEOPLE)
    assert sum(each is None for each in failed) == 1


@pytest.mark.parametrize("seed", range(3))
def test_links_made_while_signals_merge_are_in_one_place(actor: Actor, seed: int) -> None:
    ids = ingest(actor, 4)
    with transaction(actor.workspace_id) as session:
        seed_stages(session, actor.workspace_id)
        project = add_project(session, actor, "Exports").id

    def link(at: int) -> None:
        with transaction(actor.workspace_id) as session:
            links.link_to_project(session, actor, [ids[at]], project)

    def archive() -> None:
        with transaction(actor.workspace_id) as session:
            bulk.archive(session, actor, ids[::-1])

    actions: list[Callable[[], object]] = [
        lambda: merge(actor, ids[:2]),
        lambda: merge(actor, ids[2:]),
        lambda: merge(actor, [ids[3], ids[0]]),
        lambda: link(1),
        lambda: link(3),
        archive,
    ]
    actions = actions[seed:] + actions[:seed]
    at_once(actions)

    with transaction(actor.workspace_id) as session:
        merged = select(col(Signal.id)).where(col(Signal.status) == SignalStatus.MERGED)
        held = select(col(SignalProject.id)).where(col(SignalProject.signal_id).in_(merged))
        assert list(session.scalars(held)) == []
        assert len(list(session.scalars(merged))) == 3
