"""Members: who may change whom, and that an admin stays."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import AuditEntry
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.workspaces import service
from tests.conftest import make_member, make_user, make_workspace


@pytest.fixture
def committed_workspace_id(database: Engine) -> Iterator[UUID]:
    """A workspace that is really committed, for threads."""
    configure(database)
    yield make_workspace()
    database.dispose()


def change_role(actor: Actor, user_id: UUID | None, role: Role) -> None:
    assert user_id is not None
    with transaction(actor.workspace_id) as session:
        service.change_role(session, actor, user_id, role)


def remove(actor: Actor, user_id: UUID | None) -> None:
    assert user_id is not None
    with transaction(actor.workspace_id) as session:
        service.remove_member(session, actor, user_id)


def roles(actor: Actor) -> dict[UUID, Role]:
    with transaction(actor.workspace_id) as session:
        return {m.user_id: m.role for m in service.list_members(session, actor)}


def test_every_member_sees_the_members_by_name(admin: Actor, viewer: Actor) -> None:
    with transaction(viewer.workspace_id) as session:
        members = service.list_members(session, viewer)
    assert [member.name for member in members] == ["Support lead", "Workspace admin"]
    assert [member.role for member in members] == [Role.VIEWER, Role.ADMIN]
    assert admin.user_id == members[1].user_id


def test_an_admin_adds_a_person_once(admin: Actor) -> None:
    with transaction(admin.workspace_id) as session:
        user_id = make_user(session).id
        service.add_member(session, admin, user_id, Role.EDITOR)
        with pytest.raises(service.AlreadyMember):
            service.add_member(session, admin, user_id, Role.ADMIN)
    assert roles(admin)[user_id] is Role.EDITOR


def test_a_changed_role_counts_at_once_and_is_audited(admin: Actor, editor: Actor) -> None:
    change_role(admin, editor.user_id, Role.VIEWER)
    assert editor.user_id is not None
    assert roles(admin)[editor.user_id] is Role.VIEWER
    with transaction(admin.workspace_id) as session:
        entry = session.scalars(
            select(AuditEntry).where(col(AuditEntry.action) == "member.role_changed")
        ).one()
    assert entry.detail == {"before": "editor", "after": "viewer"}
    assert entry.actor_id == admin.user_id


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_nobody_below_admin_changes_members(admin: Actor, role: Role) -> None:
    actor = make_member(admin.workspace_id, role)
    with pytest.raises(PermissionDenied):
        change_role(actor, actor.user_id, Role.ADMIN)
    with pytest.raises(PermissionDenied):
        remove(actor, admin.user_id)
    with transaction(actor.workspace_id) as session, pytest.raises(PermissionDenied):
        service.add_member(session, actor, uuid4(), Role.VIEWER)


def test_everybody_may_leave(admin: Actor, viewer: Actor) -> None:
    remove(viewer, viewer.user_id)
    assert viewer.user_id not in roles(admin)


def test_the_last_admin_stays_one(admin: Actor, editor: Actor) -> None:
    with pytest.raises(service.LastAdmin):
        change_role(admin, admin.user_id, Role.EDITOR)
    with pytest.raises(service.LastAdmin):
        remove(admin, admin.user_id)
    change_role(admin, admin.user_id, Role.ADMIN)
    change_role(admin, editor.user_id, Role.ADMIN)
    change_role(admin, admin.user_id, Role.VIEWER)
    assert list(roles(admin).values()).count(Role.ADMIN) == 1


def test_a_member_of_another_workspace_is_not_found(admin: Actor) -> None:
    stranger = make_member(make_workspace("Other"), Role.EDITOR)
    with pytest.raises(NotFound):
        change_role(admin, stranger.user_id, Role.ADMIN)
    with pytest.raises(NotFound):
        remove(admin, stranger.user_id)
    assert list(roles(stranger).values()) == [Role.EDITOR]


def test_two_admins_who_remove_each_other_leave_one(committed_workspace_id: UUID) -> None:
    first = make_member(committed_workspace_id, Role.ADMIN)
    second = make_member(committed_workspace_id, Role.ADMIN)
    start = Barrier(2)

    def demote(pair: tuple[Actor, Actor]) -> bool:
        start.wait()
        try:
            change_role(pair[0], pair[1].user_id, Role.VIEWER)
        except service.LastAdmin:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(demote, [(first, second), (second, first)])) == 1
    assert list(roles(first).values()).count(Role.ADMIN) == 1
