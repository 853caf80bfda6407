"""Proposals reviewed: applied as shown, dismissed for good, undone exactly."""

from uuid import UUID

import pytest

from pmflow_core.accounts.actor import Actor
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.ids import uuid7
from pmflow_core.projects.service import add_project, seed_stages
from pmflow_core.signals import bulk
from pmflow_core.themes import by_hand, changes, proposal_reads, proposals, service
from pmflow_core.themes.models import PlacedBy, ProposalKind, ProposalStatus
from pmflow_core.themes.proposals import ProposalDecided, ProposalOutdated, ThemeBuiltOn
from pmflow_core.themes.stored import NewTheme
from tests.core.themes.conftest import Stage

TEXTS = [f"Export fails on page {number}" for number in range(6)]


@pytest.fixture
def split(stage: Stage) -> tuple[UUID, UUID, list[UUID], UUID]:
    """A proposal to split four of six signals off a theme: it, the theme, signals, the new one."""
    theme, ids = stage.theme("Export", TEXTS)
    made = NewTheme(id=uuid7(), label="Export of pages", keywords=["page"])
    moves = [(signal, theme, made.id) for signal in ids[:4]]
    return stage.propose(ProposalKind.SPLIT, moves, made=made), theme, ids, made.id


@pytest.fixture
def merge(stage: Stage) -> tuple[UUID, UUID, UUID, list[UUID]]:
    """A proposal to merge one theme into another: it, the theme that ends, the other, signals."""
    ending, ids = stage.theme("Login", ["Login fails", "Cannot log in", "No login"])
    into, _ = stage.theme("Sign-in", ["Sign-in fails", "Cannot sign in", "No sign-in"])
    moves = [(signal, ending, into) for signal in ids]
    return stage.propose(ProposalKind.MERGE, moves, ends=ending), ending, into, ids


def test_a_split_is_shown_with_both_sides_and_words_of_each(
    stage: Stage, split: tuple[UUID, UUID, list[UUID], UUID], viewer: Actor
) -> None:
    proposal, theme, _, made = split
    (read,) = proposal_reads.list_proposals(stage.session, viewer)

    assert (read.id, read.signals, read.documents) == (proposal, 4, [])
    now, new = read.sides
    assert (now.theme.id, now.now, now.after, now.is_new) == (theme, 6, 2, False)
    assert (new.theme.id, new.now, new.after, new.is_new) == (made, 0, 4, True)
    assert {quote.text for quote in now.quotes} == set(TEXTS[4:])
    assert {quote.text for quote in new.quotes} < set(TEXTS[:4])
    assert proposal_reads.count_proposals(stage.session, viewer) == 1


def test_an_applied_split_moves_what_was_shown_and_is_undone_exactly(
    stage: Stage, split: tuple[UUID, UUID, list[UUID], UUID]
) -> None:
    proposal, theme, ids, made = split
    before = stage.everything()
    assert proposals.apply(stage.session, stage.actor, proposal) == 4

    assert stage.members(made) == set(ids[:4])
    assert stage.members(theme) == set(ids[4:])
    assert stage.lineage(made) == [("formed", [theme], 4)]
    assert stage.lineage(theme) == [("split", [made], 4)]
    detail = service.get_theme(stage.session, stage.actor, made)
    assert detail.read.label == "Export of pages"
    assert [other.label for other in detail.lineage[0].others] == ["Export"]
    assert proposals.undo(stage.session, stage.actor, proposal) == 4
    assert stage.everything() == before
    assert stage.lineage(made)[1:] == [("retired", [theme], 4)]


def test_an_applied_merger_ends_a_theme_that_says_where_its_signals_went(
    stage: Stage, merge: tuple[UUID, UUID, UUID, list[UUID]]
) -> None:
    proposal, ending, into, ids = merge
    before = stage.everything()
    proposals.apply(stage.session, stage.actor, proposal)

    assert set(ids) < stage.members(into)
    detail = service.get_theme(stage.session, stage.actor, ending)
    assert not detail.is_active
    assert [(entry.kind.value, entry.signals) for entry in detail.lineage] == [("retired", 3)]
    assert [other.id for other in detail.lineage[0].others] == [into]
    proposals.undo(stage.session, stage.actor, proposal)
    assert stage.everything() == before
    assert stage.lineage(ending)[-1] == ("restored", [into], 3)


