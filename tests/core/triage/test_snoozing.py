"""What a person puts off is gone from their inbox, and only theirs, until the database says so."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import notifications, snooze_rows, snoozes
from pmflow_core.activity.notifications import NAMED, Notice
from pmflow_core.activity.snoozes import SnoozeNeedsPerson, SnoozeTimeWrong, Thing, ThingKind
from pmflow_core.board import service as board
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound
from pmflow_core.triage import inbox, snoozing
from pmflow_core.triage import service as triage
from pmflow_core.triage.schemas import SuggestionQuery
from tests.core.runs.staging import RESEARCH, Desk, MakeEngine, make_engine

__all__ = ["make_engine"]
HOUR = timedelta(hours=1)


def let_it_pass(session: Session) -> None:
    """Let the time be over until which things were put off."""
    session.execute(text("update snoozes set until = now() - interval '1 second'"))


def listed(session: Session, actor: Actor, snoozed: bool | None) -> int:
    query = SuggestionQuery(snoozed=snoozed)
    return len(triage.list_suggestions(session, actor, query).items)


def test_a_suggestion_put_off_is_gone_for_one_person_and_comes_back_new(
    link: UUID, editor: Actor, viewer: Actor, session: Session
) -> None:
    thing = Thing(ThingKind.SUGGESTION, link)
    assert snoozing.snooze(session, editor, thing, utcnow() + HOUR) is None

    assert (listed(session, editor, False), listed(session, editor, True)) == (0, 1)
    assert (listed(session, viewer, False), listed(session, viewer, True)) == (1, 0)
    assert listed(session, editor, None) == 1
    assert inbox.count_waiting(session, editor) == 0
    assert inbox.count_waiting(session, viewer) == 1

    let_it_pass(session)
    assert (listed(session, editor, False), inbox.count_waiting(session, editor)) == (1, 1)
    [back] = snoozes.list_snoozes(session, editor)
    assert (back.is_over, back.is_seen) == (True, False)
    assert snoozes.see(session, editor, thing)
    assert not snoozes.see(session, editor, thing)
    assert snoozes.list_snoozes(session, editor)[0].is_seen


def test_putting_off_again_tells_the_time_before_and_taking_back_ends_it(
    link: UUID, editor: Actor, session: Session
) -> None:
    thing = Thing(ThingKind.SUGGESTION, link)
    first = utcnow() + HOUR
    snoozing.snooze(session, editor, thing, first)
    assert snoozing.snooze(session, editor, thing, first + HOUR) == first
    assert len(snoozes.list_snoozes(session, editor)) == 1

    assert snoozes.wake(session, editor, thing)
    assert not snoozes.wake(session, editor, thing)
    assert listed(session, editor, False) == 1


@pytest.mark.parametrize("days", [-1, 367])
def test_a_time_that_is_over_or_years_away_is_refused(
    link: UUID, editor: Actor, session: Session, days: int
) -> None:
    thing = Thing(ThingKind.SUGGESTION, link)
    with pytest.raises(SnoozeTimeWrong):
        snoozing.snooze(session, editor, thing, utcnow() + timedelta(days=days))


def test_a_program_has_no_inbox(link: UUID, workspace_id: UUID, session: Session) -> None:
    program = Actor(workspace_id, Role.ADMIN)
    thing = Thing(ThingKind.SUGGESTION, link)
    with pytest.raises(SnoozeNeedsPerson):
        snoozing.snooze(session, program, thing, utcnow() + HOUR)
    assert snoozes.list_snoozes(session, program) == []
    assert listed(session, program, True) == 0
    assert listed(session, program, False) == 1


@pytest.mark.parametrize("kind", list(ThingKind))
def test_what_is_not_there_cannot_be_put_off(
    editor: Actor, session: Session, kind: ThingKind
) -> None:
    with pytest.raises(NotFound):
        snoozing.snooze(session, editor, Thing(kind, uuid4()), utcnow() + HOUR)


def test_a_project_that_begins_to_wait_anew_is_back_before_its_time(
    desk: Desk, admin: Actor, make_engine: MakeEngine
) -> None:
    with transaction(admin.workspace_id) as session:
        board.move(session, admin, desk.id, "discovery", "for a test")
        run = board.start_run(session, admin, desk.id).id
    make_engine(RESEARCH).execute(run, "worker")
    thing = Thing(ThingKind.PROJECT, desk.id)
    with transaction(admin.workspace_id) as session:
        snoozing.snooze(session, admin, thing, utcnow() + HOUR)
        [waiting] = inbox.read_waiting(session, admin)
        assert waiting.snoozed_until is not None
        assert inbox.count_waiting(session, admin) == 0
        session.execute(text("update snoozes set snoozed_at = snoozed_at - interval '1 hour'"))
        [waiting] = inbox.read_waiting(session, admin)
        assert waiting.snoozed_until is None
        assert inbox.count_waiting(session, admin) == 1


def test_a_mention_put_off_is_not_unread_until_it_is_back(
    editor: Actor, viewer: Actor, session: Session
) -> None:
    assert viewer.user_id is not None
    notice = Notice("comment-1-named", NAMED, "Product lead named you on ACM-1: look", None)
    notifications.tell(session, editor, notice, [viewer.user_id])
    [mention] = notifications.list_mentions(session, viewer)
    thing = Thing(ThingKind.MENTION, mention.id)
    assert inbox.count_waiting(session, viewer) == 1

    snoozing.snooze(session, viewer, thing, utcnow() + HOUR)
    assert notifications.mark_read(session, viewer) == 0
    told = notifications.list_notifications(session, viewer)
    assert (told.unread, [each.is_read for each in told.items]) == (0, [True])
    assert notifications.list_mentions(session, viewer) == []
    assert [each.id for each in notifications.list_mentions(session, viewer, snoozed=True)] == [
        mention.id
    ]
    assert inbox.count_waiting(session, viewer) == 0

    let_it_pass(session)
    told = notifications.list_notifications(session, viewer)
    assert (told.unread, [each.is_read for each in told.items]) == (1, [False])
    assert inbox.count_waiting(session, viewer) == 1
    with pytest.raises(NotFound):
        snoozing.snooze(session, editor, thing, utcnow() + HOUR)


def test_what_is_back_is_told_once(link: UUID, editor: Actor, session: Session) -> None:
    snoozing.snooze(session, editor, Thing(ThingKind.SUGGESTION, link), utcnow() + HOUR)
    assert snoozes.tell_due(session) == 0
    assert snooze_rows.with_due(session) == []
    let_it_pass(session)
    assert snooze_rows.with_due(session) == [editor.workspace_id]
    assert snoozes.tell_due(session) == 1
    assert snoozes.tell_due(session) == 0


def test_a_read_mention_is_unread_again_when_that_is_taken_back(
    editor: Actor, viewer: Actor, session: Session
) -> None:
    assert viewer.user_id is not None
    notice = Notice("comment-2-named", NAMED, "Product lead named you on ACM-1: look", None)
    notifications.tell(session, editor, notice, [viewer.user_id])
    [mention] = notifications.list_mentions(session, viewer)
    notifications.mark_read(session, viewer, [mention.id])
    assert notifications.count_mentions(session, viewer) == 0
    assert notifications.mark_unread(session, viewer, mention.id)
    assert not notifications.mark_unread(session, viewer, mention.id)
    assert not notifications.mark_unread(session, editor, mention.id)
    assert notifications.count_mentions(session, viewer) == 1
