"""One's own account: name, password and signed-in browsers."""

from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, update
from sqlmodel import col, select

from pmflow_core.accounts import account, resets, service, sessions
from pmflow_core.accounts.account import Myself, PasswordChange
from pmflow_core.accounts.devices import device_name
from pmflow_core.accounts.models import User, UserSession
from pmflow_core.accounts.passwords import WeakPassword
from pmflow_core.accounts.schemas import Client, NewSession
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound, Unauthenticated
from pmflow_core.ids import token_hash

OLD, NEW = "tidy-otter-9", "calm-badger-4"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
begin = partial(transaction, None)


@pytest.fixture
def mine(connection: Connection) -> NewSession:
    """A person's session."""
    del connection
    with begin() as session:
        user = service.create_user(session, f"{uuid4().hex[:12]}@example.com", OLD)
        return service.open_session(session, user, Client("192.0.2.1", FIREFOX))


def another(mine: NewSession) -> NewSession:
    with begin() as session:
        return service.open_session(session, mine.user)


def id_of(token: str) -> UUID:
    with begin() as session:
        return session.scalars(
            select(UserSession.id).where(col(UserSession.token_hash) == token_hash(token))
        ).one()


def me(mine: NewSession) -> Myself:
    return Myself(mine.user.id, id_of(mine.token), "192.0.2.1")


def is_live(token: str) -> bool:
    with begin() as session:
        return service.find_session(session, token) is not None


def forget_password(mine: NewSession) -> None:
    with begin() as session:
        session.execute(update(User).where(col(User.id) == mine.user.id).values(password_hash=None))


def test_a_person_sees_where_they_are_signed_in(mine: NewSession) -> None:
    other = another(mine)
    with begin() as session:
        found = sessions.list_sessions(session, mine.user.id, id_of(mine.token))
    assert {row.id for row in found} == {id_of(mine.token), id_of(other.token)}
    (here,) = (row for row in found if row.is_current)
    assert (here.device, here.address) == ("Firefox on Linux", "192.0.2.1")


def test_a_session_that_ended_or_was_idle_is_not_listed(mine: NewSession) -> None:
    other, idle = another(mine), another(mine)
    with begin() as session:
        service.sign_out(session, other.token)
        session.execute(
            update(UserSession)
            .where(col(UserSession.id) == id_of(idle.token))
            .values(last_seen_at=utcnow() - service.IDLE)
        )
        found = sessions.list_sessions(session, mine.user.id, id_of(mine.token))
    assert [row.id for row in found] == [id_of(mine.token)]


def test_one_session_ends_or_all_others_do(mine: NewSession) -> None:
    first, second, third = another(mine), another(mine), another(mine)
    with begin() as session:
        sessions.revoke(session, mine.user.id, id_of(first.token))
    assert [is_live(each.token) for each in (first, second)] == [False, True]
    with begin() as session:
        assert sessions.revoke_others(session, mine.user.id, id_of(mine.token)) == 2
    assert [is_live(each.token) for each in (second, third, mine)] == [False, False, True]


def test_nobody_ends_anothers_session(mine: NewSession) -> None:
    with pytest.raises(NotFound), begin() as session:
        sessions.revoke(session, uuid4(), id_of(mine.token))
    assert is_live(mine.token)


def test_a_new_password_ends_all_other_sessions_and_changes_this_ones_id(mine: NewSession) -> None:
    other = another(mine)
    token = account.change_password(begin, me(mine), PasswordChange(OLD, NEW))
    assert [is_live(each) for each in (token, mine.token, other.token)] == [True, False, False]
    assert service.sign_in(begin, mine.user.email, NEW, "192.0.2.1")


def test_a_new_password_voids_links_that_were_made_before(mine: NewSession) -> None:
    with begin() as session:
        link = resets.make_link(session, mine.user.email, "https://pmflow.example")
    account.change_password(begin, me(mine), PasswordChange(OLD, NEW))
    with begin() as session:
        found = resets.standing(session, link.rpartition("/")[2])
    assert found is resets.ResetStanding.USED


def test_a_wrong_password_changes_nothing_and_may_be_guessed_five_times(mine: NewSession) -> None:
    who = me(mine)
    for _ in range(service.FAILURES_ALLOWED):
        with pytest.raises(account.WrongPassword):
            account.change_password(begin, who, PasswordChange("wrong-otter-1", NEW))
    with pytest.raises(service.TooManyAttempts):
        account.change_password(begin, who, PasswordChange(OLD, NEW))
    assert is_live(mine.token)


def test_a_weak_password_changes_nothing(mine: NewSession) -> None:
    with pytest.raises(WeakPassword):
        account.change_password(begin, me(mine), PasswordChange(OLD, "password1"))
    assert is_live(mine.token)


def test_who_has_no_password_sets_one_soon_after_signing_in_only(mine: NewSession) -> None:
    forget_password(mine)
    with begin() as session:
        session.execute(update(UserSession).values(created_at=utcnow() - timedelta(hours=1)))
    with pytest.raises(sessions.SignInAgain):
        account.change_password(begin, me(mine), PasswordChange("", NEW))

    again = another(mine)
    assert account.change_password(begin, me(again), PasswordChange("", NEW))
    assert service.sign_in(begin, mine.user.email, NEW, "192.0.2.1")


def test_a_session_that_was_ended_changes_no_password(mine: NewSession) -> None:
    who = me(mine)
    with begin() as session:
        service.sign_out(session, mine.token)
    with pytest.raises(Unauthenticated):
        account.change_password(begin, who, PasswordChange(OLD, NEW))
    assert service.sign_in(begin, mine.user.email, OLD, "192.0.2.1")


def test_a_name_is_changed_and_cannot_be_empty(mine: NewSession) -> None:
    with begin() as session:
        assert account.change_name(session, me(mine), "  Head  of product ") == "Head of product"
        assert account.read_account(session, me(mine)).name == "Head of product"
    for bad in ("", "  ", "x" * 81, "a\x00b"):
        with pytest.raises(service.InvalidName), begin() as session:
            account.change_name(session, me(mine), bad)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML,"
            " like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("", "Unknown browser"),
        ("<script>alert(1)</script>", "Unknown browser"),
    ],
)
def test_a_browser_is_called_by_words_of_ours(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
