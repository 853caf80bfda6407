"""Every table and function of the database, looked at for a hole in the walls."""

from sqlalchemy import Connection, text

from pmflow_core.db.base import TenantRow
from pmflow_core.tables import METADATA

APPEND_ONLY = (
    "activity",
    "approvals",
    "audit_log",
    "citations",
    "decisions",
    "document_versions",
    "run_logs",
    "stage_transitions",
)
UNPROTECTED = text("""
    select c.relname from pg_class c
    where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
      and exists (select from pg_attribute a where a.attrelid = c.oid and not a.attisdropped
                  and a.attname = 'workspace_id')
      and not (c.relrowsecurity and exists (
        select from pg_policy p where p.polrelid = c.oid and p.polcmd = '*'
          and p.polqual is not null and p.polwithcheck is not null))
""")
# Foreign keys from a tenant's table to a tenant's table in which workspace_id does not take part.
LOOSE_KEYS = text("""
    select k.conrelid::regclass::text || '.' || k.conname from pg_constraint k
    join pg_attribute target on target.attrelid = k.confrelid
      and target.attname = 'workspace_id' and not target.attisdropped
    join pg_attribute own on own.attrelid = k.conrelid
      and own.attname = 'workspace_id' and not own.attisdropped
    where k.contype = 'f' and k.connamespace = 'public'::regnamespace
      and coalesce(array_position(k.conkey, own.attnum)
                   <> array_position(k.confkey, target.attnum), true)
""")
OPEN_FUNCTIONS = text("""
    select p.oid::regprocedure::text from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.prosecdef
      and (has_function_privilege('public', p.oid, 'execute')
           or not coalesce(p.proconfig::text, '') like '%search_path=public, pg_temp%')
""")


def tenant_tables() -> set[str]:
    waiting, found = [TenantRow], set[str]()
    while waiting:
        for table in waiting.pop().__subclasses__():
            waiting.append(table)
            found.add(str(table.__tablename__))
    return found


def test_every_tenant_row_is_a_table_of_the_database(connection: Connection) -> None:
    names = set(connection.scalars(text("select tablename from pg_tables")))
    assert len(tenant_tables()) > 15
    assert tenant_tables() <= names
    assert tenant_tables() <= set(METADATA.tables)


def test_every_table_with_a_workspace_has_row_security(connection: Connection) -> None:
    assert list(connection.scalars(UNPROTECTED)) == []


def test_a_table_that_forgets_row_security_is_found(connection: Connection) -> None:
    connection.execute(text("create table planted (workspace_id uuid not null)"))
    connection.execute(text("create table half (workspace_id uuid not null)"))
    connection.execute(text("alter table half enable row level security"))
    assert sorted(connection.scalars(UNPROTECTED)) == ["half", "planted"]


def test_no_foreign_key_can_point_across_workspaces(connection: Connection) -> None:
    assert list(connection.scalars(LOOSE_KEYS)) == []


def test_a_foreign_key_that_can_point_across_workspaces_is_found(connection: Connection) -> None:
    connection.execute(
        text(
            "create table planted (workspace_id uuid not null,"
            " signal_id uuid constraint loose references signals (id))"
        )
    )
    assert list(connection.scalars(LOOSE_KEYS)) == ["planted.loose"]


def test_the_role_is_nobody_special(connection: Connection) -> None:
    role = connection.execute(
        text(
            "select rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolinherit"
            " from pg_roles where rolname = 'pmflow_app'"
        )
    ).one()
    assert not any(role)
    owned = text("select count(*) from pg_class where pg_get_userbyid(relowner) = 'pmflow_app'")
    assert connection.scalar(owned) == 0


def test_the_role_cannot_rewrite_what_is_append_only(connection: Connection) -> None:
    may = text("select has_table_privilege('pmflow_app', :table, 'update, delete, truncate')")
    assert [t for t in APPEND_ONLY if connection.scalar(may, {"table": t})] == []


def test_every_function_that_runs_as_the_owner_is_closed_to_the_public(
    connection: Connection,
) -> None:
    assert list(connection.scalars(OPEN_FUNCTIONS)) == []


def test_no_view_looks_past_row_security(connection: Connection) -> None:
    views = text(
        "select relname from pg_class where relkind in ('v', 'm')"
        " and relnamespace = 'public'::regnamespace"
        " and not coalesce(reloptions::text, '') like '%security_invoker=true%'"
    )
    assert list(connection.scalars(views)) == []


def test_a_database_that_never_heard_of_a_workspace_shows_no_row(connection: Connection) -> None:
    connection.execute(text("set local role pmflow_app"))
    for table in sorted(tenant_tables()):
        assert connection.scalar(text(f"select count(*) from {table}")) == 0, table  # noqa: S608
