"""The bridge to core while the database is away."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from pmflow_core.accounts.actor import Actor
from pmflow_core.db import Session
from pmflow_core.db.transaction import configure, make_engine
from pmflow_core.errors import Unavailable
from pmflow_ui.call import call, call_outside


def ask(session: Session, _actor: Actor | None = None) -> None:
    session.execute(text("select 1"))


def divide(session: Session) -> None:
    session.execute(text("select 1 / 0"))


@pytest.mark.usefixtures("connection")
def test_a_database_that_is_away_is_an_expected_error() -> None:
    nowhere = make_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    configure(nowhere)
    with pytest.raises(Unavailable, match="does not answer"):
        asyncio.run(call(ask, Actor.system(uuid4())))
    with pytest.raises(Unavailable):
        asyncio.run(call_outside(ask))


def test_an_answer_of_the_database_is_not(connection: Connection) -> None:
    configure(connection)
    with pytest.raises(DBAPIError):
        asyncio.run(call_outside(divide))
