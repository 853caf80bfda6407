"""Deciding on suggestions: done once, with everything it does, and taken back where that can be."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.accounts.models import AuditEntry
from pmflow_core.board import service as board
from pmflow_core.clock import utcnow
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.projects import service as project_service
from pmflow_core.projects.models import Project, ProjectStatus
from pmflow_core.signals import bulk
from pmflow_core.signals.models import Signal, SignalProject, SignalStatus
from pmflow_core.suggestions import repository as rows
from pmflow_core.suggestions import service as suggestions
from pmflow_core.suggestions.models import Suggestion, SuggestionKind, SuggestionStatus
from pmflow_core.suggestions.schemas import Proposal
from pmflow_core.themes.models import PlacedBy, Theme, ThemeMembership
from pmflow_core.triage import service as triage
from pmflow_core.triage.schemas import Change, SuggestionQuery, SuggestionSort
from pmflow_core.triage.verbs import VERBS
from tests.core.runs.staging import Desk
from tests.core.triage.conftest import Say, Suggest

KIND = SuggestionKind


def status_of(session: Session, suggestion_id: UUID) -> SuggestionStatus:
    return session.get_one(Suggestion, suggestion_id, populate_existing=True).status


def links_of(session: Session, project_id: UUID) -> list[SignalProject]:
    statement = select(SignalProject).where(col(SignalProject.project_id) == project_id)
    return list(session.scalars(statement.order_by(col(SignalProject.id))))


def actions(session: Session) -> list[str]:
    statement = select(col(AuditEntry.action)).where(col(AuditEntry.action).like("suggestion.%"))
    return list(session.scalars(statement.order_by(col(AuditEntry.id))))


def add_theme(session: Session, workspace_id: UUID, label: str, members: list[UUID]) -> UUID:
    theme = Theme(workspace_id=workspace_id, label=label, changed_at=utcnow(), centroid=[0.1] * 384)
    session.add(theme)
    session.flush()
    for signal_id in members:
        session.add(
            ThemeMembership(
                workspace_id=workspace_id,
                theme_id=theme.id,
                signal_id=signal_id,
                similarity=0.9,
                placed_by=PlacedBy.CLUSTERING,
            )
        )
    session.flush()
    return theme.id


def test_an_accepted_link_keeps_its_reason_and_confidence(
    session: Session, editor: Actor, desk: Desk, link: UUID
) -> None:
    done = triage.accept(session, editor, link)
    made = links_of(session, desk.id)[-1]

    assert (done.status, done.project_key, done.can_undo) == ("accepted", desk.key, True)
    assert (made.reason, made.confidence) == ("It says the same.", 0.7)
    assert session.get_one(Signal, made.signal_id).status is SignalStatus.LINKED
    assert actions(session) == ["suggestion.accepted"]


def test_accepting_twice_does_it_once(
    session: Session, editor: Actor, desk: Desk, link: UUID
) -> None:
    first = triage.accept(session, editor, link)
    again = triage.accept(session, editor, link)
    assert (first.is_new, again.is_new, again.outcome) == (True, False, first.outcome)
    assert len(links_of(session, desk.id)) == 4
    assert actions(session) == ["suggestion.accepted"]


def test_an_accepted_link_is_taken_back_and_proposed_again(
    session: Session, editor: Actor, desk: Desk, link: UUID
) -> None:
    triage.accept(session, editor, link)
    taken = links_of(session, desk.id)[-1].signal_id
    triage.undo(session, editor, link)
    assert len(links_of(session, desk.id)) == 3
    assert session.get_one(Signal, taken, populate_existing=True).status is SignalStatus.NEW
    assert status_of(session, link) is SuggestionStatus.PROPOSED
    assert actions(session) == ["suggestion.accepted", "suggestion.undone"]
    with pytest.raises(triage.NothingToUndo):
        triage.undo(session, editor, link)


def test_a_person_may_choose_another_project(
    session: Session, editor: Actor, desk: Desk, link: UUID
) -> None:
    other = board.create_project(session, editor, "Faster start")
    done = triage.accept(session, editor, link, Change(project_id=other.id))
    [made] = links_of(session, other.id)
    assert done.project_key == other.key
    assert (made.confidence, len(links_of(session, desk.id))) == (None, 3)
    assert session.get_one(Suggestion, link).result["changed"] is True


def test_a_project_of_another_workspace_is_not_found(
    session: Session, editor: Actor, link: UUID
) -> None:
    with pytest.raises(NotFound):
        triage.accept(session, editor, link, Change(project_id=uuid4()))


def test_a_theme_becomes_a_project_under_the_name_a_person_gives(
    session: Session, editor: Actor, say: Say, suggest: Suggest
) -> None:
    members = [say("Dark mode please"), say("A dark theme"), say("Night colours")]
    theme = add_theme(session, editor.workspace_id, "dark mode", members)
    suggested = suggest(KIND.NEW_PROJECT, theme_id=theme)
    [shown] = triage.list_suggestions(session, editor, SuggestionQuery()).items
    done = triage.accept(session, editor, suggested, Change(name="Dark theme"))

    project = session.scalars(select(Project).where(col(Project.theme_id) == theme)).one()
    assert shown.title == "New project from “dark mode”"
    assert "with its 3 signals as evidence" in shown.effects[1]
    assert (project.name, done.project_key, done.can_undo) == ("Dark theme", project.key, False)
    assert {each.signal_id for each in links_of(session, project.id)} == set(members)


def test_a_theme_that_has_a_project_by_now_gets_no_second_one(
    session: Session, editor: Actor, say: Say, suggest: Suggest
) -> None:
    theme = add_theme(session, editor.workspace_id, "dark mode", [say("Dark mode please")])
    suggested = suggest(KIND.NEW_PROJECT, theme_id=theme)
    taken = board.create_from_theme(session, editor, theme)
    done = triage.accept(session, editor, suggested)
    assert done.status is SuggestionStatus.EXPIRED
    assert done.outcome == f"The theme has the project {taken.key} already."


def test_a_prd_is_started_and_what_its_gates_refuse_is_said(
    session: Session, editor: Actor, admin: Actor, desk: Desk, suggest: Suggest
) -> None:
    suggested = suggest(KIND.GENERATE_PRD, project_id=desk.id)
    board.move(session, admin, desk.id, "discovery", "for a test")
    with pytest.raises(board.MoveRefused):
        triage.accept(session, editor, suggested)
    board.move(session, admin, desk.id, "prd", "for a test")
    done = triage.accept(session, editor, suggested)
    assert done.outcome == f"Run 1 writes the PRD of {desk.key}"
    assert done.run_id is not None


def test_an_archived_signal_comes_back_by_undo(
    session: Session, editor: Actor, say: Say, suggest: Suggest
) -> None:
    signal = say("Old news")
    suggested = suggest(KIND.ARCHIVE_SIGNAL, signal_id=signal)
    triage.accept(session, editor, suggested)
    assert session.get_one(Signal, signal).status is SignalStatus.ARCHIVED
    triage.undo(session, editor, suggested)
    assert session.get_one(Signal, signal, populate_existing=True).status is SignalStatus.NEW


def test_every_kind_of_suggestion_can_be_accepted() -> None:
    assert set(VERBS) == set(KIND)


def test_two_signals_are_merged_and_parted_again(
    session: Session, editor: Actor, say: Say, suggest: Suggest
) -> None:
    older, newer = say("The export fails"), say("Exporting fails")
    suggested = suggest(KIND.MERGE_DUPLICATE, signal_id=newer, other_signal_id=older)
    done = triage.accept(session, editor, suggested)
    assert (done.outcome, done.can_undo) == ("Merged S-2 into S-1", True)
    assert session.get_one(Signal, newer).merged_into == older
    triage.undo(session, editor, suggested)
    assert session.get_one(Signal, newer, populate_existing=True).status is SignalStatus.NEW
    assert status_of(session, suggested) is SuggestionStatus.PROPOSED


def test_a_signal_that_was_merged_meanwhile_ends_its_suggestions(
    session: Session, editor: Actor, desk: Desk, say: Say, suggest: Suggest
) -> None:
    older, newer = say("The export fails"), say("Exporting fails")
    link = suggest(KIND.LINK_SIGNAL, signal_id=newer, project_id=desk.id)
    triage.accept(
        session, editor, suggest(KIND.MERGE_DUPLICATE, signal_id=newer, other_signal_id=older)
    )
    assert triage.accept(session, editor, link).outcome == "S-5 was merged into another signal."


def test_what_a_suggestion_is_about_may_be_gone(
    session: Session, editor: Actor, desk: Desk, link: UUID
) -> None:
    project = session.get_one(Project, desk.id)
    project_service.set_status(session, editor, project, ProjectStatus.ARCHIVED)
    done = triage.accept(session, editor, link)
    assert (done.status, done.can_undo) == (SuggestionStatus.EXPIRED, False)
    assert done.outcome == f"{desk.key} is closed or deleted."
    assert len(links_of(session, desk.id)) == 3


def test_a_signal_in_the_bin_ends_its_suggestion(
    session: Session, editor: Actor, link: UUID
) -> None:
    signal = session.get_one(Suggestion, link).signal_id
    assert signal is not None
    bulk.delete(session, editor, [signal])
    assert triage.accept(session, editor, link).status is SuggestionStatus.EXPIRED


def test_what_was_dismissed_is_not_proposed_again_until_it_is_restored(
    session: Session, editor: Actor, link: UUID
) -> None:
    row = session.get_one(Suggestion, link)
    same = Proposal(row.kind, 0.9, "Again.", signal_id=row.signal_id, project_id=row.project_id)
    triage.dismiss(session, editor, link)
    assert suggestions.propose(session, editor, [same]) == []
    with pytest.raises(triage.SuggestionIsDecided, match="restore"):
        triage.accept(session, editor, link)
    triage.restore(session, editor, link)
    assert status_of(session, link) is SuggestionStatus.PROPOSED
    assert triage.accept(session, editor, link).status is SuggestionStatus.ACCEPTED


def test_a_dismissal_is_undone_like_anything_else(
    session: Session, editor: Actor, link: UUID
) -> None:
    assert triage.dismiss(session, editor, link).can_undo
    triage.undo(session, editor, link)
    assert status_of(session, link) is SuggestionStatus.PROPOSED


def test_an_expired_suggestion_can_be_restored_unless_its_like_stands(
    session: Session, editor: Actor, link: UUID
) -> None:
    row = session.get_one(Suggestion, link)
    past = update(Suggestion).values(expires_at=row.created_at - timedelta(days=1))
    session.execute(past.execution_options(synchronize_session=False))
    assert rows.expire(session) == 1
    same = Proposal(row.kind, 0.9, "Again.", signal_id=row.signal_id, project_id=row.project_id)
    [twin] = suggestions.propose(session, editor, [same])
    with pytest.raises(triage.SuggestionIsDecided, match="suggested again"):
        triage.restore(session, editor, link)
    triage.accept(session, editor, twin)
    assert triage.restore(session, editor, link).status is SuggestionStatus.PROPOSED


def test_several_are_decided_at_once_and_one_refusal_stops_no_other(
    session: Session, editor: Actor, desk: Desk, say: Say, suggest: Suggest
) -> None:
    made = [
        suggest(KIND.LINK_SIGNAL, signal_id=say(f"Search is gone {n}"), project_id=desk.id)
        for n in range(3)
    ]
    triage.dismiss(session, editor, made[1])
    done = triage.decide_many(session, editor, made, SuggestionStatus.ACCEPTED)
    assert [each.id for each in done.decided] == [made[0], made[2]]
    assert [(each.id, each.code) for each in done.refused] == [(made[1], "suggestion_is_decided")]
    assert len(links_of(session, desk.id)) == 5


def test_several_decisions_are_taken_back_at_once_but_for_those_that_cannot_be(
    session: Session, editor: Actor, desk: Desk, say: Say, suggest: Suggest
) -> None:
    linked, dismissed = (
        suggest(KIND.LINK_SIGNAL, signal_id=say(f"Search is gone {n}"), project_id=desk.id)
        for n in range(2)
    )
    made = suggest(KIND.NEW_PROJECT, signal_id=say("Exports are empty"))
    triage.decide_many(session, editor, [linked, made], SuggestionStatus.ACCEPTED)
    triage.dismiss(session, editor, dismissed)
    before = len(links_of(session, desk.id))
    done = triage.undo_many(session, editor, [linked, made, dismissed])
    assert {each.id for each in done.decided} == {linked, dismissed}
    assert [(each.id, each.code) for each in done.refused] == [(made, "suggestion_not_undoable")]
    assert len(links_of(session, desk.id)) == before - 1
    again = triage.undo_many(session, editor, [linked, dismissed])
    assert (again.decided, len(again.refused)) == ([], 2)


def test_a_viewer_takes_nothing_back(session: Session, viewer: Actor, link: UUID) -> None:
    with pytest.raises(PermissionDenied):
        triage.undo_many(session, viewer, [link])


def test_a_viewer_decides_nothing(session: Session, viewer: Actor, link: UUID) -> None:
    for verb in (triage.accept, triage.dismiss, triage.restore, triage.undo):
        with pytest.raises(PermissionDenied):
            verb(session, viewer, link)
    assert triage.count_suggestions(session, viewer) == {KIND.LINK_SIGNAL: 1}


@pytest.mark.parametrize("sort", list(SuggestionSort))
def test_pages_show_each_suggestion_once_in_order(
    session: Session,
    editor: Actor,
    desk: Desk,
    say: Say,
    suggest: Suggest,
    sort: SuggestionSort,
) -> None:
    for n in range(7):
        signal = say(f"Search is gone {n}")
        confidence = 0.5 + (n * 3 % 4) / 10
        suggest(KIND.LINK_SIGNAL, signal_id=signal, project_id=desk.id, confidence=confidence)
    whole = triage.list_suggestions(session, editor, SuggestionQuery(sort=sort)).items
    found: list[UUID] = []
    cursor = None
    while True:
        query = SuggestionQuery(sort=sort, limit=3, cursor=cursor)
        page = triage.list_suggestions(session, editor, query)
        found += [each.id for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == [each.id for each in whole]
    assert len(set(found)) == 7
    if sort is SuggestionSort.CONFIDENCE:
        assert [each.confidence for each in whole] == sorted(
            (each.confidence for each in whole), reverse=True
        )
