"""Transactions that outlast a database that is away, and are done once."""

from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.models import User
from pmflow_core.db.patient import BeyondLimits, patiently
from pmflow_core.db.transaction import configure, transaction


def cut(database: Engine, session: Session) -> None:
    """Have the server end the session's connection, as a restart does."""
    pid = session.scalar(text("select pg_backend_pid()"))
    with database.begin() as operator:
        operator.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid})


@pytest.fixture
def address(database: Engine) -> str:
    """An address nobody has; every transaction of the test really commits."""
    configure(database)
    return f"{uuid4().hex}@example.com"


def people(address: str) -> int:
    with transaction(None) as session:
        statement = select(func.count()).select_from(User).where(col(User.email) == address)
        return session.scalar(statement) or 0


def test_a_transaction_whose_connection_is_cut_is_done_again(
    database: Engine, address: str
) -> None:
    tries: list[int] = []

    def work(session: Session) -> int:
        tries.append(1)
        session.add(User(email=address, name="Product lead"))
        session.flush()
        if len(tries) == 1:
            cut(database, session)
        return len(tries)

    assert patiently(None, work) == 2
    assert people(address) == 1


def test_a_commit_that_got_no_answer_is_looked_up_and_not_done_again(address: str) -> None:
    tries: list[int] = []

    def lose_the_answer(_session: Session) -> None:
        raise OperationalError("commit", None, OSError("connection reset"))

    def work(session: Session) -> str:
        tries.append(1)
        event.listen(session, "after_commit", lose_the_answer)
        session.add(User(email=address, name="Product lead"))
        return "done"

    assert patiently(None, work) == "done"
    assert (len(tries), people(address)) == (1, 1)


def test_patience_ends(database: Engine, address: str) -> None:
    def work(session: Session) -> None:
        session.add(User(email=address, name="Product lead"))
        session.flush()
        cut(database, session)

    with pytest.raises(OperationalError):
        patiently(None, work, patience_s=0.3)
    assert people(address) == 0


def test_what_the_database_can_never_take_is_not_tried_again(address: str) -> None:
    del address
    tries: list[int] = []

    def work(session: Session) -> None:
        tries.append(1)
        too_much = "begin raise exception 'index row is too large' using errcode = '54000'; end"
        session.execute(text(f"do $$ {too_much} $$"))

    with pytest.raises(BeyondLimits, match="index row is too large"):
        patiently(None, work, patience_s=1)

    assert len(tries) == 1
