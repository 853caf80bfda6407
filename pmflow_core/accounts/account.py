"""What people change about their own account: name and password."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import repository, reset_rows, sessions
from pmflow_core.accounts.addresses import network
from pmflow_core.accounts.models import User
from pmflow_core.accounts.oauth import list_connections
from pmflow_core.accounts.passwords import check_password, hash_password, verify_password
from pmflow_core.accounts.schemas import AccountRead
from pmflow_core.accounts.service import (
    Begin,
    InvalidName,
    WrongCredentials,
    parse_name,
    refuse_after_failures,
)
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict, Unauthenticated
from pmflow_core.logs import get_logger

log = get_logger(__name__)


class WrongPassword(WrongCredentials):
    """The person's present password is another one."""

    code = "wrong_password"
    http_status = 403


class PasswordChanged(Conflict):
    """The password was changed at the same moment from somewhere else."""

    code = "password_changed"


@dataclass(frozen=True, slots=True)
class Myself:
    """Who changes their account: the person, the session they do it in, and its address."""

    user_id: UUID
    session_id: UUID
    address: str = ""


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """The present password, empty for who has none, and the one to have."""

    old: str = field(repr=False)
    new: str = field(repr=False)


def read_account(session: Session, me: Myself) -> AccountRead:
    """Return a person's account as they see it; raises Unauthenticated."""
    user = _living(repository.get_user(session, me.user_id))
    return AccountRead(
        email=user.email,
        name=user.name,
        has_password=user.password_hash is not None,
        is_fresh=sessions.is_fresh(session, me.user_id, me.session_id),
        connections=list_connections(session, me.user_id),
    )


def change_name(session: Session, me: Myself, name: str) -> str:
    """Save and return what others see.

    Raises:
        InvalidName: it is empty, too long or holds control characters.
    """
    name = parse_name(name)
    if not name:
        raise InvalidName("A name has at least one character.")
    repository.set_name(session, me.user_id, name)
    return name


def change_password(begin: Begin, me: Myself, change: PasswordChange) -> str:
    """Set another password, end all other sessions, and return this session's new token.

    Takes `begin` because no transaction may be open while passwords are hashed.

    Raises:
        WrongPassword: the present password is another one.
        TooManyAttempts: it was wrong five times within 15 minutes.
        SignInAgain: there is no password yet, and the sign-in is not of this quarter of an hour.
        WeakPassword: the new one is easily guessed.
        PasswordChanged: it was changed from elsewhere at this moment.
    """
    user = prove(begin, me, change.old)
    check_password(change.new, user.email)
    password_hash = hash_password(change.new)
    with begin() as session:
        found = _living(repository.lock_user(session, me.user_id))
        if found.password_hash != user.password_hash:
            raise PasswordChanged("Your password was changed at this moment. Sign in again.")
        token = sessions.renew(session, me.user_id, me.session_id)
        repository.set_password(session, me.user_id, password_hash)
        reset_rows.void(session, me.user_id, utcnow())
        sessions.revoke_others(session, me.user_id, me.session_id)
        log.info("password.changed", user_id=str(me.user_id), address=me.address)
        return token


def prove(begin: Begin, me: Myself, password: str) -> User:
    """Return the person if it is surely they: by their password, or without one by a fresh sign-in.

    Raises:
        WrongPassword: the password is another one.
        TooManyAttempts: it was wrong five times within 15 minutes.
        SignInAgain: there is none, and the sign-in is not of this quarter of an hour.
    """
    with begin() as session:
        user = _living(repository.get_user(session, me.user_id))
        if user.password_hash is None:
            sessions.require_fresh(session, me.user_id, me.session_id)
            return user
        refuse_after_failures(session, user.email, network(me.address))
    matches = verify_password(user.password_hash, password)
    with begin() as session:
        repository.lock_sign_in(session, user.email, network(me.address))
        # Again, under the lock: of many parallel guesses only five may learn whether they are right
        refuse_after_failures(session, user.email, network(me.address))
        if matches:
            return user
        repository.add_failure(session, user.email, network(me.address))
    raise WrongPassword("That is not your present password.")


def _living(user: User | None) -> User:
    if user is None:
        raise Unauthenticated("You are signed out. Sign in to go on.")
    return user
