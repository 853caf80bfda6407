"""API keys: shown once, kept hashed, bound to one workspace."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from pmflow_core.accounts import api_keys
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import ApiKey, AuditEntry
from pmflow_core.accounts.schemas import NewApiKey
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.ids import token_hash
from tests.conftest import make_member, make_workspace


def create(actor: Actor, role: Role = Role.EDITOR, name: str = "Import") -> NewApiKey:
    with transaction(actor.workspace_id) as session:
        return api_keys.create_api_key(session, actor, name, role)


def find(key: str) -> Actor | None:
    with transaction(None) as session:
        return api_keys.find_api_key(session, key)


def change(workspace_id: UUID, **values: object) -> None:
    with transaction(workspace_id) as session:
        session.execute(update(ApiKey).values(values))


def test_a_key_acts_in_its_workspace_with_its_role(admin: Actor) -> None:
    actor = find(create(admin, Role.EDITOR).key)
    assert actor == Actor(admin.workspace_id, Role.EDITOR, name="API key Import")


def test_the_key_is_shown_once_and_kept_as_a_hash(admin: Actor) -> None:
    made = create(admin)
    mark, prefix, secret = made.key.split("_", 2)
    assert mark == "pmf"
    assert len(secret) == 43
    assert made.key not in repr(made)
    with transaction(admin.workspace_id) as session:
        row = session.scalars(select(ApiKey)).one()
        audit = session.scalars(select(AuditEntry)).one()
    assert (row.prefix, row.secret_hash) == (prefix, token_hash(made.key))
    assert secret not in f"{row} {audit}"
    assert (audit.action, audit.actor_id) == ("api_key.created", admin.user_id)


@pytest.mark.parametrize("key", ["", "pmf_", "pmf_00000000_x", "PMF_x", "pmf_é", "pmf_\udc00"])
def test_what_is_no_key_is_nobody(admin: Actor, key: str) -> None:
    create(admin)
    assert find(key) is None


def test_the_prefix_alone_or_a_changed_secret_is_nobody(admin: Actor) -> None:
    key = create(admin).key
    assert find(key[:-1]) is None
    assert find(key[:-1] + ("A" if key[-1] != "A" else "B")) is None


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_only_an_admin_makes_lists_and_revokes_keys(admin: Actor, role: Role) -> None:
    made = create(admin)
    actor = make_member(admin.workspace_id, role)
    with transaction(actor.workspace_id) as session:
        with pytest.raises(PermissionDenied):
            api_keys.create_api_key(session, actor, "Import", Role.VIEWER)
        with pytest.raises(PermissionDenied):
            api_keys.list_api_keys(session, actor)
        with pytest.raises(PermissionDenied):
            api_keys.revoke_api_key(session, actor, made.id)
    assert find(made.key) is not None


def test_a_revoked_key_is_nobody_at_once(admin: Actor) -> None:
    made, other = create(admin), create(admin, name="Other")
    with transaction(admin.workspace_id) as session:
        api_keys.revoke_api_key(session, admin, made.id)
    assert find(made.key) is None
    assert find(other.key) is not None
    with transaction(admin.workspace_id) as session, pytest.raises(NotFound):
        api_keys.revoke_api_key(session, admin, made.id)


def test_an_expired_key_is_nobody(admin: Actor) -> None:
    made = create(admin)
    change(admin.workspace_id, expires_at=utcnow() + timedelta(minutes=1))
    assert find(made.key) is not None
    change(admin.workspace_id, expires_at=utcnow() - timedelta(minutes=1))
    assert find(made.key) is None


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "nul\x00"])
def test_a_key_needs_a_name(admin: Actor, name: str) -> None:
    with pytest.raises(api_keys.BadApiKey):
        create(admin, name=name)


def test_a_key_does_not_expire_in_the_past(admin: Actor) -> None:
    with transaction(admin.workspace_id) as session, pytest.raises(api_keys.BadApiKey):
        api_keys.create_api_key(session, admin, "Import", Role.VIEWER, expires_at=utcnow())


def test_a_foreign_key_is_not_found_and_not_listed(admin: Actor) -> None:
    made = create(admin)
    stranger = make_member(make_workspace("Other"), Role.ADMIN)
    with transaction(stranger.workspace_id) as session:
        assert api_keys.list_api_keys(session, stranger) == []
        with pytest.raises(NotFound):
            api_keys.revoke_api_key(session, stranger, made.id)
    assert find(made.key) is not None


def test_the_list_shows_the_newest_first_and_when_each_was_used(admin: Actor) -> None:
    create(admin, name="First")
    second = create(admin, name="Second")
    with transaction(admin.workspace_id) as session:
        api_keys.note_use(session, second.key)
    with transaction(admin.workspace_id) as session:
        listed = api_keys.list_api_keys(session, admin)
    assert [key.name for key in listed] == ["Second", "First"]
    assert listed[0].last_used_at is not None
    assert listed[1].last_used_at is None


def test_use_is_noted_at_most_once_a_minute(admin: Actor) -> None:
    made = create(admin)
    recently = utcnow() - timedelta(seconds=30)
    change(admin.workspace_id, last_used_at=recently)
    with transaction(admin.workspace_id) as session:
        api_keys.note_use(session, made.key)
        assert session.scalars(select(col(ApiKey.last_used_at))).one() == recently
