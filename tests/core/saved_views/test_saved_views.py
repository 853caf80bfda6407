"""Saved views: one's own are seen by nobody else, shared ones by all and changed by editors."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import AuditEntry
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.saved_views import service
from pmflow_core.saved_views.schemas import SignalFilters, ViewEdit, ViewIn, ViewRead
from pmflow_core.saved_views.service import ViewNameTaken, ViewNeedsPerson, ViewShowsAll
from pmflow_core.signals.models import Severity, SignalStatus, Source
from pmflow_core.signals.schemas import SignalSort

CRITICAL = SignalFilters(severity=Severity.CRITICAL)
FILTERS = st.builds(
    SignalFilters,
    q=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
    status=st.none() | st.sampled_from(SignalStatus),
    severity=st.none() | st.sampled_from(Severity),
    source=st.none() | st.sampled_from(Source),
    theme=st.none() | st.just("none") | st.uuids(),
    since=st.none() | st.sampled_from([7, 30, 90]),
    sort=st.sampled_from(SignalSort),
)


def save(
    session: Session,
    actor: Actor,
    name: str = "Mine",
    filters: SignalFilters = CRITICAL,
    *,
    shared: bool = False,
) -> ViewRead:
    return service.save(session, actor, ViewIn(name=name, is_shared=shared, filters=filters))


def names(session: Session, actor: Actor) -> list[str]:
    return [view.name for view in service.list_views(session, actor)]


def audited(session: Session, view: ViewRead) -> list[tuple[str, dict[str, object]]]:
    of_view = col(AuditEntry.target) == str(view.id)
    statement = select(AuditEntry).where(of_view).order_by(col(AuditEntry.id))
    return [(entry.action, entry.detail) for entry in session.scalars(statement)]


def test_shared_views_come_first_and_private_ones_are_their_owners_alone(
    session: Session, editor: Actor, viewer: Actor, admin: Actor
) -> None:
    own = save(session, viewer, "a viewer's own")
    save(session, editor, "zeal", shared=True)
    save(session, editor, "Ardour", shared=True)
    save(session, editor, "an editor's own")
    assert names(session, viewer) == ["Ardour", "zeal", "a viewer's own"]
    assert names(session, editor) == ["Ardour", "zeal", "an editor's own"]
    assert names(session, admin) == ["Ardour", "zeal"]
    for verb in (service.read_view, service.delete, service.restore):
        with pytest.raises(NotFound):
            verb(session, admin, own.id)
    with pytest.raises(NotFound):
        service.edit(session, admin, own.id, ViewEdit(name="Taken over"))


def test_a_viewer_shares_nothing_and_changes_nothing_shared(
    session: Session, editor: Actor, viewer: Actor
) -> None:
    with pytest.raises(PermissionDenied):
        save(session, viewer, shared=True)
    own = save(session, viewer)
    assert own.may_change
    with pytest.raises(PermissionDenied):
        service.edit(session, viewer, own.id, ViewEdit(is_shared=True))
    shared = save(session, editor, "Ours", shared=True)
    assert not service.read_view(session, viewer, shared.id).may_change
    with pytest.raises(PermissionDenied):
        service.edit(session, viewer, shared.id, ViewEdit(name="x"))
    for verb in (service.delete, service.restore):
        with pytest.raises(PermissionDenied):
            verb(session, viewer, shared.id)


def test_any_editor_changes_a_shared_view_and_only_its_owner_takes_it_back(
    session: Session, editor: Actor, admin: Actor
) -> None:
    shared = save(session, editor, "Ours", shared=True)
    renamed = service.edit(session, admin, shared.id, ViewEdit(name="All of ours"))
    assert (renamed.name, renamed.filters, renamed.is_own) == ("All of ours", CRITICAL, False)
    with pytest.raises(PermissionDenied):
        service.edit(session, admin, shared.id, ViewEdit(is_shared=False))
    service.edit(session, editor, shared.id, ViewEdit(is_shared=False))
    assert names(session, admin) == []


def test_a_name_is_taken_once_among_the_shared_and_once_among_ones_own(
    session: Session, editor: Actor, viewer: Actor
) -> None:
    save(session, editor, "Churn", shared=True)
    own = save(session, editor, "Churn")
    save(session, viewer, "Churn")
    for shared in (True, False):
        with pytest.raises(ViewNameTaken, match="Churn"):
            save(session, editor, " Churn ", shared=shared)
    with pytest.raises(ViewNameTaken):
        service.edit(session, editor, own.id, ViewEdit(is_shared=True))
    assert not service.read_view(session, editor, own.id).is_shared


def test_what_was_deleted_comes_back_unless_its_name_is_taken(
    session: Session, editor: Actor
) -> None:
    gone = save(session, editor)
    service.delete(session, editor, gone.id)
    with pytest.raises(NotFound):
        service.read_view(session, editor, gone.id)
    with pytest.raises(NotFound):
        service.delete(session, editor, gone.id)
    other = save(session, editor)
    with pytest.raises(ViewNameTaken):
        service.restore(session, editor, gone.id)
    service.delete(session, editor, other.id)
    assert service.restore(session, editor, gone.id) == gone


def test_a_view_narrows_or_orders_something(session: Session, editor: Actor) -> None:
    with pytest.raises(ViewShowsAll):
        save(session, editor, filters=SignalFilters(q="  "))
    view = save(session, editor, filters=SignalFilters(sort=SignalSort.OLDEST))
    with pytest.raises(ViewShowsAll):
        service.edit(session, editor, view.id, ViewEdit(filters=SignalFilters()))


def test_a_program_keeps_shared_views_only(session: Session, workspace_id: UUID) -> None:
    key = Actor(workspace_id, Role.EDITOR, None, "A feed")
    with pytest.raises(ViewNeedsPerson):
        save(session, key)
    shared = save(session, key, "Feed", shared=True)
    assert not shared.is_own
    with pytest.raises(PermissionDenied):
        service.edit(session, key, shared.id, ViewEdit(is_shared=False))
    with pytest.raises(NotFound):
        service.read_view(session, key, uuid4())


def test_the_audit_log_tells_what_changed_and_nothing_of_private_views(
    session: Session, editor: Actor
) -> None:
    view = save(session, editor, "Leave the market")
    service.edit(session, editor, view.id, ViewEdit(name="Leave the market now"))
    service.edit(session, editor, view.id, ViewEdit(name="Ours", is_shared=True))
    service.edit(session, editor, view.id, ViewEdit(name="All of ours"))
    service.edit(session, editor, view.id, ViewEdit(name="All of ours"))
    service.delete(session, editor, view.id)
    told = audited(session, view)
    assert [action for action, _ in told] == [
        "view.saved",
        "view.edited",
        "view.shared",
        "view.edited",
        "view.deleted",
    ]
    assert [detail for _, detail in told[:2]] == [{"private": True}] * 2
    assert told[2][1] == {"name": "Ours"}
    assert told[3][1]["name"] == {"before": "Ours", "after": "All of ours"}
    assert "Leave" not in str(told)


@given(filters=FILTERS)
def test_filters_come_back_as_they_were_kept(filters: SignalFilters) -> None:
    assert SignalFilters.model_validate(filters.kept()) == filters
