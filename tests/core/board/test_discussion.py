"""People comment on projects, documents and sections; who is named is told once."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import notifications
from pmflow_core.activity.comments import CommentIsDeleted, CommentIsEmpty, mentioned
from pmflow_core.board import discussion, drafts
from pmflow_core.board import service as board
from pmflow_core.board.discussion import Place
from pmflow_core.clock import utcnow
from pmflow_core.documents import service as documents
from pmflow_core.documents.service import Draft
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.workspaces.schemas import MemberRead
from tests.conftest import make_member, make_workspace

TEXT = "# Research\n\n## Key Insights\n\nSearch is gone.\n\n## Open Questions\n\n- Since when?\n"


@pytest.fixture
def lead(workspace_id: UUID) -> Actor:
    """An editor whose name holds another's."""
    return make_member(workspace_id, Role.EDITOR, "Design lead")


@pytest.fixture
def designer(workspace_id: UUID) -> Actor:
    """Another editor."""
    return make_member(workspace_id, Role.EDITOR, "Design")


@pytest.fixture
def place(session: Session, lead: Actor) -> Place:
    """The research of a project."""
    project = board.create_project(session, lead, "Bring search back")
    documents.save_version(session, lead, project.id, Draft("research", TEXT), {})
    return Place(project.key, "research")


def told(session: Session, actor: Actor) -> list[str]:
    return [item.text for item in notifications.list_notifications(session, actor).items]


def member(name: str) -> MemberRead:
    return MemberRead(
        user_id=uuid4(), name=name, email="one@example.com", role=Role.EDITOR, since=utcnow()
    )


def test_who_is_named_is_told_once_and_nobody_else(
    session: Session, place: Place, lead: Actor, designer: Actor
) -> None:
    said = discussion.say(session, lead, place, "@design is this right?", section="Key Insights")
    discussion.correct(session, lead, place, said.id, "@Design, is this right now?")

    assert len(told(session, designer)) == 1
    assert "Key Insights" in told(session, designer)[0]
    assert told(session, lead) == []


def test_a_longer_name_is_not_mistaken_for_the_shorter_in_it() -> None:
    short, long = member("Design"), member("Design lead")

    assert mentioned("ask @Design lead", [short, long]) == [long.user_id]
    assert mentioned("ask @design, please", [short, long]) == [short.user_id]
    assert mentioned("mail@design and @designers", [short, long]) == []
    assert set(mentioned("@Design lead and @Design", [short, long])) == {
        short.user_id,
        long.user_id,
    }


def test_an_edit_tells_only_who_is_named_by_it_first_viewers_too(
    session: Session, place: Place, lead: Actor, designer: Actor, viewer: Actor
) -> None:
    said = discussion.say(session, lead, place, "@Design look, @Design lead agrees")
    discussion.correct(session, lead, place, said.id, "@Design look, @Support lead too, @Nobody")
    discussion.correct(session, lead, place, said.id, "@Support lead look")
    discussion.correct(session, lead, place, said.id, "@Support lead and @Design look")

    assert [len(told(session, each)) for each in (designer, viewer, lead)] == [1, 1, 0]
    assert [
        each.text.partition(":")[0] for each in notifications.list_mentions(session, viewer)
    ] == [f"Design lead named you on Research of {place.key}"]


def test_members_who_are_called_alike_are_all_named() -> None:
    one, two = member("Design"), member("design")

    assert set(mentioned("ask @Design", [one, two])) == {one.user_id, two.user_id}


def test_an_answer_joins_the_thread_and_tells_who_began_it(
    session: Session, place: Place, lead: Actor, designer: Actor
) -> None:
    first = discussion.say(session, lead, place, "Since when?", section="Open Questions")
    second = discussion.say(session, designer, place, "Since May.", reply_to=first.id)
    discussion.say(session, designer, place, "Or June.", reply_to=second.id)

    (thread,) = discussion.list_threads(session, lead, place)
    assert [reply.text for reply in thread.replies] == ["Since May.", "Or June."]
    assert {reply.section for reply in thread.replies} == {"Open Questions"}
    assert len(told(session, lead)) == 2


