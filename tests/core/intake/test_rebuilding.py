"""Themes formed anew keep ids, names and whatever people built on."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound
from pmflow_core.intake import rebuilding
from pmflow_core.intake.processing import process_batch, process_workspace
from pmflow_core.projects.service import add_project, seed_stages
from pmflow_core.signals import bulk, links
from pmflow_core.themes import service
from pmflow_core.themes.clustering import Clustering, cluster
from pmflow_core.themes.corpus import Corpus, State
from pmflow_core.themes.draft import Manner
from pmflow_core.themes.models import PlacedBy, ThemeMembership
from pmflow_core.themes.rebuild import read
from pmflow_core.themes.schemas import ThemedQuery, ThemedSignal, ThemeRead
from tests.conftest import make_workspace
from tests.core.intake.conftest import Ingest, TopicEmbedder

TOPICS = ("export", "login", "search")


def themes(actor: Actor) -> list[ThemeRead]:
    with transaction(actor.workspace_id) as session:
        return service.list_themes(session, actor)


def signal(actor: Actor, number: int) -> ThemedSignal:
    with transaction(actor.workspace_id) as session:
        return service.get_signal(session, actor, number)


def theme_of(actor: Actor, number: int) -> UUID:
    why = signal(actor, number).why
    assert why is not None
    return why.theme.id


def members(actor: Actor, theme: UUID) -> set[UUID]:
    with transaction(actor.workspace_id) as session:
        statement = select(col(ThemeMembership.signal_id))
        return set(session.scalars(statement.where(col(ThemeMembership.theme_id) == theme)))


@pytest.fixture
def themed(actor: Actor, ingest: Ingest, embedder: TopicEmbedder) -> list[UUID]:
    """Sixty signals about three topics, S-1 to S-20 about exports and so on, in themes."""
    ids = ingest(*(f"{topic} fails on page {n}" for topic in TOPICS for n in range(20))).ids
    process_workspace(actor.workspace_id, embedder)
    return ids


def test_themes_carry_names_figures_and_quotes(actor: Actor, themed: list[UUID]) -> None:
    found = themes(actor)

    assert sum(theme.size for theme in found) == len(themed)
    assert {theme.label.split()[0].lower() for theme in found} >= set(TOPICS)
    assert sum(found[0].trend) == found[0].trend[-1] == found[0].size
    assert len({quote.text for quote in found[0].quotes}) == len(found[0].quotes) > 0
    why = signal(actor, 1).why
    assert why is not None
    assert why.placed_by is PlacedBy.CLUSTERING
    assert why.similarity > 0.7
    assert "export" in " ".join(why.shared_keywords).lower()


def test_a_new_signal_joins_the_nearest_theme_and_an_odd_one_waits(
    actor: Actor, themed: list[UUID], ingest: Ingest, embedder: TopicEmbedder
) -> None:
    ingest("login takes for ever", "zebra stripes")
    process_workspace(actor.workspace_id, embedder)

    assert theme_of(actor, len(themed) + 1) == theme_of(actor, 21)
    assert signal(actor, len(themed) + 2).why is None
    with transaction(actor.workspace_id) as session:
        page = service.list_signals(session, actor, ThemedQuery(unthemed=True)).page
    assert [row.number for row in page.items] == [len(themed) + 2]


@pytest.mark.usefixtures("themed")
def test_a_rebuild_keeps_ids_and_the_names_people_gave(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    """Failure 14: Cluster ids were random, so cooldown and dedupe never worked."""
    export = theme_of(actor, 1)
    before = {theme.id for theme in themes(actor)}
    with transaction(actor.workspace_id) as session:
        service.rename(session, actor, export, "  Exports   break ")
    ingest(*(f"{topic} is broken on screen {n}" for topic in TOPICS for n in range(15)))
    process_workspace(actor.workspace_id, embedder)
    assert rebuilding.rebuild_themes(actor.workspace_id, anew=True).applied

    after = {theme.id: theme for theme in themes(actor)}
    assert before <= after.keys()
    assert after[export].label == "Exports break"
    assert after[export].is_renamed
    assert theme_of(actor, 1) == export


def test_settled_themes_lose_nobody(
    actor: Actor, themed: list[UUID], embedder: TopicEmbedder, ingest: Ingest
) -> None:
    export, login, search = (theme_of(actor, number) for number in (1, 21, 41))
    with transaction(actor.workspace_id) as session:
        seed_stages(session, actor.workspace_id)
        service.lock(session, actor, export)
        project = add_project(session, actor, "Sign in", theme_id=login).id
        links.link_to_project(session, actor, themed[45:46], project)
        misplaced = session.scalars(
            select(ThemeMembership).where(col(ThemeMembership.signal_id) == themed[59])
        ).one()
        misplaced.theme_id = export
    before = {theme: members(actor, theme) for theme in (export, login, search)}
    ingest(*(f"{topic} is broken on screen {n}" for topic in TOPICS for n in range(30)))
    process_workspace(actor.workspace_id, embedder)
    rebuilding.rebuild_themes(actor.workspace_id, anew=True)

    for theme, had in before.items():
        assert had <= members(actor, theme)
    assert themed[59] in members(actor, export)
    by_id = {theme.id: theme for theme in themes(actor)}
    assert by_id[login].project_key is not None


def test_themes_whose_signals_are_gone_are_retired(actor: Actor, themed: list[UUID]) -> None:
    export = theme_of(actor, 1)
    with transaction(actor.workspace_id) as session:
        bulk.delete(session, actor, themed[:20])
    rebuilding.rebuild_themes(actor.workspace_id)

    assert export not in {theme.id for theme in themes(actor)}
    with transaction(actor.workspace_id) as session:
        assert not service.get_theme(session, actor, export).is_active
        bulk.restore(session, actor, themed[:20])
    assert signal(actor, 1).why is None


def read_and_cluster(actor: Actor) -> tuple[tuple[Corpus, State], Clustering]:
    with transaction(actor.workspace_id) as session:
        seen = read(session, actor)
    return seen, cluster(seen[0].vectors, seen[0].texts)


@pytest.mark.usefixtures("themed")
def test_a_name_given_while_clustering_is_kept(actor: Actor) -> None:
    seen, groups = read_and_cluster(actor)
    export = theme_of(actor, 1)
    with transaction(actor.workspace_id) as session:
        service.rename(session, actor, export, "Exports break")
    assert rebuilding.write_themes(actor, seen, groups, Manner(), seconds=0.1) == (True, 3)

    assert [theme.label for theme in themes(actor) if theme.id == export] == ["Exports break"]


def test_signals_that_come_while_clustering_are_placed(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    ingest(*(f"{topic} fails on page {n}" for topic in TOPICS for n in range(20)))
    process_batch(actor.workspace_id, embedder)
    seen, groups = read_and_cluster(actor)
    ingest("login takes for ever")
    process_batch(actor.workspace_id, embedder)
    assert signal(actor, 61).why is None
    rebuilding.write_themes(actor, seen, groups, Manner(), seconds=0.1)

    assert theme_of(actor, 61) == theme_of(actor, 21)


@pytest.mark.usefixtures("themed")
def test_of_two_rebuilds_the_slower_one_writes_nothing(actor: Actor) -> None:
    seen, groups = read_and_cluster(actor)
    assert rebuilding.rebuild_themes(actor.workspace_id).applied

    assert rebuilding.write_themes(actor, seen, groups, Manner(), seconds=0.1) == (False, 3)


def test_a_workspace_of_few_signals_has_no_themes(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    ingest(*(f"export fails {number}" for number in range(29)))
    assert rebuilding.rebuild_themes(actor.workspace_id).signals == 0
    process_workspace(actor.workspace_id, embedder)

    assert themes(actor) == []
    assert not rebuilding.rebuild_themes(actor.workspace_id).applied


@pytest.mark.usefixtures("themed")
def test_another_workspace_s_theme_is_not_found(actor: Actor) -> None:
    stranger = Actor.system(make_workspace())
    export = theme_of(actor, 1)
    with transaction(stranger.workspace_id) as session:
        assert service.list_themes(session, stranger) == []
        with pytest.raises(NotFound):
            service.get_theme(session, stranger, export)
        with pytest.raises(NotFound):
            service.rename(session, stranger, export, "Mine")
        with pytest.raises(NotFound):
            service.lock(session, stranger, export)
        page = service.list_signals(session, stranger, ThemedQuery(theme_id=export)).page
        assert page.total == 0
