"""What a transaction is, and what it leaves behind on its connection."""

from contextlib import suppress
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import col, select

from pmflow_core.accounts.models import User
from pmflow_core.db.transaction import configure, enter_workspace, make_engine, transaction
from pmflow_core.workspaces.models import Workspace
from tests.conftest import make_user, make_workspace

WHO_AND_WHERE = text("select current_user, current_setting('app.ws', true)")


def test_it_runs_as_the_role_without_rights_inside_its_workspace(database: Engine) -> None:
    configure(database)
    workspace_id = uuid4()
    with transaction(workspace_id) as session:
        assert session.execute(WHO_AND_WHERE).one() == ("pmflow_app", str(workspace_id))


def test_neither_role_nor_workspace_leaks_to_the_next_user_of_the_connection(
    database_url: str,
) -> None:
    engine = make_engine(database_url, pool_size=1)
    configure(engine)
    try:
        with transaction(uuid4()) as session:
            session.execute(text("select 1"))
        with engine.connect() as plain:
            login, workspace = plain.execute(WHO_AND_WHERE).one()
        assert login != "pmflow_app"
        assert workspace in ("", None)
        with transaction(None) as session:
            assert session.execute(WHO_AND_WHERE).one() == ("pmflow_app", "")
    finally:
        engine.dispose()


def test_an_exception_rolls_everything_back(connection: Connection) -> None:
    del connection
    email = f"{uuid4().hex}@example.com"
    with suppress(RuntimeError), transaction(None) as session:
        session.add(User(email=email, name="Support lead"))
        session.flush()
        raise RuntimeError
    with transaction(None) as session:
        assert session.scalar(select(User).where(col(User.email) == email)) is None


def test_rows_stay_readable_after_the_commit(connection: Connection) -> None:
    del connection
    with transaction(None) as session:
        user = make_user(session)
    assert user.name == "Product lead"


def test_a_session_can_move_into_the_workspace_it_has_resolved(connection: Connection) -> None:
    del connection
    workspace_id = make_workspace("Acme")
    with transaction(None) as session:
        assert session.scalar(select(col(Workspace.name))) is None
        enter_workspace(session, workspace_id)
        assert session.scalar(select(col(Workspace.name))) == "Acme"


def test_the_role_may_not_change_the_tables_themselves(connection: Connection) -> None:
    del connection
    with (
        pytest.raises(ProgrammingError, match="must be owner of table"),
        transaction(None) as session,
    ):
        session.execute(text("alter table signals disable row level security"))
