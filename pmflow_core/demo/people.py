"""Whose a sample is when nobody says so."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts import service as accounts
from pmflow_core.accounts.models import User
from pmflow_core.accounts.schemas import UserRead
from pmflow_core.errors import Invalid, NotFound

EMAIL = "demo@example.com"


class WhoseSample(Invalid):
    """There are several people and none of them runs the installation."""

    code = "whose_sample"


def find_admin(session: Session, email: str | None) -> UserRead | None:
    """Return the person with that e-mail; else the only one, else the first operator.

    None where nobody has signed up yet.

    Raises:
        NotFound: nobody has that e-mail.
        WhoseSample: there are several people and no operator.
    """
    if email is not None:
        user = accounts.find_user_by_email(session, email)
        if user is None:
            raise NotFound(f"Nobody has the e-mail {email}. Run first: pmflow user create")
        return user
    oldest = select(User).order_by(col(User.created_at), col(User.id))
    first = session.scalars(oldest.limit(2)).all()
    if len(first) > 1:
        operator = session.scalar(oldest.where(col(User.is_operator)).limit(1))
        if operator is None:
            raise WhoseSample("Several people have signed up; say whose it is with --admin EMAIL.")
        return UserRead.model_validate(operator)
    return UserRead.model_validate(first[0]) if first else None


def make_admin(session: Session) -> tuple[UserRead, str]:
    """Add a person for the sample and return them with their password, which is kept nowhere."""
    password = secrets.token_urlsafe(12)
    return accounts.create_user(session, EMAIL, password, "Demo"), password
