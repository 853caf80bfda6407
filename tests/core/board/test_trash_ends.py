"""Deleted saved views, records of knowledge and comments: brought back, or gone after 30 days."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlmodel import col, select

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import AuditEntry
from pmflow_core.activity.models import Comment, Notification
from pmflow_core.board import discussion, trash
from pmflow_core.board import service as board
from pmflow_core.board.discussion import Place
from pmflow_core.board.trash import TrashKind
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.knowledge import records
from pmflow_core.knowledge.models import KnowledgeRecord, KnowledgeVersion, RecordKind
from pmflow_core.knowledge.records import RecordTitleTaken
from pmflow_core.knowledge.schemas import RecordIn
from pmflow_core.saved_views import service as views
from pmflow_core.saved_views.models import SavedView
from pmflow_core.saved_views.schemas import SignalFilters, ViewIn
from pmflow_core.saved_views.service import ViewNameTaken
from pmflow_core.signals.models import Severity
from tests.conftest import make_member, make_workspace

Binned = type[SavedView] | type[KnowledgeRecord] | type[Comment]
Bin = Callable[[Session, Actor], UUID]
CRITICAL = SignalFilters(severity=Severity.CRITICAL)
SHORT_OF = timedelta(days=30) - timedelta(minutes=1)
OVER = timedelta(days=30, minutes=1)


def save(session: Session, actor: Actor, name: str = "Critical", *, shared: bool = True) -> UUID:
    return views.save(session, actor, ViewIn(name=name, is_shared=shared, filters=CRITICAL)).id


def write_down(session: Session, actor: Actor, title: str = "No dark patterns") -> UUID:
    given = RecordIn(kind=RecordKind.RULE, title=title, content="Not even one.")
    return records.add(session, actor, given).id


def bin_view(session: Session, actor: Actor) -> UUID:
    view_id = save(session, actor)
    views.delete(session, actor, view_id)
    return view_id


def bin_record(session: Session, actor: Actor) -> UUID:
    record_id = write_down(session, actor)
    records.delete(session, actor, record_id)
    return record_id


def bin_comment(session: Session, actor: Actor) -> UUID:
    project = board.create_project(session, actor, "Bring search back")
    said = discussion.say(session, actor, Place(project.key), "Is this right?")
    discussion.delete(session, actor, Place(project.key), said.id)
    return said.id


KINDS = pytest.mark.parametrize(
    ("table", "kind", "binned"),
    [
        (SavedView, "view", bin_view),
        (KnowledgeRecord, "knowledge", bin_record),
        (Comment, "comment", bin_comment),
    ],
)


def lie_for(session: Session, table: Binned, ago: timedelta) -> None:
    """Have all of a workspace's deleted rows lie in the trash for so long."""
    deleted = col(table.deleted_at)
    session.execute(update(table).where(deleted.is_not(None)).values(deleted_at=utcnow() - ago))


def ids(session: Session, table: Binned) -> list[UUID]:
    return list(session.scalars(select(col(table.id))))


def listed(session: Session, actor: Actor, kind: TrashKind) -> list[tuple[str, str | None]]:
    return [(each.name, each.by) for each in trash.list_trash(session, actor, kind)]


@KINDS
def test_it_is_erased_after_thirty_days_and_not_before(
    session: Session, admin: Actor, table: Binned, kind: str, binned: Bin
) -> None:
    item = binned(session, admin)
    lie_for(session, table, SHORT_OF)
    assert trash.erase_old(session, admin)[kind] == 0
    assert ids(session, table) == [item]

    lie_for(session, table, OVER)
    assert trash.erase_old(session, admin)[kind] == 1
    assert trash.erase_old(session, admin)[kind] == 0

    assert ids(session, table) == []
    erased = col(AuditEntry.action) == f"{kind}.erased"
    assert session.scalars(select(AuditEntry.target).where(erased)).all() == ["1 from the trash"]


@KINDS
def test_what_lives_is_not_erased_however_old(
    session: Session, admin: Actor, table: Binned, kind: str, binned: Bin
) -> None:
    item = binned(session, admin)
    long_ago = utcnow() - timedelta(days=99)
    session.execute(update(table).values(deleted_at=None, created_at=long_ago))
    assert trash.erase_old(session, admin)[kind] == 0
    assert ids(session, table) == [item]


def test_another_workspaces_rows_are_not_erased(admin: Actor) -> None:
    tables = ((bin_view, SavedView), (bin_record, KnowledgeRecord), (bin_comment, Comment))
    with transaction(admin.workspace_id) as session:
        for binned, table in tables:
            binned(session, admin)
            lie_for(session, table, OVER)
    stranger = make_member(make_workspace("Other"), Role.ADMIN)
    with transaction(stranger.workspace_id) as session:
        for kind in (TrashKind.VIEW, TrashKind.KNOWLEDGE):
            assert listed(session, stranger, kind) == []
        assert not any(trash.erase_old(session, stranger).values())
    with transaction(admin.workspace_id) as session:
        assert [len(ids(session, table)) for _, table in tables] == [1, 1, 1]


def test_a_record_of_knowledge_goes_with_its_versions(session: Session, admin: Actor) -> None:
    item = bin_record(session, admin)
    trash.erase(session, admin, TrashKind.KNOWLEDGE, item)
    assert session.scalars(select(KnowledgeVersion)).all() == []


