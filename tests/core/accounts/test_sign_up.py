"""Signing up: one account per e-mail address."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine
from sqlmodel import col, func, select

from pmflow_core.accounts import service
from pmflow_core.accounts.models import User
from pmflow_core.accounts.passwords import WeakPassword
from pmflow_core.accounts.schemas import UserRead
from pmflow_core.db.transaction import configure, transaction

PASSWORD = "tidy-otter-9"


def fresh_email() -> str:
    return f"{uuid4().hex[:12]}@example.com"


def sign_up(email: str, password: str = PASSWORD, name: str = "Product lead") -> UserRead:
    with transaction(None) as session:
        return service.sign_up(session, email, password, name)


def test_the_e_mail_is_kept_trimmed_and_lower_cased(connection: Connection) -> None:
    del connection
    email = fresh_email()
    user = sign_up(f"  {email.upper()} ")
    assert (user.email, user.name, user.is_operator) == (email, "Product lead", False)


def test_a_name_left_out_is_taken_from_the_e_mail(connection: Connection) -> None:
    del connection
    email = fresh_email()
    assert sign_up(email, name="  ").name == email.partition("@")[0]


@pytest.mark.parametrize(
    "email",
    [
        "",
        "nobody",
        "a@b",
        "a b@example.com",
        "a@exam ple.com",
        "a@@example.com",
        "a@.com",
        "a@example..com",
        f"{'x' * 65}@example.com",
        f"a@{'x' * 254}.com",
        "a\x00@example.com",
        "a\u202e@example.com",
    ],
)
def test_what_cannot_be_an_e_mail_address_is_refused(connection: Connection, email: str) -> None:
    del connection
    with pytest.raises(service.InvalidEmail):
        sign_up(email)


@pytest.mark.parametrize("name", ["x" * 81, "nul\x00", "esc\x1b[31m"])
def test_a_name_that_cannot_be_shown_is_refused(connection: Connection, name: str) -> None:
    del connection
    with pytest.raises(service.InvalidName):
        sign_up(fresh_email(), name=name)


def test_a_weak_password_is_refused(connection: Connection) -> None:
    del connection
    with pytest.raises(WeakPassword):
        sign_up(fresh_email(), "password1")


def test_an_e_mail_in_use_is_refused_in_any_case(connection: Connection) -> None:
    del connection
    email = fresh_email()
    sign_up(email)
    with pytest.raises(service.EmailTaken):
        sign_up(email.title())


def test_only_who_runs_the_installation_makes_an_operator(connection: Connection) -> None:
    del connection
    with transaction(None) as session:
        user = service.create_user(session, fresh_email(), PASSWORD, operator=True)
    assert user.is_operator


def test_parallel_sign_ups_with_one_e_mail_make_one_user(database: Engine) -> None:
    configure(database)
    email, people = fresh_email(), 8
    start = Barrier(people)

    def attempt(number: int) -> bool:
        start.wait()
        try:
            sign_up(email if number % 2 else email.upper())
        except service.EmailTaken:
            return False
        return True

    with ThreadPoolExecutor(people) as pool:
        assert sum(pool.map(attempt, range(people))) == 1
    with transaction(None) as session:
        count = select(func.count(col(User.id))).where(col(User.email) == email)
        assert session.scalar(count) == 1
