"""Every statement over accounts at identity providers, and over visits to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.models import OAuthAccount, OAuthFlow, User


def find_owner(session: Session, provider: str, subject: str) -> User | None:
    """Return the person whose account at the provider that is."""
    statement = (
        select(User)
        .join(OAuthAccount, col(OAuthAccount.user_id) == col(User.id))
        .where(col(OAuthAccount.provider) == provider, col(OAuthAccount.subject) == subject)
    )
    return session.scalar(statement)


def add_account(session: Session, account: OAuthAccount) -> bool:
    """Save a connection; False if it is somebody's, or the person has one at that provider."""
    statement = (
        insert(OAuthAccount)
        .values(account.model_dump())
        .on_conflict_do_nothing()
        .returning(col(OAuthAccount.id))
    )
    return session.scalar(statement) is not None


def note_used(session: Session, provider: str, subject: str, label: str, now: datetime) -> None:
    """Save that a connection was signed in by, and what it is called now."""
    session.execute(
        update(OAuthAccount)
        .where(col(OAuthAccount.provider) == provider, col(OAuthAccount.subject) == subject)
        .values(last_used_at=now, label=label)
        .execution_options(synchronize_session=False)
    )


def list_accounts(session: Session, user_id: UUID) -> list[OAuthAccount]:
    """Return a person's connections, by provider."""
    statement = (
        select(OAuthAccount)
        .where(col(OAuthAccount.user_id) == user_id)
        .order_by(col(OAuthAccount.provider))
    )
    return list(session.scalars(statement))


def delete_account(session: Session, user_id: UUID, provider: str) -> bool:
    """Delete a person's connection to a provider; False if there is none."""
    statement = (
        delete(OAuthAccount)
        .where(col(OAuthAccount.user_id) == user_id, col(OAuthAccount.provider) == provider)
        .returning(col(OAuthAccount.id))
    )
    return session.scalar(statement) is not None


def delete_accounts(session: Session, user_id: UUID) -> None:
    """Delete all of a person's connections."""
    session.execute(delete(OAuthAccount).where(col(OAuthAccount.user_id) == user_id))


def take_flow(
    session: Session, provider: str, *, state_hash: str, browser_hash: str, now: datetime
) -> OAuthFlow | None:
    """Delete and return a live visit of that browser; of many that come back, one gets it."""
    statement = (
        delete(OAuthFlow)
        .where(
            col(OAuthFlow.provider) == provider,
            col(OAuthFlow.state_hash) == state_hash,
            col(OAuthFlow.browser_hash) == browser_hash,
            col(OAuthFlow.expires_at) > now,
        )
        .returning(OAuthFlow)
    )
    return session.scalar(statement)


def delete_expired_flows(session: Session, now: datetime) -> None:
    """Delete visits from which nobody came back in time."""
    session.execute(delete(OAuthFlow).where(col(OAuthFlow.expires_at) < now))