def test_views_and_records_are_listed_and_come_back_live(
    session: Session, editor: Actor, viewer: Actor
) -> None:
    view, record = bin_view(session, editor), bin_record(session, editor)
    assert listed(session, viewer, TrashKind.VIEW) == [("Critical", editor.name)]
    assert listed(session, viewer, TrashKind.KNOWLEDGE) == [("No dark patterns", editor.name)]
    counts = trash.count_trash(session, viewer)
    assert (counts[TrashKind.VIEW], counts[TrashKind.KNOWLEDGE]) == (1, 1)

    trash.restore(session, editor, TrashKind.VIEW, view)
    trash.restore(session, editor, TrashKind.KNOWLEDGE, record)

    assert [each.id for each in views.list_views(session, viewer)] == [view]
    assert [each.id for each in records.list_records(session, viewer)] == [record]
    assert not any(trash.count_trash(session, viewer).values())
    for table in (SavedView, KnowledgeRecord):
        row = session.scalars(select(table)).one()
        assert (row.deleted_at, row.deleted_by) == (None, None)


def test_what_lost_its_name_meanwhile_stays_in_the_trash(session: Session, editor: Actor) -> None:
    view, record = bin_view(session, editor), bin_record(session, editor)
    save(session, editor)
    write_down(session, editor)
    with pytest.raises(ViewNameTaken):
        trash.restore(session, editor, TrashKind.VIEW, view)
    with pytest.raises(RecordTitleTaken):
        trash.restore(session, editor, TrashKind.KNOWLEDGE, record)
    assert len(listed(session, editor, TrashKind.VIEW)) == 1
    assert len(listed(session, editor, TrashKind.KNOWLEDGE)) == 1


@pytest.mark.parametrize(
    ("kind", "binned"), [(TrashKind.VIEW, bin_view), (TrashKind.KNOWLEDGE, bin_record)]
)
def test_editors_restore_and_only_admins_erase(
    session: Session, editor: Actor, viewer: Actor, admin: Actor, kind: TrashKind, binned: Bin
) -> None:
    item = binned(session, editor)
    with pytest.raises(PermissionDenied):
        trash.restore(session, viewer, kind, item)
    for actor in (viewer, editor):
        with pytest.raises(PermissionDenied):
            trash.erase(session, actor, kind, item)
    trash.erase(session, admin, kind, item)
    assert listed(session, admin, kind) == []
    with pytest.raises(NotFound):
        trash.restore(session, editor, kind, item)


def test_a_private_view_lies_in_its_owners_trash_alone(
    session: Session, editor: Actor, admin: Actor, workspace_id: UUID
) -> None:
    view = save(session, editor, "My own", shared=False)
    views.delete(session, editor, view)
    for stranger in (admin, Actor.system(workspace_id)):
        assert listed(session, stranger, TrashKind.VIEW) == []
        assert trash.count_trash(session, stranger)[TrashKind.VIEW] == 0
        with pytest.raises(NotFound, match="not in the trash"):
            trash.restore(session, stranger, TrashKind.VIEW, view)
        with pytest.raises(NotFound, match="not in the trash"):
            trash.erase(session, stranger, TrashKind.VIEW, view)
    assert listed(session, editor, TrashKind.VIEW) == [("My own", editor.name)]
    trash.restore(session, editor, TrashKind.VIEW, view)
    assert [each.id for each in views.list_views(session, editor)] == [view]


def test_maintenance_erases_private_views_as_well(
    session: Session, editor: Actor, workspace_id: UUID
) -> None:
    views.delete(session, editor, save(session, editor, "My own", shared=False))
    lie_for(session, SavedView, OVER)
    assert trash.erase_old(session, Actor.system(workspace_id))["view"] == 1
    assert ids(session, SavedView) == []


@pytest.fixture
def place(session: Session, editor: Actor) -> Place:
    """A project that people talk about."""
    return Place(board.create_project(session, editor, "Bring search back").key)


def test_a_comment_that_was_answered_loses_its_words_and_the_answer_stays(
    session: Session, editor: Actor, admin: Actor, place: Place
) -> None:
    first = discussion.say(session, editor, place, f"@{admin.name} is this right?")
    answer = discussion.say(session, admin, place, "It is.", reply_to=first.id)
    discussion.delete(session, editor, place, first.id)
    lie_for(session, Comment, OVER)

    assert trash.erase_old(session, admin)["comment"] == 1
    assert trash.erase_old(session, admin)["comment"] == 0

    row = session.get_one(Comment, first.id, populate_existing=True)
    assert (row.text, row.mentions) == ("", [])
    assert "right" not in str(session.scalars(select(Notification.text)).all())
    [thread] = discussion.list_threads(session, admin, place)
    assert (thread.is_deleted, [each.text for each in thread.replies]) == (True, ["It is."])
    with pytest.raises(NotFound, match="erased"):
        discussion.restore(session, editor, place, first.id)

    discussion.delete(session, admin, place, answer.id)
    lie_for(session, Comment, OVER)
    assert [trash.erase_old(session, admin)["comment"] for _ in range(3)] == [1, 1, 0]
    assert ids(session, Comment) == []


def test_an_answer_that_was_deleted_later_outlives_what_it_answered(
    session: Session, editor: Actor, admin: Actor, place: Place
) -> None:
    first = discussion.say(session, editor, place, "Is this right?")
    answer = discussion.say(session, editor, place, "It is.", reply_to=first.id)
    discussion.delete(session, editor, place, first.id)
    lie_for(session, Comment, OVER)
    discussion.delete(session, editor, place, answer.id)

    assert trash.erase_old(session, admin)["comment"] == 1

    discussion.restore(session, editor, place, answer.id)
    assert session.get_one(Comment, answer.id, populate_existing=True).text == "It is."
