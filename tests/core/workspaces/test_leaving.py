"""Deleting one's account: out of every workspace or of none, and what they wrote stays."""

from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import Connection, select
from sqlmodel import col

from pmflow_core.accounts import service as accounts
from pmflow_core.accounts.actor import Role
from pmflow_core.accounts.models import AuditEntry, OAuthAccount, User, UserSession
from pmflow_core.accounts.schemas import UserRead
from pmflow_core.db.transaction import enter_workspace, transaction
from pmflow_core.workspaces import leaving
from pmflow_core.workspaces import service as workspaces
from pmflow_core.workspaces.models import Membership
from tests.conftest import make_member, make_workspace

begin = partial(transaction, None)


@pytest.fixture
def person(connection: Connection) -> UserRead:
    """Somebody with an account."""
    del connection
    with begin() as session:
        return accounts.create_user(session, "leaves@example.com", "tidy-otter-9", "Product lead")


def join(person: UserRead, role: Role, name: str = "Acme") -> UUID:
    workspace_id = make_workspace(name)
    with transaction(workspace_id) as session:
        session.add(Membership(workspace_id=workspace_id, user_id=person.id, role=role))
    return workspace_id


def delete(person: UserRead) -> None:
    with begin() as session:
        leaving.delete_account(session, enter_workspace, person.id)


def members(workspace_id: UUID) -> set[UUID]:
    with transaction(workspace_id) as session:
        return set(session.scalars(select(col(Membership.user_id))))


def test_a_person_leaves_every_workspace_and_is_forgotten(person: UserRead) -> None:
    first, second = join(person, Role.EDITOR), join(person, Role.ADMIN)
    other = make_member(second, Role.ADMIN)
    with begin() as session:
        token = accounts.open_session(session, person).token
        session.add(OAuthAccount(user_id=person.id, provider="github", subject="1", label="x"))

    delete(person)

    assert (members(first), members(second)) == (set(), {other.user_id})
    with begin() as session:
        assert accounts.find_session(session, token) is None
        for table in (UserSession, OAuthAccount):
            rows = select(table).where(col(table.user_id) == person.id)
            assert session.scalars(rows).all() == []
        user = session.get_one(User, person.id)
    assert (user.name, user.password_hash, user.is_operator) == ("Former member", None, False)
    assert "leaves" not in user.email
    with transaction(first) as session:
        (entry,) = session.scalars(select(AuditEntry))
    assert (entry.action, entry.actor_id) == ("member.removed", person.id)


def test_the_address_may_be_signed_up_with_again_by_somebody_new(person: UserRead) -> None:
    delete(person)
    with begin() as session:
        again = accounts.sign_up(session, person.email, "calm-badger-4")
    assert again.id != person.id


def test_the_last_admin_stays_everywhere_and_learns_where(person: UserRead) -> None:
    left = join(person, Role.EDITOR)
    alone = [join(person, Role.ADMIN, name) for name in ("Zeta", "Beta")]
    for workspace_id in alone:
        make_member(workspace_id, Role.EDITOR)

    with pytest.raises(workspaces.LastAdmin, match="last admin of Beta, Zeta"):
        delete(person)

    assert all(person.id in members(each) for each in (left, *alone))
    with begin() as session:
        assert session.get_one(User, person.id).name == "Product lead"
        found = leaving.sole_admin_of(session, enter_workspace, person.id)
    assert [workspace.name for workspace in found] == ["Beta", "Zeta"]


def test_of_many_workspaces_a_few_are_named(person: UserRead) -> None:
    for number in range(7):
        join(person, Role.ADMIN, f"Team {number}")
    with pytest.raises(workspaces.LastAdmin, match="Team 4 and 2 more"):
        delete(person)


def test_a_person_without_any_workspace_just_goes(person: UserRead) -> None:
    delete(person)
    with begin() as session:
        assert accounts.find_user_by_email(session, person.email) is None
