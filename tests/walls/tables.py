"""Both walls between workspaces, table by table, each with the other one taken away."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from pmflow_core.db.base import Row
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import PermissionDenied
from tests.walls.world import World

ROLE = text("select set_config('role', 'pmflow_app', true), set_config('app.ws', :workspace, true)")
COLUMNS = text("""
    select quote_ident(attname) from pg_attribute where attrelid = cast(:table as regclass)
      and attnum > 0 and not attisdropped and attgenerated = ''
""")
RIGHT = text("select has_table_privilege('pmflow_app', :table, :right)")


def row_security_faults(world: World, table: str) -> Iterator[str]:
    """Yield what the database alone lets a statement of our workspace do to another's row."""
    yield from (f"{table}: {fault}" for fault in _below_the_filter(world, table))


def _below_the_filter(world: World, table: str) -> Iterator[str]:
    connection = world.connection
    ours, theirs = world.ours.rows[table]["id"], world.theirs.rows[table]["id"]
    if _count(world, table, ours) != 1:
        yield "our own row is hidden"
    if _count(world, table, theirs) != 0:
        yield "a foreign row is seen"
    for verb, statement in {
        "update": f"update {table} set created_at = created_at where id = :id",  # noqa: S608
        "delete": f"delete from {table} where id = :id",  # noqa: S608
    }.items():
        may = connection.scalar(RIGHT, {"table": table, "right": verb})
        if may and _done(world, statement, {"id": theirs}):
            yield f"a foreign row can be reached by {verb}"
    if connection.scalar(RIGHT, {"table": table, "right": "update"}) and not _is_refused(
        world,
        f"update {table} set workspace_id = :theirs where id = :id",  # noqa: S608
        {"theirs": world.theirs.workspace_id, "id": ours},
    ):
        yield "our row can be moved to the other workspace"
    if not _is_refused(world, *_copy(world, table)):
        yield "a row can be written into the other workspace"


def _copy(world: World, table: str) -> tuple[str, dict[str, Any]]:
    """Return a statement that writes our row once more, as the other workspace's."""
    names = list(world.connection.scalars(COLUMNS, {"table": table}))
    new = {"id": "gen_random_uuid()", "workspace_id": "cast(:theirs as uuid)"}
    values = ", ".join(new.get(name, name) for name in names)
    return (
        f"insert into {table} ({', '.join(names)}) select {values} from {table} where id = :id",  # noqa: S608
        {"theirs": world.theirs.workspace_id, "id": world.ours.rows[table]["id"]},
    )


def _enter(world: World) -> Connection:
    world.connection.execute(ROLE, {"workspace": str(world.ours.workspace_id)})
    return world.connection


def _count(world: World, table: str, row_id: object) -> int:
    with world.undone():
        found = _enter(world).scalar(
            text(f"select count(*) from {table} where id = :id"),  # noqa: S608
            {"id": row_id},
        )
    return int(found or 0)


def _done(world: World, statement: str, given: dict[str, Any]) -> int:
    with world.undone():
        return _enter(world).execute(text(statement), given).rowcount


def _is_refused(world: World, statement: str, given: dict[str, Any]) -> bool:
    """Return whether row security itself refuses; any other refusal does not count."""
    with world.undone():
        connection = _enter(world)
        try:
            connection.execute(text(statement), given)
        except ProgrammingError as error:
            return "row-level security" in str(error)
        return False


def filter_faults(world: World, table: str, kind: type[Row]) -> Iterator[str]:
    """Yield what the ORM's filter alone lets a session of our workspace do to another's row."""
    ours, theirs = world.ours.rows[table]["id"], world.theirs.rows[table]["id"]
    named: Any = kind
    with world.undone(), transaction(world.ours.workspace_id) as session:
        _without_row_security(session)
        if session.scalar(select(named.id).where(named.id == ours)) is None:
            yield f"{table}: our own row is hidden"
        if session.scalar(select(named.id).where(named.id == theirs)) is not None:
            yield f"{table}: a foreign row is seen"
        if session.get(kind, theirs) is not None:
            yield f"{table}: a foreign row is got"
        changed: Any = session.execute(
            update(named).where(named.id == theirs).values(created_at=named.created_at)
        )
        if changed.rowcount:
            yield f"{table}: a foreign row can be updated"
        removed: Any = session.execute(delete(named).where(named.id == theirs))
        if removed.rowcount:
            yield f"{table}: a foreign row can be deleted"
    if not _flush_is_refused(world, table, kind):
        yield f"{table}: a row of the other workspace can be saved"


def _flush_is_refused(world: World, table: str, kind: type[Row]) -> bool:
    named: Any = kind
    with world.undone(), transaction(world.ours.workspace_id) as session:
        _without_row_security(session)
        row: Any = session.scalars(
            select(named).where(named.id == world.ours.rows[table]["id"])
        ).one_or_none()
        if row is None:
            return True  # its own fault, told above
        row.workspace_id = world.theirs.workspace_id
        try:
            session.flush()
        except PermissionDenied:
            return True
        finally:
            session.expire(row)
        return False


def _without_row_security(session: Session) -> None:
    session.execute(text("select set_config('role', 'none', true)"))
