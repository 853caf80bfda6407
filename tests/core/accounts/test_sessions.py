"""How long a session lives, and what ends it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Connection, event, update
from sqlmodel import col, select

from pmflow_core.accounts import service
from pmflow_core.accounts.models import SignInFailure, UserSession
from pmflow_core.accounts.schemas import NewSession, SignedIn
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.ids import token_hash


@pytest.fixture
def new(connection: Connection) -> NewSession:
    """A person who has just signed in."""
    del connection
    with transaction(None) as session:
        user = service.create_user(session, f"{uuid4().hex[:9]}@example.com", "tidy-otter-9")
        return service.open_session(session, user)


def find(token: str) -> SignedIn | None:
    with transaction(None) as session:
        return service.find_session(session, token)


def age(token: str, **times: timedelta) -> None:
    """Set columns of the session to that long before now."""
    with transaction(None) as session:
        session.execute(
            update(UserSession)
            .where(col(UserSession.token_hash) == token_hash(token))
            .values({name: utcnow() - ago for name, ago in times.items()})
        )


def row(token: str) -> UserSession:
    with transaction(None) as session:
        return session.scalars(
            select(UserSession).where(col(UserSession.token_hash) == token_hash(token))
        ).one()


def test_a_token_says_who_is_signed_in(new: NewSession) -> None:
    found = find(new.token)
    assert found is not None
    assert (found.user_id, found.email) == (new.user.id, new.user.email)
    assert not found.is_operator


@pytest.mark.parametrize("token", ["", "x", "é", "\udc00", "nul\x00", "x" * 100_000])
def test_what_is_no_token_is_nobody(new: NewSession, token: str) -> None:
    del new
    assert find(token) is None


def test_the_hash_that_a_thief_of_the_table_has_is_no_token(new: NewSession) -> None:
    assert find(token_hash(new.token)) is None


def test_signing_out_ends_that_session_and_no_other(new: NewSession) -> None:
    with transaction(None) as session:
        other = service.open_session(session, new.user)
    with transaction(None) as session:
        service.sign_out(session, new.token)
        service.sign_out(session, new.token)
        service.sign_out(session, "é")
    assert find(new.token) is None
    assert find(other.token) is not None


def test_a_session_ends_after_twelve_idle_hours(new: NewSession) -> None:
    age(new.token, last_seen_at=timedelta(hours=11, minutes=59))
    assert find(new.token) is not None
    age(new.token, last_seen_at=timedelta(hours=12, seconds=1))
    assert find(new.token) is None


def test_a_session_ends_after_seven_days_however_busy(new: NewSession) -> None:
    assert new.expires_at - row(new.token).created_at <= timedelta(days=7, seconds=1)
    age(new.token, expires_at=timedelta(seconds=1))
    assert find(new.token) is None


def test_use_moves_the_idle_clock_at_most_once_a_minute(new: NewSession) -> None:
    before = row(new.token).last_seen_at
    find(new.token)
    assert row(new.token).last_seen_at == before
    age(new.token, last_seen_at=timedelta(seconds=61))
    find(new.token)
    assert utcnow() - row(new.token).last_seen_at < timedelta(seconds=30)


def test_finding_a_session_is_one_query(new: NewSession, connection: Connection) -> None:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    find(new.token)
    assert sum("FROM sessions" in statement for statement in statements) == 1
    assert not [
        s
        for s in statements
        if "FROM sessions" not in s and "SAVEPOINT" not in s and "set_config" not in s
    ]


def test_what_has_ended_is_deleted_in_the_end(new: NewSession) -> None:
    with transaction(None) as session:
        live = service.open_session(session, new.user)
        old = SignInFailure(email="x", address="y", created_at=utcnow() - timedelta(hours=1))
        session.add_all([old, SignInFailure(email="x", address="y")])
    age(new.token, expires_at=timedelta(seconds=1))
    with transaction(None) as session:
        service.forget_ended(session)
    with transaction(None) as session:
        left = session.scalars(
            select(UserSession).where(col(UserSession.user_id) == new.user.id)
        ).all()
        failures = session.scalars(select(SignInFailure).where(col(SignInFailure.email) == "x"))
        assert [session_row.token_hash for session_row in left] == [token_hash(live.token)]
        assert len(list(failures)) == 1
