"""A workspace is renamed, deleted, restored and erased: all of it, and nothing of another."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from pgvector.sqlalchemy import Vector
from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    Uuid,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from pmflow_core import jobs, offboarding
from pmflow_core.accounts import api_keys
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import service as board
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.events import bus
from pmflow_core.knowledge import service as knowledge
from pmflow_core.knowledge.schemas import PersonaIn
from pmflow_core.runs import repository as runs
from pmflow_core.signals.models import DIMENSIONS
from pmflow_core.tables import METADATA
from pmflow_core.workspaces import lifecycle, service
from pmflow_core.workspaces.models import Workspace
from tests.conftest import make_member, make_workspace
from tests.ui.tab import make_acme

MONTH = timedelta(days=31)


def change(actor: Actor, **wanted: str) -> Workspace:
    with transaction(actor.workspace_id) as session:
        lifecycle.change(session, actor, **wanted)
        return session.get_one(Workspace, actor.workspace_id)


def delete(actor: Actor, name: str = "Acme") -> None:
    with transaction(actor.workspace_id) as session:
        offboarding.delete_workspace(session, actor, name)


def backdate(workspace_id: UUID, ago: timedelta = MONTH) -> None:
    with transaction(workspace_id) as session:
        session.execute(update(Workspace).values(deleted_at=utcnow() - ago))


def of_user(actor: Actor) -> list[str]:
    assert actor.user_id is not None
    with transaction(None) as session:
        return [each.slug for each in service.list_workspaces(session, actor.user_id)]


def restorable(actor: Actor) -> list[UUID]:
    assert actor.user_id is not None
    with transaction(None) as session:
        return [each.id for each in lifecycle.list_deleted(session, actor.user_id)]


def purge(workspace_id: UUID) -> bool:
    with transaction(None) as session:
        return lifecycle.purge(session, workspace_id)


def test_an_admin_renames_it_and_gives_it_another_address(admin: Actor) -> None:
    found = change(admin, name="  Bank   app ", slug="bank-app")
    assert (found.name, found.slug) == ("Bank app", "bank-app")
    assert of_user(admin) == ["bank-app"]


def test_an_address_that_is_anothers_is_refused_and_nothing_is_changed(admin: Actor) -> None:
    other = make_member(make_workspace("Other"), Role.ADMIN)
    [taken] = of_user(other)
    with pytest.raises(service.SlugTaken):
        change(admin, name="New", slug=taken)
    for faulty in ("A b", "a--b", "x", "-a"):
        with pytest.raises(service.InvalidSlug):
            change(admin, slug=faulty)
    with pytest.raises(service.InvalidWorkspaceName):
        change(admin, name=" ")
    assert change(admin).name == "Acme"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_nobody_below_admin_renames_or_deletes(admin: Actor, role: Role) -> None:
    actor = make_member(admin.workspace_id, role)
    with pytest.raises(PermissionDenied):
        change(actor, name="Mine")
    with pytest.raises(PermissionDenied):
        delete(actor)


def test_it_is_deleted_only_when_its_name_is_typed(admin: Actor) -> None:
    with pytest.raises(lifecycle.NameNotRepeated):
        delete(admin, "acme")
    delete(admin, " Acme ")
    assert of_user(admin) == []
    with pytest.raises(NotFound):
        delete(admin)


def test_a_deleted_workspace_is_closed_for_people_keys_and_runs(connection: Connection) -> None:
    del connection
    acme = make_acme()
    with transaction(acme.workspace_id) as session:
        project = board.create_project(session, acme, "Search")
        run = board.start_run(session, acme, project.id)
        key = api_keys.create_api_key(session, acme, "feed", Role.EDITOR).key

    delete(acme)

    assert of_user(acme) == []
    with transaction(None) as session:
        assert api_keys.find_api_key(session, key) is None
    with transaction(acme.workspace_id) as session:
        ended = runs.get_run(session, run.id)
        assert (ended.status.value, ended.cancelled_by) == ("cancelled", acme.name)


def test_only_its_admins_bring_it_back_as_it_was(admin: Actor, editor: Actor) -> None:
    delete(admin)
    assert (restorable(admin), restorable(editor)) == ([admin.workspace_id], [])
    assert editor.user_id is not None
    assert admin.user_id is not None
    with transaction(admin.workspace_id) as session, pytest.raises(NotFound):
        lifecycle.restore(session, admin.workspace_id, editor.user_id, "Mallory")
    with transaction(admin.workspace_id) as session:
        slug = lifecycle.restore(session, admin.workspace_id, admin.user_id, "Admin")
    assert of_user(admin) == of_user(editor) == [slug]
    with transaction(admin.workspace_id) as session, pytest.raises(NotFound):
        lifecycle.restore(session, admin.workspace_id, admin.user_id, "Admin")


def test_a_sample_that_was_reset_is_not_offered_for_restoring(admin: Actor) -> None:
    backdate(admin.workspace_id, timedelta(days=1))
    assert restorable(admin) == []


def test_nothing_is_erased_before_its_time(admin: Actor) -> None:
    assert not purge(admin.workspace_id)
    delete(admin)
    assert not purge(admin.workspace_id)
    backdate(admin.workspace_id, timedelta(days=29))
    with transaction(None) as session:
        assert admin.workspace_id not in lifecycle.to_purge(session)
    assert not purge(admin.workspace_id)
    with pytest.raises(DBAPIError, match="seven days"), transaction(None) as session:
        lifecycle.purge(session, admin.workspace_id, timedelta(0))


def tenants() -> list[str]:
    return sorted(name for name, table in METADATA.tables.items() if "workspace_id" in table.c)


def rows_of(connection: Connection, workspace_id: UUID) -> dict[str, int]:
    """Count a workspace's rows in every table, as the owner of the tables, whom no wall stops."""
    connection.execute(text("reset role"))
    return {
        name: connection.execute(
            select(func.count())
            .select_from(METADATA.tables[name])
            .where(METADATA.tables[name].c.workspace_id == workspace_id)
        ).scalar_one()
        for name in tenants()
    }


