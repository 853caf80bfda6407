"""Actions after the commit: never before it, never after a rollback."""

from contextlib import suppress

import pytest
from sqlalchemy import Connection, Engine, text

from pmflow_core.db.hooks import on_commit
from pmflow_core.db.transaction import configure, transaction

pytestmark = pytest.mark.usefixtures("connection")


class Stop(Exception):
    """Ends a transaction in the tests."""


def test_an_action_runs_once_and_only_after_the_commit(connection: Connection) -> None:
    del connection
    ran: list[str] = []
    with transaction(None) as session:
        session.execute(text("select 1"))
        on_commit(session, lambda: ran.append("first"))
        on_commit(session, lambda: ran.append("second"))
        assert ran == []
    assert ran == ["first", "second"]


def test_an_action_of_a_rolled_back_transaction_never_runs() -> None:
    ran: list[str] = []
    with suppress(Stop), transaction(None) as session:
        session.execute(text("select 1"))
        on_commit(session, lambda: ran.append("no"))
        raise Stop
    with transaction(None) as session:
        session.execute(text("select 1"))
    assert ran == []


def test_a_released_savepoint_does_not_run_actions_whose_rows_can_still_vanish() -> None:
    ran: list[str] = []
    with suppress(Stop), transaction(None) as session:
        with session.begin_nested():
            session.execute(text("select 1"))
            on_commit(session, lambda: ran.append("no"))
        assert ran == []
        raise Stop
    assert ran == []


def test_a_rolled_back_savepoint_keeps_the_actions_that_came_before_it() -> None:
    ran: list[str] = []
    with transaction(None) as session:
        on_commit(session, lambda: ran.append("before"))
        with suppress(Stop), session.begin_nested():
            session.execute(text("select 1"))
            raise Stop
    assert ran == ["before"]


def test_actions_also_run_over_a_pool_with_real_commits(database: Engine) -> None:
    configure(database)
    ran: list[str] = []
    with transaction(None) as session:
        session.execute(text("select 1"))
        with session.begin_nested():
            on_commit(session, lambda: ran.append("nested"))
        assert ran == []
    assert ran == ["nested"]
