"""A person's signed-in browsers: which there are, and ending them at once, wherever they are."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import repository
from pmflow_core.accounts.devices import device_name
from pmflow_core.accounts.schemas import SessionRead
from pmflow_core.accounts.service import IDLE
from pmflow_core.clock import utcnow
from pmflow_core.errors import NotFound, Unauthenticated
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.ids import new_token, token_hash
from pmflow_core.logs import get_logger

log = get_logger(__name__)
FRESH = timedelta(minutes=15)


class SignInAgain(Unauthenticated):
    """Something this weighty needs a sign-in of the last quarter of an hour."""

    code = "sign_in_again"


def list_sessions(session: Session, user_id: UUID, current: UUID) -> list[SessionRead]:
    """Return where a person is signed in, the browser seen last first."""
    now = utcnow()
    rows = repository.list_live_sessions(session, user_id, now=now, seen_after=now - IDLE)
    return [
        SessionRead(
            id=row.id,
            device=device_name(row.user_agent),
            address=row.address,
            signed_in_at=row.created_at,
            last_seen_at=row.last_seen_at,
            is_current=row.id == current,
        )
        for row in rows
    ]


def revoke(session: Session, user_id: UUID, session_id: UUID) -> None:
    """End one of a person's sessions; its tabs go to the sign-in page at once.

    Raises:
        NotFound: the person has no such session, or it has ended.
    """
    ended = repository.revoke_sessions(session, user_id, utcnow(), only=session_id)
    if not ended:
        raise NotFound("That session has ended already.")
    _tell(session, user_id, ended)


def revoke_others(session: Session, user_id: UUID, current: UUID) -> int:
    """End all of a person's sessions but the current one; return how many."""
    ended = repository.revoke_sessions(session, user_id, utcnow(), but=current)
    _tell(session, user_id, ended)
    return len(ended)


def revoke_all(session: Session, user_id: UUID) -> None:
    """End all of a person's sessions."""
    _tell(session, user_id, repository.revoke_sessions(session, user_id, utcnow()))


def renew(session: Session, user_id: UUID, session_id: UUID) -> str:
    """Give the current session a new token and return it; the old one counts no more.

    Raises:
        Unauthenticated: the session has ended meanwhile.
    """
    if repository.get_session(session, user_id, session_id) is None:
        raise Unauthenticated("You are signed out. Sign in to go on.")
    token = new_token()
    repository.replace_token(session, session_id, token_hash(token))
    return token


def is_fresh(session: Session, user_id: UUID, session_id: UUID) -> bool:
    """Return whether the person signed in a moment ago, so that it is surely they."""
    row = repository.get_session(session, user_id, session_id)
    return row is not None and row.created_at > utcnow() - FRESH


def require_fresh(session: Session, user_id: UUID, session_id: UUID) -> None:
    """Raise SignInAgain unless the person signed in a moment ago."""
    if not is_fresh(session, user_id, session_id):
        raise SignInAgain("Sign out and in again first, to show that it is you.")


def _tell(session: Session, user_id: UUID, ended: list[UUID]) -> None:
    if ended:
        log.info("sessions.revoked", user_id=str(user_id), sessions=len(ended))
        publish_on_commit(session, *map(topics.session, ended))
