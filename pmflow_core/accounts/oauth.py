"""Signing in by an identity provider: setting out, coming back, and which account that is.

The network is the edge's: it asks the provider between `come_back` and the rest, with no
transaction open.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import oauth_rows, repository, reset_rows
from pmflow_core.accounts.identity_providers import IdentityProvider
from pmflow_core.accounts.models import OAuthAccount, OAuthFlow, User
from pmflow_core.accounts.schemas import Client, ConnectionRead, Identity, NewSession, UserRead
from pmflow_core.accounts.service import SignUpClosed, open_session, parse_email
from pmflow_core.accounts.sessions import revoke_all
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict, Invalid, NotFound, PermissionDenied, Unauthenticated
from pmflow_core.ids import new_token, token_hash
from pmflow_core.logs import get_logger

log = get_logger(__name__)
TRIP_TIME = timedelta(minutes=10)
LONGEST_NAME = 80


class BadReturn(Invalid):
    """The browser that came back is not the one that set out, comes twice, or too late."""

    code = "bad_return"


class EmailNotVerified(PermissionDenied):
    """The provider does not say that the e-mail address is the person's."""

    code = "email_not_verified"


class AlreadyConnected(Conflict):
    """The account at the provider is somebody's, or the person has another one there."""

    code = "already_connected"


class LastWayIn(Conflict):
    """Without this connection the person could not sign in any more."""

    code = "last_way_in"


@dataclass(frozen=True, slots=True)
class Departure:
    """What a browser sets out with: `state` travels, `secret` stays in its cookie."""

    state: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Return:
    """Whither a visit leads; `session_id` is that of who connects their account."""

    next: str
    session_id: UUID | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A sign-in by a provider; `was_cleared` when the account's earlier ways in were removed."""

    session: NewSession
    was_cleared: bool = False


def set_out(
    session: Session, provider: IdentityProvider, next_page: str, session_id: UUID | None = None
) -> Departure:
    """Note that a browser is sent to the provider; `session_id` says who connects an account."""
    trip = Departure(new_token(), new_token())
    session.add(
        OAuthFlow(
            provider=provider.name,
            state_hash=token_hash(trip.state),
            browser_hash=token_hash(trip.secret),
            next=next_page,
            session_id=session_id,
            expires_at=utcnow() + TRIP_TIME,
        )
    )
    return trip


def come_back(session: Session, provider: IdentityProvider, state: str, secret: str) -> Return:
    """Return whither the visit leads; it counts once, whatever comes of it.

    Raises:
        BadReturn: no such visit, it is another browser's or provider's, or it took too long.
    """
    flow = None
    if state.isascii() and secret.isascii():
        flow = oauth_rows.take_flow(
            session,
            provider.name,
            state_hash=token_hash(state),
            browser_hash=token_hash(secret),
            now=utcnow(),
        )
    if flow is None:
        raise BadReturn("This sign-in was not begun here, took too long or was used. Try again.")
    return Return(flow.next, flow.session_id)


def sign_in_as(
    session: Session,
    provider: IdentityProvider,
    identity: Identity,
    client: Client,
    *,
    may_come: Callable[[Session, str], bool],
) -> Arrival:
    """Sign in the person whose account that is; who is new gets an account if they `may_come`.

    An account with the same address is taken for theirs when the provider has verified the address.
    If nobody had shown before that the address is theirs, whoever made the account may have been
    somebody else: its password, sessions and other connections end.

    Raises:
        EmailNotVerified: it is new, and the provider does not vouch for an address.
        AlreadyConnected: the account with that address has another connection there.
        SignUpClosed: it is new, and new accounts need an invitation.
    """
    repository.lock_words(session, f"identity {identity.provider} {identity.subject}")
    owner = oauth_rows.find_owner(session, identity.provider, identity.subject)
    if owner is not None:
        oauth_rows.note_used(
            session, identity.provider, identity.subject, _label(identity), utcnow()
        )
        return Arrival(_open(session, owner, identity, client))
    email = _vouched(provider, identity)
    known = repository.find_user(session, email)
    user = known or _new_user(session, email, identity, may_come=may_come)
    was_cleared = _claim(session, user.id)
    _connect(session, provider, identity, user.id)
    return Arrival(_open(session, user, identity, client), was_cleared)