# Of several columns that may be empty, one that must not be when the others are.
ONE_OF = {"snoozes": "project_id"}


def _some(column: Column[Any]) -> object:
    """Return a value that a column takes."""
    kinds: tuple[tuple[type, object], ...] = (
        (Uuid, uuid4()),
        (JSONB, {}),
        (Vector, [0.0] * DIMENSIONS),
        (ARRAY, []),
        (LargeBinary, b"x"),
        (Boolean, False),
        (Integer, 1),
        (Numeric, 1),
        (Float, 1.0),
    )
    choices = getattr(column.type, "enum", None)
    if choices is not None:
        return next(iter(choices))
    implemented = getattr(column.type, "impl_instance", column.type)
    if isinstance(implemented, DateTime):
        return utcnow()
    return next((value for kind, value in kinds if isinstance(implemented, kind)), uuid4().hex)


def fill(connection: Connection, workspace_id: UUID) -> None:
    """Give a workspace a row in every table that still has none, whatever it would refer to."""
    before = rows_of(connection, workspace_id)
    connection.execute(text("set local session_replication_role = replica"))
    for name in (name for name, number in before.items() if not number):
        table = METADATA.tables[name]
        wanted = [
            column for column in table.c if not column.nullable or column.name == ONE_OF.get(name)
        ]
        needed = {column.name: _some(column) for column in wanted}
        connection.execute(table.insert().values(needed | {"workspace_id": workspace_id}))
    connection.execute(text("set local session_replication_role = origin"))


def test_every_row_of_every_table_is_erased_and_none_of_another_workspace(
    connection: Connection,
) -> None:
    acme = make_acme()
    with transaction(acme.workspace_id) as session:
        project = board.create_project(session, acme, "Search")
        board.start_run(session, acme, project.id)
    other = make_member(make_workspace("Other"), Role.ADMIN)
    for each in (acme, other):
        fill(connection, each.workspace_id)
    kept = rows_of(connection, other.workspace_id)
    assert set(rows_of(connection, acme.workspace_id).values()) >= {1}
    assert 0 not in rows_of(connection, acme.workspace_id).values()
    with transaction(acme.workspace_id) as session:
        lifecycle.mark_deleted(session, acme, "Acme")
    backdate(acme.workspace_id)

    assert purge(acme.workspace_id)

    assert set(rows_of(connection, acme.workspace_id).values()) == {0}
    assert rows_of(connection, other.workspace_id) == kept
    left = text("select count(*) from workspaces where id = :id")
    assert connection.execute(left, {"id": acme.workspace_id}).scalar_one() == 0
    assert not purge(acme.workspace_id)


def test_a_table_that_is_made_later_is_not_forgotten(admin: Actor, connection: Connection) -> None:
    connection.execute(text("reset role"))
    connection.execute(
        text(
            "create table planted (workspace_id uuid not null, persona_id uuid not null, foreign"
            " key (workspace_id, persona_id) references personas (workspace_id, id))"
        )
    )
    with transaction(admin.workspace_id) as session:
        persona = knowledge.add(session, admin, PersonaIn(name="Clerk")).id
    connection.execute(text("reset role"))
    row = {"workspace": admin.workspace_id, "persona": persona}
    connection.execute(text("insert into planted values (:workspace, :persona)"), row)
    delete(admin)
    backdate(admin.workspace_id)

    assert purge(admin.workspace_id)

    connection.execute(text("reset role"))
    assert connection.execute(text("select count(*) from planted")).scalar_one() == 0


def test_folders_go_with_the_workspace_and_again_is_no_error(tmp_path: Path) -> None:
    gone, kept = uuid4(), uuid4()
    for each in (gone, kept):
        (tmp_path / "repositories" / str(each)).mkdir(parents=True)
        (tmp_path / "repositories" / str(each) / "HEAD").write_text("ref")
        (tmp_path / "repositories" / f"{each}.lock").touch()
    for _ in range(2):
        offboarding.erase_folders(gone, tmp_path)
    assert sorted(path.name for path in (tmp_path / "repositories").iterdir()) == sorted(
        [str(kept), f"{kept}.lock"]
    )


@pytest.fixture
def committed_admin(database: Engine) -> Iterator[Actor]:
    """An admin of a workspace that is really committed, for threads."""
    jobs.configure(None)
    bus.configure(None)
    configure(database)
    yield make_member(make_workspace(), Role.ADMIN)
    database.dispose()


def test_of_two_who_erase_at_once_one_does(committed_admin: Actor) -> None:
    delete(committed_admin)
    backdate(committed_admin.workspace_id)
    start = Barrier(2)

    def erase(_number: int) -> bool:
        start.wait()
        return purge(committed_admin.workspace_id)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(erase, range(2))) == [False, True]