def test_what_people_changed_since_is_left_alone(
    stage: Stage, split: tuple[UUID, UUID, list[UUID], UUID]
) -> None:
    proposal, theme, ids, made = split
    other, _ = stage.theme("Search", ["No search", "Search fails", "Search is gone"])
    by_hand.move(stage.session, stage.actor, [ids[0]], other)
    assert proposals.apply(stage.session, stage.actor, proposal) == 3

    assert stage.place(ids[0]) == other
    by_hand.move(stage.session, stage.actor, [ids[1]], other)
    assert proposals.undo(stage.session, stage.actor, proposal) == 2
    assert stage.place(ids[1]) == other
    assert stage.members(theme) == set(ids[2:])
    assert stage.members(made) == set()


def test_what_joined_the_new_theme_since_goes_where_the_others_go(
    stage: Stage, split: tuple[UUID, UUID, list[UUID], UUID]
) -> None:
    proposal, theme, ids, made = split
    _, (late, _, _) = stage.theme("Search", ["No search", "Search fails", "Search is gone"])
    proposals.apply(stage.session, stage.actor, proposal)
    by_hand.move(stage.session, stage.actor, [late], made)
    proposals.undo(stage.session, stage.actor, proposal)

    assert stage.members(theme) == {*ids, late}
    place = changes.places_of(stage.session, [late])[late]
    assert place.placed_by is PlacedBy.PERSON


def test_too_few_signals_make_no_theme(
    stage: Stage, split: tuple[UUID, UUID, list[UUID], UUID]
) -> None:
    proposal, _, ids, _ = split
    bulk.archive(stage.session, stage.actor, ids[:2])

    with pytest.raises(ProposalOutdated):
        proposals.apply(stage.session, stage.actor, proposal)


def test_a_locked_theme_is_not_changed_by_a_proposal(
    stage: Stage, split: tuple[UUID, UUID, list[UUID], UUID]
) -> None:
    proposal, theme, _, _ = split
    service.lock(stage.session, stage.actor, theme)

    with pytest.raises(ProposalOutdated):
        proposals.apply(stage.session, stage.actor, proposal)


def test_a_theme_that_people_built_on_since_does_not_end(
    stage: Stage, merge: tuple[UUID, UUID, UUID, list[UUID]]
) -> None:
    proposal, ending, _, _ = merge
    service.rename(stage.session, stage.actor, ending, "Logging in")

    with pytest.raises(ThemeBuiltOn):
        proposals.apply(stage.session, stage.actor, proposal)


def test_a_new_theme_with_a_project_is_not_undone(
    stage: Stage, split: tuple[UUID, UUID, list[UUID], UUID]
) -> None:
    proposal, _, _, made = split
    seed_stages(stage.session, stage.actor.workspace_id)
    proposals.apply(stage.session, stage.actor, proposal)
    add_project(stage.session, stage.actor, "Pages", theme_id=made)

    with pytest.raises(ThemeBuiltOn, match="Export of pages"):
        proposals.undo(stage.session, stage.actor, proposal)


def test_each_decision_is_made_once(
    stage: Stage, split: tuple[UUID, UUID, list[UUID], UUID]
) -> None:
    proposal = split[0]
    with pytest.raises(ProposalDecided):
        proposals.undo(stage.session, stage.actor, proposal)
    proposals.dismiss(stage.session, stage.actor, proposal)
    with pytest.raises(ProposalDecided):
        proposals.apply(stage.session, stage.actor, proposal)
    with pytest.raises(ProposalDecided):
        proposals.dismiss(stage.session, stage.actor, proposal)
    assert proposals.undo(stage.session, stage.actor, proposal) == 0
    proposals.apply(stage.session, stage.actor, proposal)
    proposals.undo(stage.session, stage.actor, proposal)
    with pytest.raises(ProposalDecided):
        proposals.undo(stage.session, stage.actor, proposal)
    read = proposal_reads.get_proposal(stage.session, stage.actor, proposal)
    assert read.status is ProposalStatus.UNDONE
    assert read.decided_at is not None


def test_viewers_decide_nothing_and_strangers_find_nothing(
    stage: Stage, split: tuple[UUID, UUID, list[UUID], UUID], viewer: Actor
) -> None:
    for decide in (proposals.apply, proposals.dismiss, proposals.undo):
        with pytest.raises(PermissionDenied):
            decide(stage.session, viewer, split[0])
        with pytest.raises(NotFound):
            decide(stage.session, stage.actor, uuid7())
