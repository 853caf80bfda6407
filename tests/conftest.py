"""Fixtures every level shares: one PostgreSQL per process, one rolled-back transaction a test."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from pmflow_core import jobs
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import User
from pmflow_core.db.transaction import configure, make_engine, transaction
from pmflow_core.embedded.postgres import start_postgres
from pmflow_core.events import bus
from pmflow_core.migrations import run as migrations
from pmflow_core.workspaces.models import Membership, Workspace


@pytest.fixture(scope="session")
def make_server_folder() -> Iterator[Callable[[], Path]]:
    """Make folders for embedded servers: short, in memory, and in reach of who root demotes to."""
    shm = Path("/dev/shm")  # noqa: S108 mkdtemp makes the name
    roomy = shm.is_dir() and shutil.disk_usage(shm).free > 1_000_000_000
    folders: list[Path] = []

    def make() -> Path:
        folder = Path(tempfile.mkdtemp(prefix="pmflow-", dir=shm if roomy else None))
        folder.chmod(0o711)
        folders.append(folder)
        return folder

    yield make
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database_url(make_server_folder: Callable[[], Path]) -> Iterator[str]:
    """An empty, migrated database; PMFLOW_TEST_DATABASE_URL names a server to use instead."""
    given = os.environ.get("PMFLOW_TEST_DATABASE_URL")
    if given:
        migrations.upgrade(given)
        yield given
        return
    server = start_postgres(make_server_folder())
    try:
        migrations.upgrade(server.url)
        yield server.url
    finally:
        server.stop()


@pytest.fixture(scope="session")
def database(database_url: str) -> Iterator[Engine]:
    """The engine of the test process."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(database: Engine) -> Iterator[Connection]:
    """A connection whose transaction is rolled back; every transaction() of the test joins it."""
    jobs.configure(None)
    bus.configure(None)
    with database.connect() as connection:
        outer = connection.begin()
        configure(connection)
        yield connection
        outer.rollback()


def make_user(session: Session, name: str = "Product lead") -> User:
    """Add a user with a fresh e-mail and no password."""
    user = User(email=f"{uuid4().hex[:12]}@example.com", name=name)
    session.add(user)
    session.flush()
    return user


def make_workspace(name: str = "Acme", *, workspace_id: UUID | None = None) -> UUID:
    """Add a bare workspace (no stages) and return its id."""
    workspace_id = workspace_id or uuid4()
    with transaction(workspace_id) as session:
        suffix = workspace_id.hex[:8]
        session.add(
            Workspace(
                id=workspace_id,
                name=name,
                slug=f"ws-{suffix}",
                key_prefix=f"T{suffix[:6].upper()}",
            )
        )
    return workspace_id


def make_member(workspace_id: UUID, role: Role, name: str = "Product lead") -> Actor:
    """Add a member of that role and return them as an actor."""
    with transaction(workspace_id) as session:
        user = make_user(session, name)
        session.add(Membership(workspace_id=workspace_id, user_id=user.id, role=role))
        return Actor(workspace_id, role, user.id, name)


@pytest.fixture
def workspace_id(connection: Connection) -> UUID:
    """A bare workspace inside the rolled-back transaction."""
    del connection
    return make_workspace()


@pytest.fixture
def editor(workspace_id: UUID) -> Actor:
    """An editor of the workspace."""
    return make_member(workspace_id, Role.EDITOR)


@pytest.fixture
def admin(workspace_id: UUID) -> Actor:
    """An admin of the workspace."""
    return make_member(workspace_id, Role.ADMIN, "Workspace admin")


@pytest.fixture
def viewer(workspace_id: UUID) -> Actor:
    """A viewer of the workspace."""
    return make_member(workspace_id, Role.VIEWER, "Support lead")


@pytest.fixture
def session(workspace_id: UUID) -> Iterator[Session]:
    """A session inside the workspace; commits become savepoints."""
    with transaction(workspace_id) as session:
        session.execute(text("select 1"))
        yield session
