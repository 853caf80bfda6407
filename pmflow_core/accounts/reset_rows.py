"""Every statement over password resets."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.models import PasswordReset


def count_asked(session: Session, *, email: str, address: str, since: datetime) -> tuple[int, int]:
    """Return how many resets were asked for since then: for that account, from that address."""
    of_account = _count(session, col(PasswordReset.email) == email, since)
    return of_account, _count(session, col(PasswordReset.address) == address, since)


def take_asked(session: Session, limit: int) -> list[PasswordReset]:
    """Return resets that nobody has looked at yet, oldest first; only this transaction has them."""
    statement = (
        select(PasswordReset)
        .where(col(PasswordReset.issued_at).is_(None))
        .order_by(col(PasswordReset.created_at))
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return list(session.scalars(statement))


def is_any_asked(session: Session) -> bool:
    """Return whether a reset waits to be looked at."""
    statement = select(col(PasswordReset.id)).where(col(PasswordReset.issued_at).is_(None))
    return session.scalar(statement.limit(1)) is not None


def find_by_token(session: Session, token_hash: str) -> PasswordReset | None:
    """Return the reset of a link, used or not."""
    return session.scalar(
        select(PasswordReset)
        .where(col(PasswordReset.token_hash) == token_hash)
        .execution_options(populate_existing=True)
    )


def use(session: Session, token_hash: str, now: datetime) -> PasswordReset | None:
    """Use up a live reset and return it; of many that try at once, one gets it."""
    statement = (
        update(PasswordReset)
        .where(
            col(PasswordReset.token_hash) == token_hash,
            col(PasswordReset.used_at).is_(None),
            col(PasswordReset.expires_at) > now,
        )
        .values(used_at=now)
        .returning(PasswordReset)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return session.scalar(statement)


def void(session: Session, user_id: UUID, now: datetime) -> None:
    """Use up all of a person's resets."""
    session.execute(
        update(PasswordReset)
        .where(col(PasswordReset.user_id) == user_id, col(PasswordReset.used_at).is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )


def forget(session: Session, email: str) -> None:
    """Delete what was asked for an address."""
    session.execute(delete(PasswordReset).where(col(PasswordReset.email) == email))


def delete_old(session: Session, before: datetime) -> None:
    """Delete resets that were asked for before that moment."""
    session.execute(delete(PasswordReset).where(col(PasswordReset.created_at) < before))


def _count(session: Session, condition: object, since: datetime) -> int:
    statement = select(func.count(col(PasswordReset.id))).where(
        condition,  # pyright: ignore[reportArgumentType]
        col(PasswordReset.created_at) > since,
    )
    return session.scalar(statement) or 0
