"""What a re-clustering would move of known themes waits for a person, whoever else is at work."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import Conflict
from pmflow_core.intake import rebuilding
from pmflow_core.intake.processing import process_workspace
from pmflow_core.themes import by_hand, proposal_reads, proposals, service
from pmflow_core.themes.draft import Manner
from pmflow_core.themes.granularity import read_granularity, set_granularity
from pmflow_core.themes.models import (
    Clustering,
    PlacedBy,
    ProposalKind,
    ProposalStatus,
    ThemeMembership,
)
from pmflow_core.themes.proposals import ProposalDecided
from pmflow_core.themes.reviewing import get_row
from pmflow_core.themes.schemas import ProposalRead
from pmflow_core.themes.stored import StoredPlan
from tests.core.intake.conftest import Ingest, TopicEmbedder
from tests.core.intake.test_rebuilding import members, read_and_cluster, theme_of, themes

TOPICS = ("export", "login", "search")


@pytest.fixture
def mixed(actor: Actor, ingest: Ingest, embedder: TopicEmbedder) -> UUID:
    """A theme of S-1 to S-40, exports and logins, that an earlier clustering took for one."""
    ingest(*(f"{topic} fails on page {n}" for topic in TOPICS for n in range(20)))
    process_workspace(actor.workspace_id, embedder)
    export, login = theme_of(actor, 1), theme_of(actor, 21)
    with transaction(actor.workspace_id) as session:
        session.execute(
            update(ThemeMembership)
            .where(col(ThemeMembership.theme_id) == login)
            .values(theme_id=export)
        )
    return export


def waiting(actor: Actor) -> list[ProposalRead]:
    with transaction(actor.workspace_id) as session:
        return proposal_reads.list_proposals(session, actor)


def status_of(actor: Actor, proposal: UUID) -> ProposalStatus:
    with transaction(actor.workspace_id) as session:
        return proposal_reads.get_proposal(session, actor, proposal).status


def decide(actor: Actor, how: Callable[..., object], proposal: UUID) -> None:
    with transaction(actor.workspace_id) as session:
        how(session, actor, proposal)


def rebuild(actor: Actor, *, anew: bool = True) -> None:
    assert rebuilding.rebuild_themes(actor.workspace_id, anew=anew).applied


def places(actor: Actor) -> dict[UUID, UUID]:
    with transaction(actor.workspace_id) as session:
        rows = session.execute(
            select(col(ThemeMembership.signal_id), col(ThemeMembership.theme_id))
        )
        return {row[0]: row[1] for row in rows}


def test_a_split_waits_for_a_person_and_moves_nobody(actor: Actor, mixed: UUID) -> None:
    before = places(actor)
    rebuild(actor)

    assert places(actor) == before
    (found,) = waiting(actor)
    assert (found.kind, found.signals) == (ProposalKind.SPLIT, 20)
    assert found.sides[0].theme.id == mixed
    decide(actor, proposals.apply, found.id)
    assert theme_of(actor, 1) != theme_of(actor, 21)
    assert mixed in {theme_of(actor, 1), theme_of(actor, 21)}
    after = places(actor)
    rebuild(actor)
    assert places(actor) == after
    assert waiting(actor) == []


def test_the_same_proposal_waits_once_and_stays_dismissed(
    actor: Actor, mixed: UUID, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    rebuild(actor)
    (first,) = waiting(actor)
    rebuild(actor, anew=False)
    assert [each.id for each in waiting(actor)] == [first.id]
    decide(actor, proposals.dismiss, first.id)
    ingest(*(f"{topic} is broken on screen {n}" for topic in TOPICS for n in range(3)))
    process_workspace(actor.workspace_id, embedder)
    rebuild(actor)

    assert waiting(actor) == []
    assert theme_of(actor, 1) == theme_of(actor, 21) == mixed
    decide(actor, proposals.undo, first.id)
    assert [each.id for each in waiting(actor)] == [first.id]


def test_what_was_taken_back_is_not_proposed_again(actor: Actor, mixed: UUID) -> None:
    rebuild(actor)
    (found,) = waiting(actor)
    before = places(actor)
    decide(actor, proposals.apply, found.id)
    decide(actor, proposals.undo, found.id)
    assert places(actor) == before
    rebuild(actor)

    assert waiting(actor) == []
    assert theme_of(actor, 21) == mixed


@pytest.mark.usefixtures("mixed")
def test_a_proposal_that_a_later_clustering_does_not_make_is_superseded(actor: Actor) -> None:
    rebuild(actor)
    (found,) = waiting(actor)
    with transaction(actor.workspace_id) as session:
        ids = [service.get_signal(session, actor, number).detail.row.id for number in range(21, 41)]
        by_hand.split(session, actor, ids, "Log in")
    rebuild(actor)

    assert status_of(actor, found.id) is ProposalStatus.SUPERSEDED
    with pytest.raises(ProposalDecided, match="later clustering"):
        decide(actor, proposals.apply, found.id)


def test_new_signals_form_a_theme_of_their_own_at_once(
    actor: Actor, mixed: UUID, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    before = places(actor)
    ingest(*(f"billing fails on page {n}" for n in range(20)))
    process_workspace(actor.workspace_id, embedder)

    assert {signal: theme for signal, theme in places(actor).items() if signal in before} == before
    new = theme_of(actor, 61)
    assert new not in before.values()
    with transaction(actor.workspace_id) as session:
        (entry,) = service.get_theme(session, actor, new).lineage
    assert (entry.kind.value, entry.signals) == ("formed", 20)
    assert mixed in {theme.id for theme in themes(actor)}


def test_themes_formed_on_the_way_bind_nobody(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    ingest(*(f"{topic} fails on page {n}" for topic in TOPICS for n in range(20)))
    process_workspace(actor.workspace_id, embedder)
    rebuilding.rebuild_themes(actor.workspace_id, on_the_way=True)
    ingest("billing fails", "billing is wrong", "billing is late", *["export again"] * 20)
    process_workspace(actor.workspace_id, embedder)
    rebuilding.rebuild_themes(actor.workspace_id, on_the_way=True)

    with transaction(actor.workspace_id) as session:
        last = session.scalars(select(Clustering).order_by(col(Clustering.id).desc())).first()
        late = service.get_signal(session, actor, 61).why
    assert last is not None
    assert last.params["on_the_way"] is True
    assert late is None or late.placed_by is PlacedBy.PLACEMENT


def test_finer_themes_are_stored_with_the_clustering_and_proposed(
    actor: Actor, mixed: UUID
) -> None:
    before = places(actor)
    with transaction(actor.workspace_id) as session:
        set_granularity(session, actor, 1.4)
        assert read_granularity(session, actor) == 1.4
    rebuild(actor)

    with transaction(actor.workspace_id) as session:
        assert service.get_theme(session, actor, mixed).granularity == 1.4
    assert places(actor) == before
    assert waiting(actor)


def at_once(*jobs: Callable[[], object]) -> list[object]:
    """Return what each job returned or raised, all begun in the same moment."""
    gate = Barrier(len(jobs))

    def run(job: Callable[[], object]) -> object:
        gate.wait(timeout=10)
        try:
            return job()
        except Conflict as error:
            return error

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.mark.usefixtures("mixed")
def test_of_many_who_apply_one_proposal_one_does(actor: Actor) -> None:
    rebuild(actor)
    (found,) = waiting(actor)
    results = at_once(*[lambda: decide(actor, proposals.apply, found.id)] * 6)

    assert results.count(None) == 1
    assert all(isinstance(each, ProposalDecided) for each in results if each is not None)
    assert len(members(actor, theme_of(actor, 21))) == 20


@pytest.mark.usefixtures("mixed")
def test_applying_and_dismissing_at_once_ends_in_one_of_them(actor: Actor) -> None:
    rebuild(actor)
    (found,) = waiting(actor)
    at_once(
        lambda: decide(actor, proposals.apply, found.id),
        lambda: decide(actor, proposals.dismiss, found.id),
    )
    split = theme_of(actor, 1) != theme_of(actor, 21)

    assert (status_of(actor, found.id) is ProposalStatus.APPLIED) is split


@pytest.mark.usefixtures("mixed")
def test_a_proposal_applied_while_clustering_stays_applied(actor: Actor) -> None:
    rebuild(actor)
    (found,) = waiting(actor)
    seen, groups = read_and_cluster(actor)
    decide(actor, proposals.apply, found.id)
    after = places(actor)
    applied, _ = rebuilding.write_themes(actor, seen, groups, Manner(), seconds=0.1)

    assert applied
    assert places(actor) == after
    assert waiting(actor) == []


@pytest.mark.usefixtures("mixed")
def test_what_a_person_moves_while_clustering_stays_moved(actor: Actor) -> None:
    seen, groups = read_and_cluster(actor)
    search = theme_of(actor, 41)
    with transaction(actor.workspace_id) as session:
        first = service.get_signal(session, actor, 1).detail.row.id
        by_hand.move(session, actor, [first], search)
    rebuilding.write_themes(actor, seen, groups, Manner(), seconds=0.1)

    assert theme_of(actor, 1) == search
    assert first not in {signal for each in waiting(actor) for signal in moving(actor, each.id)}


def moving(actor: Actor, proposal: UUID) -> frozenset[UUID]:
    with transaction(actor.workspace_id) as session:
        return StoredPlan.model_validate(get_row(session, proposal).plan).signals


def test_signals_placed_while_a_theme_ends_are_in_a_theme_that_lives(
    actor: Actor, mixed: UUID, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    search = theme_of(actor, 41)
    ingest(*(f"search stalls on page {n}" for n in range(40)))

    def merge() -> None:
        with transaction(actor.workspace_id) as session:
            by_hand.merge(session, actor, search, mixed)

    at_once(lambda: process_workspace(actor.workspace_id, embedder), merge)
    alive = {theme.id for theme in themes(actor)}
    assert search not in alive
    assert set(places(actor).values()) <= alive


def test_two_rebuilds_and_a_person_at_once_leave_each_signal_in_one_theme(
    actor: Actor, mixed: UUID
) -> None:
    search = theme_of(actor, 41)

    def move() -> None:
        with transaction(actor.workspace_id) as session:
            first = service.get_signal(session, actor, 1).detail.row.id
            by_hand.move(session, actor, [first], search)

    at_once(
        lambda: rebuilding.rebuild_themes(actor.workspace_id, anew=True),
        lambda: rebuilding.rebuild_themes(actor.workspace_id),
        move,
    )
    assert theme_of(actor, 1) == search
    assert set(places(actor).values()) <= {theme.id for theme in themes(actor)}
    assert mixed in {theme.id for theme in themes(actor)}
