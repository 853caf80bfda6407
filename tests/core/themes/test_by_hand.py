"""What people do to themes by hand: it is done at once, undone exactly, and never moved again."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.ids import uuid7
from pmflow_core.projects.service import add_project, seed_stages
from pmflow_core.themes import by_hand, overview, proposals, service
from pmflow_core.themes.by_hand import NothingToMove, SameTheme, ThemeLocked
from pmflow_core.themes.models import PlacedBy, ThemeMembership
from pmflow_core.themes.names import BadThemeName
from pmflow_core.themes.proposals import ThemeBuiltOn
from pmflow_core.themes.schemas import ThemedQuery
from tests.core.themes.conftest import Stage

Pair = tuple[UUID, list[UUID], UUID, list[UUID]]


@pytest.fixture
def pair(stage: Stage) -> Pair:
    """Two themes with their signals."""
    login, its = stage.theme("Login", ["Login fails", "Cannot log in", "No login", "Log in again"])
    search, others = stage.theme("Search", ["No search", "Search is gone", "Search fails"])
    return login, its, search, others


def placed_by(stage: Stage, theme: UUID) -> set[PlacedBy]:
    statement = select(col(ThemeMembership.placed_by)).where(col(ThemeMembership.theme_id) == theme)
    return set(stage.session.scalars(statement))


def test_moved_signals_are_the_person_s_and_go_back_exactly(stage: Stage, pair: Pair) -> None:
    login, its, search, others = pair
    before = stage.everything()
    done = by_hand.move(stage.session, stage.actor, its[:2], search)

    assert (done.moved, done.theme_id) == (2, search)
    assert stage.members(search) == {*others, *its[:2]}
    assert placed_by(stage, search) == {PlacedBy.CLUSTERING, PlacedBy.PERSON}
    assert stage.members(login) == set(its[2:])
    proposals.undo(stage.session, stage.actor, done.change_id)
    assert stage.everything() == before


def test_what_is_taken_out_counts_as_no_matter_of_work(stage: Stage, pair: Pair) -> None:
    login, its, search, _ = pair
    before = stage.everything()
    done = by_hand.move(stage.session, stage.actor, its[:1], None)

    assert stage.place(its[0]) is None
    about = overview.read_overview(stage.session, stage.actor)
    assert (about.unthemed, about.praise) == (0, 1)
    page = service.list_signals(stage.session, stage.actor, ThemedQuery(praise=True)).page
    assert [row.id for row in page.items] == its[:1]
    proposals.undo(stage.session, stage.actor, done.change_id)
    assert stage.everything() == before
    by_hand.move(stage.session, stage.actor, its[:1], None)
    by_hand.move(stage.session, stage.actor, its[:1], search)
    assert overview.read_overview(stage.session, stage.actor).praise == 0
    assert stage.place(its[0]) == search
    assert login != search


def test_a_selection_becomes_a_theme_under_a_person_s_name(stage: Stage, pair: Pair) -> None:
    login, its, _, others = pair
    before = stage.everything()
    chosen = [its[0], others[0]]
    done = by_hand.split(stage.session, stage.actor, chosen, "  Both at   once ")

    assert done.theme_id is not None
    assert stage.members(done.theme_id) == set(chosen)
    read = service.get_theme(stage.session, stage.actor, done.theme_id)
    assert (read.read.label, read.read.is_renamed) == ("Both at once", True)
    assert {other.id for other in read.lineage[0].others} >= {login}
    proposals.undo(stage.session, stage.actor, done.change_id)
    assert stage.everything() == before


def test_a_merged_theme_ends_and_comes_back_exactly(stage: Stage, pair: Pair) -> None:
    login, its, search, others = pair
    service.rename(stage.session, stage.actor, login, "Logging in")
    before = stage.everything()
    done = by_hand.merge(stage.session, stage.actor, login, search)

    assert stage.members(search) == {*its, *others}
    assert not service.get_theme(stage.session, stage.actor, login).is_active
    assert stage.lineage(search) == [("merged", [login], 4)]
    proposals.undo(stage.session, stage.actor, done.change_id)
    assert stage.everything() == before


def test_a_new_theme_that_a_person_renamed_again_stays(stage: Stage, pair: Pair) -> None:
    done = by_hand.split(stage.session, stage.actor, pair[1][:2], "New")
    assert done.theme_id is not None
    service.rename(stage.session, stage.actor, done.theme_id, "Newer")

    with pytest.raises(ThemeBuiltOn, match="Newer"):
        proposals.undo(stage.session, stage.actor, done.change_id)


def test_a_theme_with_a_project_does_not_end(stage: Stage, pair: Pair) -> None:
    seed_stages(stage.session, stage.actor.workspace_id)
    add_project(stage.session, stage.actor, "Sign in", theme_id=pair[0])

    with pytest.raises(ThemeBuiltOn):
        by_hand.merge(stage.session, stage.actor, pair[0], pair[2])


def test_locked_themes_neither_give_nor_take(stage: Stage, pair: Pair) -> None:
    login, its, search, others = pair
    service.lock(stage.session, stage.actor, search)

    with pytest.raises(ThemeLocked):
        by_hand.move(stage.session, stage.actor, its[:1], search)
    with pytest.raises(ThemeLocked):
        by_hand.split(stage.session, stage.actor, others[:1], "New")
    with pytest.raises(ThemeLocked):
        by_hand.merge(stage.session, stage.actor, login, search)


def test_what_cannot_be_is_refused(stage: Stage, pair: Pair, viewer: Actor) -> None:
    login, its, _, _ = pair
    session, actor = stage.session, stage.actor
    for wrong in ([], [uuid7()] * 1_001):
        with pytest.raises(NothingToMove):
            by_hand.move(session, actor, wrong, login)
    with pytest.raises(NothingToMove):
        by_hand.move(session, actor, its, login)
    with pytest.raises(NotFound):
        by_hand.move(session, actor, [uuid7()], login)
    with pytest.raises(NotFound):
        by_hand.move(session, actor, its, uuid7())
    with pytest.raises(SameTheme):
        by_hand.merge(session, actor, login, login)
    with pytest.raises(BadThemeName):
        by_hand.split(session, actor, its, " ")
    with pytest.raises(PermissionDenied):
        by_hand.move(session, viewer, its, None)
