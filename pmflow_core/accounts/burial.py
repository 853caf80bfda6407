"""Forgetting a person who deletes their account; the row stays for what they wrote."""

from sqlalchemy.orm import Session

from pmflow_core.accounts import oauth_rows, repository, reset_rows
from pmflow_core.accounts.models import User
from pmflow_core.clock import utcnow
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.logs import get_logger

log = get_logger(__name__)
NAME = "Former member"


def bury(session: Session, user: User) -> None:
    """Remove a person's name, address and every way in; their open tabs are told."""
    oauth_rows.delete_accounts(session, user.id)
    reset_rows.forget(session, user.email)
    repository.forget_all_failures(session, user.email)
    ended = repository.forget_sessions(session, user.id)
    # The domain is reserved for what is no address (RFC 2606 §2), so nobody can sign up with it.
    repository.bury_user(session, user.id, f"{user.id.hex}@deleted.invalid", NAME, utcnow())
    log.info("account.deleted", user_id=str(user.id))
    publish_on_commit(session, *map(topics.session, ended))
