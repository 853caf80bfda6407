"""Every statement over users, sessions, failed sign-ins, API keys and the audit log."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import String, Uuid, any_, cast, column, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.models import ApiKey, AuditEntry, SignInFailure, User, UserSession
from pmflow_core.accounts.schemas import AuditQuery

_LOCK = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")


def add_user(session: Session, user: User) -> User | None:
    """Save a new person; None if the e-mail is somebody's, also when two arrive at once."""
    statement = (
        insert(User)
        .values(user.model_dump())
        .on_conflict_do_nothing(index_elements=[col(User.email)])
        .returning(User)
    )
    return session.scalar(statement)


def find_user(session: Session, email: str) -> User | None:
    """Return the person with that lower-cased e-mail."""
    return session.scalar(select(User).where(col(User.email) == email))


def get_user(session: Session, user_id: UUID) -> User | None:
    """Return a living person."""
    return session.scalar(
        select(User).where(col(User.id) == user_id, col(User.deleted_at).is_(None))
    )


def lock_user(session: Session, user_id: UUID) -> User | None:
    """Return a living person, and let changes of their ways in happen one after the other."""
    return session.scalar(
        select(User)
        .where(col(User.id) == user_id, col(User.deleted_at).is_(None))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def set_password(session: Session, user_id: UUID, password_hash: str | None) -> None:
    """Save a person's new password, or that they have none."""
    session.execute(update(User).where(col(User.id) == user_id).values(password_hash=password_hash))


def set_name(session: Session, user_id: UUID, name: str) -> None:
    """Save a person's name."""
    session.execute(update(User).where(col(User.id) == user_id).values(name=name))


def note_verified(session: Session, user_id: UUID, now: datetime) -> None:
    """Save that the address was shown to be the person's, if it was not before."""
    session.execute(
        update(User)
        .where(col(User.id) == user_id, col(User.email_verified_at).is_(None))
        .values(email_verified_at=now)
    )


def bury_user(session: Session, user_id: UUID, email: str, name: str, now: datetime) -> None:
    """Forget who a person was; the row stays for what they wrote."""
    session.execute(
        update(User)
        .where(col(User.id) == user_id)
        .values(
            email=email,
            name=name,
            password_hash=None,
            is_operator=False,
            email_verified_at=None,
            deleted_at=now,
        )
    )


def forget_sessions(session: Session, user_id: UUID) -> list[UUID]:
    """Delete all of a person's sessions, with where they came from; return their ids."""
    statement = (
        delete(UserSession)
        .where(col(UserSession.user_id) == user_id)
        .returning(col(UserSession.id))
    )
    return list(session.scalars(statement))


def lock_sign_in(session: Session, email: str, address: str) -> None:
    """Let the sign-ins of one account from one address be decided one after the other."""
    lock_words(session, f"sign-in {email} {address}")


def lock_words(session: Session, words: str) -> None:
    """Let whoever names the same words go one after the other, until the commit."""
    session.execute(_LOCK, {"key": words})


def failure_times(session: Session, email: str, address: str, *, since: datetime) -> list[datetime]:
    """Return when sign-ins failed for that account and address, oldest first."""
    statement = (
        select(col(SignInFailure.created_at))
        .where(
            col(SignInFailure.email) == email,
            col(SignInFailure.address) == address,
            col(SignInFailure.created_at) > since,
        )
        .order_by(col(SignInFailure.created_at))
    )
    return list(session.scalars(statement))


def address_failure_times(
    session: Session, address: str, *, since: datetime, most: int
) -> list[datetime]:
    """Return when sign-ins last failed from that address, for any account, newest first."""
    statement = (
        select(col(SignInFailure.created_at))
        .where(col(SignInFailure.address) == address, col(SignInFailure.created_at) > since)
        .order_by(col(SignInFailure.created_at).desc())
        .limit(most)
    )
    return list(session.scalars(statement))


def add_failure(session: Session, email: str, address: str) -> None:
    """Save that a sign-in failed."""
    session.add(SignInFailure(email=email, address=address))


def forget_failures(session: Session, email: str, address: str) -> None:
    """Start again at zero for that account and address."""
    session.execute(
        delete(SignInFailure).where(
            col(SignInFailure.email) == email, col(SignInFailure.address) == address
        )
    )


def find_live_sessions(
    session: Session, hashes: Collection[str], *, now: datetime, seen_after: datetime
) -> list[tuple[UserSession, User]]:
    """Return the sessions with these token hashes and their people.

    Those that are revoked, expired or idle for too long are left out.
    """
    statement = (
        select(UserSession, User)
        .join(User, col(User.id) == col(UserSession.user_id))
        .where(
            col(UserSession.token_hash) == any_(cast(list(hashes), ARRAY(String))),
            col(UserSession.revoked_at).is_(None),
            col(UserSession.expires_at) > now,
            col(UserSession.last_seen_at) > seen_after,
        )
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def touch_sessions(session: Session, ids: Collection[UUID], now: datetime) -> None:
    """Move the idle clock of sessions; whoever holds one of them has touched or ended it."""
    free = select(col(UserSession.id)).where(col(UserSession.id).in_(ids))
    session.execute(
        update(UserSession)
        .where(col(UserSession.id).in_(free.with_for_update(skip_locked=True, key_share=True)))
        .values(last_seen_at=now)
        .execution_options(synchronize_session=False)
    )


def revoke_session(session: Session, token_hash: str, now: datetime) -> list[UUID]:
    """End the session with that token, if it has not ended; return its id."""
    statement = (
        update(UserSession)
        .where(col(UserSession.token_hash) == token_hash, col(UserSession.revoked_at).is_(None))
        .values(revoked_at=now)
        .returning(col(UserSession.id))
    )
    return list(session.scalars(statement))


def list_live_sessions(
    session: Session, user_id: UUID, *, now: datetime, seen_after: datetime
) -> list[UserSession]:
    """Return a person's sessions that have not ended, the one seen last first."""
    statement = (
        select(UserSession)
        .where(
            col(UserSession.user_id) == user_id,
            col(UserSession.revoked_at).is_(None),
            col(UserSession.expires_at) > now,
            col(UserSession.last_seen_at) > seen_after,
        )
        .order_by(col(UserSession.last_seen_at).desc(), col(UserSession.id).desc())
    )
    return list(session.scalars(statement))


def get_session(session: Session, user_id: UUID, session_id: UUID) -> UserSession | None:
    """Return a person's session that was not revoked."""
    return session.scalar(
        select(UserSession).where(
            col(UserSession.id) == session_id,
            col(UserSession.user_id) == user_id,
            col(UserSession.revoked_at).is_(None),
        )
    )


def owner_of_session(session: Session, session_id: UUID, token_hash: str) -> UUID | None:
    """Return whose session that is, if the token is its own and it was not revoked."""
    return session.scalar(
        select(col(UserSession.user_id)).where(
            col(UserSession.id) == session_id,
            col(UserSession.token_hash) == token_hash,
            col(UserSession.revoked_at).is_(None),
        )
    )


def revoke_sessions(
    session: Session,
    user_id: UUID,
    now: datetime,
    *,
    only: UUID | None = None,
    but: UUID | None = None,
) -> list[UUID]:
    """End a person's sessions, all of them, one, or all but one; return those that ended."""
    statement = update(UserSession).where(
        col(UserSession.user_id) == user_id, col(UserSession.revoked_at).is_(None)
    )
    if only is not None:
        statement = statement.where(col(UserSession.id) == only)
    if but is not None:
        statement = statement.where(col(UserSession.id) != but)
    return list(session.scalars(statement.values(revoked_at=now).returning(col(UserSession.id))))


def replace_token(session: Session, session_id: UUID, token_hash: str) -> None:
    """Give a session another token; the one before counts no more."""
    session.execute(
        update(UserSession)
        .where(col(UserSession.id) == session_id)
        .values(token_hash=token_hash)
        .execution_options(synchronize_session=False)
    )


def forget_all_failures(session: Session, email: str) -> None:
    """Start again at zero for that account, from wherever."""
    session.execute(delete(SignInFailure).where(col(SignInFailure.email) == email))


def delete_ended(session: Session, *, sessions: datetime, failures: datetime) -> None:
    """Delete sessions that expired, and failures that happened, before those moments."""
    session.execute(delete(UserSession).where(col(UserSession.expires_at) < sessions))
    session.execute(delete(SignInFailure).where(col(SignInFailure.created_at) < failures))


def find_key_owner(session: Session, secret_hash: str) -> tuple[UUID, str, str] | None:
    """Return the workspace, role and name of a live API key, before a workspace is known."""
    found = func.pmflow_api_key(secret_hash).table_valued(
        column("workspace_id", Uuid()), column("role"), column("name")
    )
    row = session.execute(select(found.c.workspace_id, found.c.role, found.c.name)).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def touch_api_key(
    session: Session, secret_hash: str, *, now: datetime, unused_since: datetime
) -> None:
    """Note that a key is used; needs a session inside its workspace."""
    never_or_long_ago = col(ApiKey.last_used_at).is_(None) | (
        col(ApiKey.last_used_at) < unused_since
    )
    session.execute(
        update(ApiKey)
        .where(col(ApiKey.secret_hash) == secret_hash, never_or_long_ago)
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )


def list_api_keys(session: Session, workspace_id: UUID) -> list[ApiKey]:
    """Return a workspace's keys, newest first, the revoked ones too."""
    statement = (
        select(ApiKey)
        .where(col(ApiKey.workspace_id) == workspace_id)
        .order_by(col(ApiKey.created_at).desc(), col(ApiKey.id).desc())
    )
    return list(session.scalars(statement))


def revoke_api_key(
    session: Session, workspace_id: UUID, key_id: UUID, now: datetime
) -> ApiKey | None:
    """End a key and return it; None if the workspace has no such live key."""
    statement = (
        update(ApiKey)
        .where(
            col(ApiKey.workspace_id) == workspace_id,
            col(ApiKey.id) == key_id,
            col(ApiKey.revoked_at).is_(None),
        )
        .values(revoked_at=now)
        .returning(ApiKey)
    )
    return session.scalar(statement)


def list_entries(
    session: Session, query: AuditQuery, below: UUID | None, limit: int
) -> list[AuditEntry]:
    """Return the newest entries that are asked for; their ids are ordered by time."""
    statement = select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(limit)
    if query.action:
        action = col(AuditEntry.action)
        statement = statement.where(
            (action == query.action) | action.startswith(f"{query.action}.", autoescape=True)
        )
    if query.actor:
        named = col(AuditEntry.actor_name).icontains(query.actor, autoescape=True)
        statement = statement.where(named)
    if query.target:
        statement = statement.where(col(AuditEntry.target).icontains(query.target, autoescape=True))
    if query.since is not None:
        statement = statement.where(col(AuditEntry.created_at) >= query.since)
    if query.until is not None:
        statement = statement.where(col(AuditEntry.created_at) < query.until)
    if below is not None:
        statement = statement.where(col(AuditEntry.id) < below)
    return list(session.scalars(statement))


def list_kinds(session: Session) -> list[str]:
    """Return the first parts of the actions that were written, in order."""
    kind = func.split_part(col(AuditEntry.action), ".", 1)
    return list(session.scalars(select(kind).distinct().order_by(kind)))
