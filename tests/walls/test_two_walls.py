"""Each wall between workspaces alone, for every table, on both kinds of database there are."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlmodel import col, select

from pmflow_core.accounts.models import ApiKey
from pmflow_core.db.transaction import configure, make_engine, transaction
from pmflow_core.embedded.postgres import start_postgres
from pmflow_core.migrations import run as migrations
from tests.walls import tables
from tests.walls.rows import tenant_rows
from tests.walls.world import World, a_world

TABLES = sorted(tenant_rows())


@pytest.fixture(scope="module")
def own_url(make_server_folder: Callable[[], Path]) -> Iterator[str]:
    """A database of somebody's own: one login role that is no superuser and owns everything."""
    server = start_postgres(make_server_folder())
    try:
        superuser = make_url(server.url)
        with create_engine(
            superuser, isolation_level="AUTOCOMMIT", poolclass=NullPool
        ).connect() as connection:
            connection.execute(
                text("create role product_lead login createrole nosuperuser password 'of-a-test'")
            )
            connection.execute(text("create database own owner product_lead"))
        own = superuser.set(database="own")
        with create_engine(
            own, isolation_level="AUTOCOMMIT", poolclass=NullPool
        ).connect() as connection:
            connection.execute(text("create extension vector"))
        login = own.set(username="product_lead", password="of-a-test")
        url = login.render_as_string(hide_password=False)
        migrations.upgrade(url)
        yield url
    finally:
        server.stop()


@pytest.fixture(scope="module")
def own_furnished(own_url: str) -> Iterator[World]:
    engine = make_engine(own_url, prepared_statements=False)
    with a_world(engine) as world:
        yield world
    engine.dispose()


@pytest.fixture
def own(own_furnished: World) -> Iterator[World]:
    """The same world in a database of one's own."""
    own_furnished.settle()
    with own_furnished.undone():
        yield own_furnished


@pytest.mark.parametrize("table", TABLES)
def test_row_security_alone_keeps_workspaces_apart(world: World, table: str) -> None:
    assert list(tables.row_security_faults(world, table)) == []


@pytest.mark.parametrize("table", TABLES)
def test_the_filter_alone_keeps_workspaces_apart(world: World, table: str) -> None:
    assert list(tables.filter_faults(world, table, tenant_rows()[table])) == []


def test_the_login_role_of_ones_own_database_is_nobody_special(own: World) -> None:
    special = text("select rolsuper or rolbypassrls from pg_roles where rolname = 'product_lead'")
    assert own.connection.scalar(special) is False
    assert own.connection.scalar(text("select session_user")) == "product_lead"


def test_row_security_alone_holds_in_ones_own_database(own: World) -> None:
    faults = [fault for table in TABLES for fault in tables.row_security_faults(own, table)]
    assert faults == []


def test_the_filter_alone_holds_in_ones_own_database(own: World) -> None:
    kinds = tenant_rows().items()
    assert [f for table, kind in kinds for f in tables.filter_faults(own, table, kind)] == []


@pytest.fixture
def pooled(own_url: str) -> Iterator[Engine]:
    """One server connection that every transaction shares, as a pooler would hand it out."""
    engine = create_engine(
        own_url, pool_size=1, max_overflow=0, connect_args={"prepare_threshold": None}
    )
    yield engine
    engine.dispose()


def state_of(pooled: Engine) -> tuple[str, str, int]:
    """Return what a transaction leaves on the connection: role, workspace, and its process."""
    with pooled.connect() as connection:
        row = connection.execute(
            text(
                "select current_user, coalesce(current_setting('app.ws', true), ''),"
                " pg_backend_pid()"
            )
        ).one()
    return str(row[0]), str(row[1]), int(row[2])


def test_nothing_of_a_transaction_stays_on_the_connection(pooled: Engine) -> None:
    configure(pooled)
    role, workspace, process = state_of(pooled)
    assert (role, workspace) == ("product_lead", "")
    for workspace_id in (uuid4(), uuid4(), None):
        with transaction(workspace_id) as session:
            assert session.scalar(text("select current_user")) == "pmflow_app"
        assert state_of(pooled) == (role, "", process)


def test_nothing_of_a_failed_transaction_stays_on_the_connection(pooled: Engine) -> None:
    configure(pooled)
    before = state_of(pooled)
    with pytest.raises(DBAPIError), transaction(uuid4()) as session:
        session.execute(text("select 1 / 0"))
    assert state_of(pooled) == before


def test_two_workspaces_that_take_turns_on_one_connection_see_their_own(pooled: Engine) -> None:
    configure(pooled)
    made = [uuid4(), uuid4()]
    for workspace_id in made:
        with transaction(workspace_id) as session:
            session.execute(
                text("insert into workspaces (id, created_at, name, slug, key_prefix, is_sample)"
                     " values (:id, now(), 'W', :slug, :prefix, false)"),
                {"id": workspace_id, "slug": workspace_id.hex, "prefix": workspace_id.hex[:8]},
            )  # fmt: skip
            session.execute(
                text("insert into api_keys"
                     " (id, created_at, workspace_id, name, prefix, secret_hash, role)"
                     " values (gen_random_uuid(), now(), :id, :name, 'p', :name, 'viewer')"),
                {"id": workspace_id, "name": workspace_id.hex},
            )  # fmt: skip
    for workspace_id in made * 3:
        with transaction(workspace_id) as session:
            assert list(session.scalars(text("select name from api_keys"))) == [workspace_id.hex]
            assert list(session.scalars(select(col(ApiKey.name)))) == [workspace_id.hex]
    with transaction(None) as session:
        assert list(session.scalars(text("select name from api_keys"))) == []
