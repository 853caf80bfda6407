"""Signing up, in and out, and who is behind a session.

Nobody is an actor yet when these are called, so the e-mail, password or token is the permission.
"""

import re
import unicodedata
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pmflow_core.accounts import oauth_rows, repository, reset_rows
from pmflow_core.accounts.addresses import network
from pmflow_core.accounts.models import User, UserSession
from pmflow_core.accounts.passwords import check_password, hash_password, verify_password
from pmflow_core.accounts.schemas import Client, NewSession, SignedIn, UserRead
from pmflow_core.clock import utcnow
from pmflow_core.errors import (
    Conflict,
    Invalid,
    PermissionDenied,
    RateLimited,
    Unauthenticated,
)
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.ids import new_token, token_hash

IDLE = timedelta(hours=12)
LIFETIME = timedelta(days=7)
SEEN_RESOLUTION = timedelta(minutes=1)
# Long enough to tell a used link from an unknown one.
RESETS_KEPT = timedelta(days=2)
LONGEST_AGENT = 400
NOWHERE = Client()
FAILURES_ALLOWED = 5
# Whoever tries one password on many accounts; an office behind one address stays below it.
ADDRESS_FAILURES_ALLOWED = 100
FAILURE_WINDOW = timedelta(minutes=15)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")

Begin = Callable[[], AbstractContextManager[Session]]


class InvalidEmail(Invalid):
    """The e-mail address cannot be one."""

    code = "invalid_email"


class InvalidName(Invalid):
    """The name is empty, too long or holds control characters."""

    code = "invalid_name"


class EmailTaken(Conflict):
    """Somebody has signed up with that e-mail address."""

    code = "email_taken"


class SignUpClosed(PermissionDenied):
    """Only people with an invitation may make an account here."""

    code = "sign_up_closed"


class WrongCredentials(Unauthenticated):
    """No person has that e-mail and password; which of the two is wrong is not told."""

    code = "wrong_credentials"