def test_a_deleted_comment_comes_back_and_its_answers_keep_their_place(
    session: Session, place: Place, lead: Actor, designer: Actor, admin: Actor
) -> None:
    first = discussion.say(session, lead, place, "Wrong.")
    with pytest.raises(PermissionDenied):
        discussion.delete(session, designer, place, first.id)
    answer = discussion.say(session, designer, place, "Why?", reply_to=first.id)

    discussion.delete(session, admin, place, first.id)

    (thread,) = discussion.list_threads(session, lead, place)
    assert (thread.is_deleted, thread.text) == (True, "")
    with pytest.raises(CommentIsDeleted):
        discussion.correct(session, lead, place, first.id, "Right.")
    discussion.delete(session, designer, place, answer.id)
    assert discussion.list_threads(session, lead, place) == ()
    discussion.restore(session, admin, place, first.id)
    assert [each.text for each in discussion.list_threads(session, lead, place)] == ["Wrong."]


def test_a_thread_is_closed_and_opened_again(session: Session, place: Place, lead: Actor) -> None:
    first = discussion.say(session, lead, place, "Wrong.")

    discussion.resolve(session, lead, place, first.id, resolved=True)
    assert discussion.list_threads(session, lead, place)[0].resolved_by == lead.name
    discussion.resolve(session, lead, place, first.id, resolved=False)
    assert discussion.list_threads(session, lead, place)[0].resolved_by is None


def test_a_comment_belongs_to_its_place_and_workspace(
    session: Session, place: Place, lead: Actor, viewer: Actor
) -> None:
    project = Place(place.key)
    first = discussion.say(session, lead, place, "Wrong.")
    discussion.say(session, lead, project, "Which quarter?")

    assert [each.text for each in discussion.list_threads(session, viewer, project)] == [
        "Which quarter?"
    ]
    with pytest.raises(NotFound):
        discussion.delete(session, lead, project, first.id)
    with pytest.raises(NotFound):
        discussion.say(session, lead, place, "Where?", section="No such section")
    with pytest.raises(PermissionDenied):
        discussion.say(session, viewer, place, "May I?")
    for text in ("  ", "a" * 8_001):
        with pytest.raises(CommentIsEmpty):
            discussion.say(session, lead, place, text)
    stranger = make_member(make_workspace(), Role.ADMIN)
    assert told(session, stranger) == []


def test_a_draft_is_kept_for_its_writer_and_goes_when_it_is_saved(
    session: Session, place: Place, lead: Actor, designer: Actor
) -> None:
    key, kind = place.key, "research"
    drafts.keep_draft(session, lead, key, kind, TEXT + "One.", base=1)
    drafts.keep_draft(session, lead, key, kind, TEXT + "Two.", base=1)

    found = drafts.find_draft(session, lead, key, kind)
    assert found is not None
    assert (found.content, found.base) == (TEXT + "Two.", 1)
    assert drafts.find_draft(session, designer, key, kind) is None

    board.edit_document(session, lead, key, kind, TEXT + "Elsewhere.", base=1)
    assert drafts.find_draft(session, lead, key, kind) == found
    drafts.save_version(session, lead, key, kind, TEXT + "Two.", base=2)
    assert drafts.find_draft(session, lead, key, kind) is None


def test_a_draft_survives_somebody_elses_version(
    session: Session, place: Place, lead: Actor, designer: Actor
) -> None:
    key, kind = place.key, "research"
    drafts.keep_draft(session, lead, key, kind, TEXT + "Mine.", base=1)

    board.edit_document(session, designer, key, kind, TEXT + "Theirs.", base=1)

    found = drafts.find_draft(session, lead, key, kind)
    assert found is not None
    assert (found.content, found.base) == (TEXT + "Mine.", 1)
    drafts.keep_draft(session, lead, key, kind, TEXT, base=1)
    assert drafts.find_draft(session, lead, key, kind) is None