def connect(
    session: Session, provider: IdentityProvider, identity: Identity, session_id: UUID, token: str
) -> None:
    """Add a way in to the account of who set out, if it is still they who come back.

    Raises:
        Unauthenticated: another person is signed in, or nobody.
        AlreadyConnected: that account is somebody's, or the person has another one there.
    """
    user_id = repository.owner_of_session(session, session_id, token_hash(token))
    if user_id is None:
        raise Unauthenticated("You are signed out. Sign in, then connect again.")
    repository.lock_user(session, user_id)
    owner = oauth_rows.find_owner(session, identity.provider, identity.subject)
    if owner is not None and owner.id == user_id:
        return
    _connect(session, provider, identity, user_id)


def list_connections(session: Session, user_id: UUID) -> list[ConnectionRead]:
    """Return the accounts by which a person may sign in."""
    rows = oauth_rows.list_accounts(session, user_id)
    return [ConnectionRead.model_validate(row) for row in rows]


def disconnect(session: Session, user_id: UUID, name: str, usable: frozenset[str]) -> None:
    """Remove a way in; `usable` names the providers that this installation is set up for.

    Raises:
        NotFound: there is no such connection.
        LastWayIn: there is no password and no other usable connection.
    """
    # Locked, so that of two that are removed at once one stays.
    user = repository.lock_user(session, user_id)
    mine = {row.provider for row in oauth_rows.list_accounts(session, user_id)}
    if user is None or name not in mine:
        raise NotFound("There is no such connection.")
    if user.password_hash is None and not (mine - {name}) & usable:
        raise LastWayIn("This is your only way in. Set a password first.")
    oauth_rows.delete_account(session, user_id, name)
    log.info("identity.disconnected", user_id=str(user_id), provider=name)


def _vouched(provider: IdentityProvider, identity: Identity) -> str:
    if not identity.email or not identity.is_verified:
        raise EmailNotVerified(
            f"{provider.label} does not say that your e-mail address is verified. Verify it there,"
            " or sign in another way and connect it in your account."
        )
    return parse_email(identity.email)


def _new_user(
    session: Session, email: str, identity: Identity, *, may_come: Callable[[Session, str], bool]
) -> User:
    if not may_come(session, email):
        raise SignUpClosed(
            "New accounts need an invitation here. Ask an admin of your workspace for one."
        )
    name = "".join(each for each in " ".join(identity.name.split()) if each.isprintable())
    user = User(
        email=email,
        name=name[:LONGEST_NAME].strip() or email.partition("@")[0],
        email_verified_at=utcnow(),
    )
    saved = repository.add_user(session, user) or repository.find_user(session, email)
    if saved is None:
        raise BadReturn("The account changed at this moment. Try again.")
    return saved


def _claim(session: Session, user_id: UUID) -> bool:
    """Give an account to who has shown that its address is theirs; True if it was in doubt."""
    user = repository.lock_user(session, user_id)
    if user is None or user.email_verified_at is not None:
        return False
    now = utcnow()
    had_ways_in = user.password_hash is not None
    repository.set_password(session, user_id, None)
    oauth_rows.delete_accounts(session, user_id)
    reset_rows.void(session, user_id, now)
    revoke_all(session, user_id)
    repository.note_verified(session, user_id, now)
    log.warning("account.claimed", user_id=str(user_id))
    return had_ways_in


def _connect(
    session: Session, provider: IdentityProvider, identity: Identity, user_id: UUID
) -> None:
    account = OAuthAccount(
        user_id=user_id,
        provider=identity.provider,
        subject=identity.subject,
        label=_label(identity),
        last_used_at=utcnow(),
    )
    if not oauth_rows.add_account(session, account):
        raise AlreadyConnected(
            f"That {provider.label} account is another person's here, or yours has another one"
            " already. Sign in another way and look at your account."
        )
    log.info("identity.connected", user_id=str(user_id), provider=identity.provider)


def _open(session: Session, user: User, identity: Identity, client: Client) -> NewSession:
    log.info("identity.signed_in", user_id=str(user.id), provider=identity.provider)
    return open_session(session, UserRead.model_validate(user), client)


def _label(identity: Identity) -> str:
    text = identity.email or identity.name or identity.subject
    return "".join(each for each in text if each.isprintable())[:254]
