"""Signing in: the same answer for every wrong guess, and fewer and fewer guesses."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from statistics import median
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, update
from sqlmodel import col, select

from pmflow_core.accounts import service
from pmflow_core.accounts.models import SignInFailure, UserSession
from pmflow_core.accounts.schemas import NewSession
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.ids import token_hash

PASSWORD = "tidy-otter-9"
ADDRESS = "192.0.2.1"
begin = partial(transaction, None)


@pytest.fixture
def email(connection: Connection) -> str:
    """The e-mail address of a person."""
    del connection
    return make_person()


@pytest.fixture
def committed_email(database: Engine) -> Iterator[str]:
    """The e-mail address of a person who is really committed, for threads."""
    configure(database)
    yield make_person()
    database.dispose()


def make_person() -> str:
    with begin() as session:
        email = f"{uuid4().hex[:12]}@example.com"
        return service.create_user(session, email, PASSWORD).email


def sign_in(email: str, password: str = PASSWORD, address: str = ADDRESS) -> NewSession:
    return service.sign_in(begin, email, password, address)


def fail(email: str, times: int, address: str = ADDRESS) -> None:
    for _ in range(times):
        with pytest.raises(service.WrongCredentials):
            sign_in(email, "wrong-otter-9", address)


def test_guesses_from_all_over_an_ipv6_network_count_together(email: str) -> None:
    for number in range(5):
        fail(email, 1, f"2001:db8:1:2::{number}")
    with pytest.raises(service.TooManyAttempts):
        sign_in(email, address="2001:db8:1:2:ffff::9")
    sign_in(email, address="2001:db8:1:3::1")


def test_the_right_password_opens_a_session(email: str) -> None:
    new = sign_in(f" {email.upper()} ")
    assert new.user.email == email
    assert timedelta(days=6, hours=23) < new.expires_at - utcnow() <= timedelta(days=7)
    assert new.token not in repr(new)


def test_only_the_hash_of_the_token_is_kept(email: str) -> None:
    new = sign_in(email)
    with begin() as session:
        row = session.scalars(
            select(UserSession).where(col(UserSession.user_id) == new.user.id)
        ).one()
    assert row.token_hash == token_hash(new.token)
    assert new.token not in str(row)


def test_each_sign_in_gets_a_token_of_its_own(email: str) -> None:
    assert sign_in(email).token != sign_in(email).token


@pytest.mark.parametrize(
    "stranger", ["nobody@example.com", "no address", "nul\x00@example.com", ""]
)
def test_a_stranger_gets_the_answer_of_a_wrong_password(email: str, stranger: str) -> None:
    with pytest.raises(service.WrongCredentials) as wrong:
        sign_in(email, "wrong-otter-9")
    with pytest.raises(service.WrongCredentials) as unknown:
        sign_in(stranger)
    assert str(wrong.value) == str(unknown.value)


def test_a_stranger_gets_it_after_the_same_time(email: str) -> None:
    def seconds(address: str, number: int) -> float:
        began = time.process_time()
        with pytest.raises(service.WrongCredentials):
            sign_in(address, "wrong-otter-9", f"192.0.2.{number}")
        return time.process_time() - began

    known = median(seconds(email, number) for number in range(7))
    unknown = median(seconds("nobody@example.com", number) for number in range(7))
    assert unknown == pytest.approx(known, rel=0.5)


def test_after_five_failures_even_the_right_password_has_to_wait(email: str) -> None:
    fail(email, 5)
    with pytest.raises(service.TooManyAttempts) as refusal:
        sign_in(email)
    assert 14 * 60 < refusal.value.retry_after_s <= 15 * 60
    assert refusal.value.http_status == 429


def test_a_failure_stays_written_although_signing_in_raised(email: str) -> None:
    fail(email, 3)
    with begin() as session:
        failures = session.scalars(select(SignInFailure).where(col(SignInFailure.email) == email))
        assert len(list(failures)) == 3


def test_another_address_and_another_account_are_not_held_up(email: str) -> None:
    fail(email, 5)
    assert sign_in(email, address="192.0.2.2")
    assert sign_in(make_person())


def test_an_unknown_account_is_held_up_like_a_known_one(email: str) -> None:
    del email
    fail("nobody@example.com", 5)
    with pytest.raises(service.TooManyAttempts):
        sign_in("nobody@example.com")


def test_an_address_that_tries_many_accounts_is_held_up_for_all_of_them(email: str) -> None:
    spraying = "203.0.113.9"
    with begin() as session:
        session.add_all(
            SignInFailure(email=f"somebody-{number}@example.com", address=spraying)
            for number in range(service.ADDRESS_FAILURES_ALLOWED)
        )
    with pytest.raises(service.TooManyAttempts):
        sign_in(email, address=spraying)
    assert sign_in(email, address="192.0.2.2")


def test_a_success_starts_the_count_again(email: str) -> None:
    fail(email, 4)
    sign_in(email)
    fail(email, 4)
    assert sign_in(email)


def test_failures_are_forgotten_after_a_quarter_of_an_hour(email: str) -> None:
    fail(email, 5)
    with begin() as session:
        long_ago = utcnow() - timedelta(minutes=15, seconds=1)
        session.execute(update(SignInFailure).values(created_at=long_ago))
    assert sign_in(email)


def test_of_many_parallel_guesses_five_learn_that_they_are_wrong(committed_email: str) -> None:
    guesses = 12
    start = Barrier(guesses)

    def guess(number: int) -> str:
        start.wait()
        try:
            sign_in(committed_email, f"guess-otter-{number}")
        except (service.WrongCredentials, service.TooManyAttempts) as error:
            return error.code
        return "in"

    with ThreadPoolExecutor(guesses) as pool:
        answers = list(pool.map(guess, range(guesses)))
    assert answers.count("wrong_credentials") == 5
    assert answers.count("too_many_attempts") == guesses - 5


def test_many_tabs_may_sign_in_at_once(committed_email: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        tokens = {new.token for new in pool.map(lambda _: sign_in(committed_email), range(8))}
    assert len(tokens) == 8