class TooManyAttempts(RateLimited):
    """Too many sign-ins failed from one address, for one account or for many."""

    code = "too_many_attempts"

    def __init__(self, wait: timedelta) -> None:
        self.retry_after_s = max(1, round(wait.total_seconds()))
        minutes = -(-self.retry_after_s // 60)
        super().__init__(f"Too many failed sign-ins. Try again in {minutes} min.")


def sign_up(
    session: Session, email: str, password: str, name: str = "", *, is_open: bool = True
) -> UserRead:
    """Add a person and return them; follow with `open_session` to sign them in.

    `is_open` says whether people may come without an invitation. Nobody has shown yet that the
    address is theirs.

    Raises:
        SignUpClosed: it is not open.
        InvalidEmail: the e-mail address cannot be one.
        InvalidName: the name is too long or holds control characters.
        WeakPassword: the password is easily guessed.
        EmailTaken: the e-mail address is somebody's.
    """
    if not is_open:
        raise SignUpClosed(
            "New accounts need an invitation here. Ask an admin of your workspace for one."
        )
    return _add(session, _with_password(email, password, name))


def create_user(
    session: Session, email: str, password: str, name: str = "", *, operator: bool = False
) -> UserRead:
    """Add a person, by request of who runs the installation and vouches for the address.

    Raises: what `sign_up` does but SignUpClosed.
    """
    user = _with_password(email, password, name)
    user.is_operator = operator
    user.email_verified_at = utcnow()
    return _add(session, user)


def _with_password(email: str, password: str, name: str) -> User:
    email = parse_email(email)
    check_password(password, email)
    return User(
        email=email,
        name=parse_name(name) or email.partition("@")[0],
        # Before the first statement, so that no connection waits for it.
        password_hash=hash_password(password),
    )


def _add(session: Session, user: User) -> UserRead:
    saved = repository.add_user(session, user)
    if saved is None:
        raise EmailTaken("Somebody has signed up with that e-mail address. Sign in instead.")
    return UserRead.model_validate(saved)


def sign_in(
    begin: Begin, email: str, password: str, address: str, user_agent: str = ""
) -> NewSession:
    """Open a session for who knows the password; `address` is where the request came from.

    Takes `begin`, which opens a transaction outside of any workspace (`partial(transaction,
    None)`), instead of a session: a failure must stay written although this raises, and no
    transaction may be open while the password is hashed.

    Raises:
        WrongCredentials: after the same time whether the account exists or not.
        TooManyAttempts: within 15 minutes five sign-ins failed for the account from that address,
            or a hundred from that address for any account.
    """
    try:
        email = parse_email(email)
    except InvalidEmail:
        verify_password(None, password)
        raise WrongCredentials("That e-mail and password do not match.") from None
    caller = network(address)
    with begin() as session:
        refuse_after_failures(session, email, caller)
        user = repository.find_user(session, email)
    matches = verify_password(user.password_hash if user else None, password)
    with begin() as session:
        repository.lock_sign_in(session, email, caller)
        # Again, under the lock: of many parallel guesses only five may learn whether they are right
        refuse_after_failures(session, email, caller)
        if user is not None and matches:
            repository.forget_failures(session, email, caller)
            client = Client(address, user_agent)
            return open_session(session, UserRead.model_validate(user), client)
        repository.add_failure(session, email, caller)
    raise WrongCredentials("That e-mail and password do not match.")


def open_session(session: Session, user: UserRead, client: Client = NOWHERE) -> NewSession:
    """Sign a person in whose identity has just been shown."""
    now = utcnow()
    token = new_token()
    expires_at = now + LIFETIME
    session.add(
        UserSession(
            user_id=user.id,
            token_hash=token_hash(token),
            last_seen_at=now,
            expires_at=expires_at,
            address=client.address,
            user_agent=client.user_agent[:LONGEST_AGENT],
        )
    )
    return NewSession(token=token, user=user, expires_at=expires_at)


def sign_out(session: Session, token: str) -> None:
    """End the session with that token and tell its tabs; a token that is none is no error."""
    if token.isascii():
        ended = repository.revoke_session(session, token_hash(token), utcnow())
        publish_on_commit(session, *map(topics.session, ended))


def find_session(session: Session, token: str) -> SignedIn | None:
    """Return who is behind a session's token; None when it ended, by time or by signing out."""
    return find_sessions(session, (token,)).get(token)


def find_sessions(session: Session, tokens: Collection[str]) -> dict[str, SignedIn]:
    """Return who is behind each session's token; a token whose session ended is left out."""
    by_hash = {token_hash(token): token for token in tokens if token and token.isascii()}
    now = utcnow()
    found = repository.find_live_sessions(session, by_hash.keys(), now=now, seen_after=now - IDLE)
    unseen = [row.id for row, _ in found if row.last_seen_at < now - SEEN_RESOLUTION]
    if unseen:
        repository.touch_sessions(session, unseen, now)
    return {
        by_hash[row.token_hash]: SignedIn(
            user_id=user.id,
            email=user.email,
            name=user.name,
            is_operator=user.is_operator,
            session_id=row.id,
        )
        for row, user in found
    }


def find_user_by_email(session: Session, email: str) -> UserRead | None:
    """Return the person with that e-mail address, for who runs the installation."""
    user = repository.find_user(session, parse_email(email))
    return None if user is None else UserRead.model_validate(user)


def forget_ended(session: Session) -> None:
    """Delete what is past any use of sessions, failures, resets and visits to providers."""
    now: datetime = utcnow()
    repository.delete_ended(session, sessions=now, failures=now - FAILURE_WINDOW)
    reset_rows.delete_old(session, now - RESETS_KEPT)
    oauth_rows.delete_expired_flows(session, now)


def parse_email(text: str) -> str:
    """Return an e-mail address as it is kept: trimmed and lower-cased.

    Raises:
        InvalidEmail: it cannot be one.
    """
    email = unicodedata.normalize("NFC", text.strip()).lower()
    if len(email) > 254 or not email.isprintable() or not _EMAIL.fullmatch(email):
        raise InvalidEmail("That is not an e-mail address.")
    return email


def parse_name(text: str) -> str:
    """Return a person's name as it is kept; it may be empty.

    Raises:
        InvalidName: it is too long or holds control characters.
    """
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if len(name) > 80 or not name.isprintable():
        raise InvalidName("A name has at most 80 characters, all of them printable.")
    return name


def refuse_after_failures(session: Session, email: str, address: str) -> None:
    """Raise TooManyAttempts after five wrong passwords for an account from an address."""
    now = utcnow()
    times = repository.failure_times(session, email, address, since=now - FAILURE_WINDOW)
    if len(times) >= FAILURES_ALLOWED:
        raise TooManyAttempts(times[-FAILURES_ALLOWED] + FAILURE_WINDOW - now)
    most = ADDRESS_FAILURES_ALLOWED
    since = now - FAILURE_WINDOW
    from_there = repository.address_failure_times(session, address, since=since, most=most)
    if address and len(from_there) == most:
        raise TooManyAttempts(from_there[-1] + FAILURE_WINDOW - now)
