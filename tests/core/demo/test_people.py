"""Whose a sample is when nobody says so."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Connection

from pmflow_core.accounts.models import User
from pmflow_core.db.transaction import transaction
from pmflow_core.demo import people
from pmflow_core.errors import NotFound


@pytest.fixture
def nobody(connection: Connection) -> None:
    """An installation that has just been made, until the test ends."""
    connection.exec_driver_sql("truncate users cascade")


def add(email: str, *, operator: bool = False) -> UUID:
    with transaction(None) as session:
        user = User(
            email=email,
            name="Product lead",
            is_operator=operator,
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        session.add(user)
        return user.id


def found(email: str | None = None) -> UUID | None:
    with transaction(None) as session:
        user = people.find_admin(session, email)
        return None if user is None else user.id


@pytest.mark.usefixtures("nobody")
def test_of_nobody_it_is_nobodys_until_somebody_is_made_for_it() -> None:
    assert found() is None
    with transaction(None) as session:
        made, password = people.make_admin(session)
    assert (made.email, made.is_operator) == ("demo@example.com", False)
    assert len(password) >= 12
    assert found() == made.id


@pytest.mark.usefixtures("nobody")
def test_of_several_people_it_is_the_first_operators() -> None:
    add("lead@example.com")
    operator = add("operator@example.com", operator=True)
    assert found() == operator


@pytest.mark.usefixtures("nobody")
def test_of_several_people_without_an_operator_somebody_must_say_whose() -> None:
    lead = add("lead@example.com")
    add("support@example.com")
    with pytest.raises(people.WhoseSample, match="--admin"):
        found()
    assert found("Lead@example.com") == lead
    with pytest.raises(NotFound):
        found("nobody@example.com")
