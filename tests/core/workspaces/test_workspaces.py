"""Making workspaces and entering them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, update
from sqlmodel import col, select

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import AuditEntry
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.errors import NotFound
from pmflow_core.workspaces import service
from pmflow_core.workspaces.models import Workspace
from pmflow_core.workspaces.schemas import WorkspaceRead
from tests.conftest import make_user

# Letters that no other test's workspace begins with, so that prefixes are free.
NAME = "Qxz Wvk"


@pytest.fixture
def user_id(connection: Connection) -> UUID:
    """A person."""
    del connection
    return make_person()


@pytest.fixture
def committed_user_id(database: Engine) -> Iterator[UUID]:
    """A person who is really committed, for threads."""
    configure(database)
    yield make_person()
    database.dispose()


def make_person() -> UUID:
    with transaction(None) as session:
        return make_user(session).id


def fresh_slug() -> str:
    return f"ws-{uuid4().hex[:10]}"


def add(user_id: UUID, *, name: str = NAME, slug: str | None = None) -> WorkspaceRead:
    workspace_id = uuid4()
    with transaction(workspace_id) as session:
        return service.add_workspace(
            session, workspace_id, name=name, slug=slug or fresh_slug(), admin_user_id=user_id
        )


def enter(user_id: UUID, slug: str) -> Actor:
    with transaction(None) as session:
        return service.actor_for(session, user_id, slug)


def test_who_makes_a_workspace_is_its_admin(user_id: UUID) -> None:
    made = add(user_id, name="  Qxz   Wvk ")
    assert (made.name, made.key_prefix, made.role) == ("Qxz Wvk", "QXZ", Role.ADMIN)
    assert enter(user_id, made.slug) == Actor(made.id, Role.ADMIN, user_id, "Product lead")
    with transaction(made.id) as session:
        assert session.scalars(select(col(AuditEntry.action))).all() == ["workspace.created"]


def test_a_taken_prefix_leads_to_the_next_one(user_id: UUID) -> None:
    assert [add(user_id).key_prefix for _ in range(6)] == [
        "QXZ",
        "QW",
        "QXZW",
        "QXZWV",
        "QXZ2",
        "QXZ3",
    ]


def test_a_taken_slug_is_refused(user_id: UUID) -> None:
    slug = fresh_slug()
    add(user_id, slug=slug)
    with pytest.raises(service.SlugTaken):
        add(make_person(), slug=slug)


@pytest.mark.parametrize("slug", ["A", "a--b", "../x", ""])
def test_a_slug_that_cannot_be_in_an_address_is_refused(user_id: UUID, slug: str) -> None:
    workspace_id = uuid4()
    with transaction(workspace_id) as session, pytest.raises(service.InvalidSlug):
        service.add_workspace(session, workspace_id, name=NAME, slug=slug, admin_user_id=user_id)


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "nul\x00"])
def test_a_name_that_cannot_be_shown_is_refused(user_id: UUID, name: str) -> None:
    with pytest.raises(service.InvalidWorkspaceName):
        add(user_id, name=name)


def test_everybody_sees_their_own_workspaces_by_name(user_id: UUID) -> None:
    second, first = add(user_id, name="Qxz B"), add(user_id, name="Qxz A")
    add(make_person(), name="Qxz C")
    with transaction(None) as session:
        assert service.list_workspaces(session, user_id) == [first, second]
        assert service.list_workspaces(session, uuid4()) == []


@pytest.mark.parametrize("slug", ["no-such-workspace", "", "../etc", "nul\x00", "\udc00"])
def test_a_workspace_that_is_not_there_is_not_found(user_id: UUID, slug: str) -> None:
    with pytest.raises(NotFound):
        enter(user_id, slug)


def test_a_stranger_gets_the_answer_of_a_workspace_that_is_not_there(user_id: UUID) -> None:
    made = add(user_id)
    with pytest.raises(NotFound) as foreign:
        enter(make_person(), made.slug)
    with pytest.raises(NotFound) as absent:
        enter(user_id, "no-such-workspace")
    assert str(foreign.value) == str(absent.value)


def test_a_deleted_workspace_cannot_be_entered(user_id: UUID) -> None:
    made = add(user_id)
    with transaction(made.id) as session:
        session.execute(update(Workspace).values(deleted_at=utcnow()))
    with pytest.raises(NotFound):
        enter(user_id, made.slug)
    with transaction(None) as session, pytest.raises(NotFound):
        service.workspace_by_slug(session, made.slug)


def test_who_runs_the_installation_finds_a_workspace_by_its_slug(user_id: UUID) -> None:
    made = add(user_id)
    with transaction(None) as session:
        assert service.workspace_by_slug(session, made.slug) == made.id


def test_parallel_workspaces_of_one_name_get_prefixes_of_their_own(
    committed_user_id: UUID,
) -> None:
    makers, name = 6, f"Z{uuid4().hex}"
    start = Barrier(makers)

    def make(_number: int) -> str:
        start.wait()
        return add(committed_user_id, name=name).key_prefix

    with ThreadPoolExecutor(makers) as pool:
        assert len(set(pool.map(make, range(makers)))) == makers


def test_parallel_workspaces_of_one_slug_are_one(committed_user_id: UUID) -> None:
    makers, slug = 6, fresh_slug()
    start = Barrier(makers)

    def make(number: int) -> bool:
        start.wait()
        try:
            add(committed_user_id, name=f"{'abcdef'[number]}{uuid4().hex}", slug=slug)
        except service.SlugTaken:
            return False
        return True

    with ThreadPoolExecutor(makers) as pool:
        assert sum(pool.map(make, range(makers))) == 1
