"""A new password for who forgot theirs: asked for by anybody, given to who reads the mail.

The request does the same for every address, so neither its answer nor its time tells whether there
is an account. A worker then finds the account and writes the mail.
"""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from pmflow_core.accounts import oauth_rows, repository, reset_rows
from pmflow_core.accounts.models import PasswordReset
from pmflow_core.accounts.passwords import check_password, hash_password
from pmflow_core.accounts.schemas import Client, NewSession, UserRead
from pmflow_core.accounts.service import Begin, open_session, parse_email
from pmflow_core.accounts.sessions import revoke_all
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict, NotFound, RateLimited
from pmflow_core.ids import new_token, token_hash
from pmflow_core.jobs import Job, enqueue_on_commit
from pmflow_core.logs import get_logger
from pmflow_core.mail import service as mail
from pmflow_core.mail.setup import MailUnavailable

log = get_logger(__name__)
LIFETIME = timedelta(minutes=30)
JOB_ID = "resets"
WINDOW = timedelta(hours=1)
PER_ACCOUNT = 5
PER_ADDRESS = 20
BATCH = 100
SUBJECT = "Choose a new password for pmflow"
_TEXT = """Somebody, probably you, asked for a new password for the pmflow account {email}.

Choose one here within 30 minutes:

{link}

The link works once. If it was not you, do nothing: your password stays as it is.
"""


class TooManyResets(RateLimited):
    """Too many resets were asked for one account, or from one address, within an hour."""

    code = "too_many_resets"
    retry_after_s = int(WINDOW.total_seconds())


class ResetUnknown(NotFound):
    """The link is none that was made here, or is older than two days."""

    code = "reset_unknown"


class ResetExpired(Conflict):
    """The link is older than 30 minutes."""

    code = "reset_expired"


class ResetUsed(Conflict):
    """The link was used, or another one was, or the account changed since."""

    code = "reset_used"


class ResetStanding(StrEnum):
    """What a link is good for."""

    LIVE = "live"
    EXPIRED = "expired"
    USED = "used"
    UNKNOWN = "unknown"


def ask(session: Session, email: str, address: str) -> None:
    """Have a link mailed to the address if it is an account's; `address` is who asks from where.

    Raises:
        InvalidEmail: the e-mail address cannot be one.
        MailUnavailable: this installation sends no mail.
        TooManyResets: as often for an account as for no account.
    """
    email = parse_email(email)
    if not mail.is_on():
        raise MailUnavailable(
            "This installation sends no mail. Ask who runs it for a link to reset your password."
        )
    _refuse_too_many(session, email, address)
    session.add(PasswordReset(email=email, address=address, expires_at=utcnow() + LIFETIME))
    enqueue_on_commit(session, Job.ISSUE_RESETS, job_id=JOB_ID)


def issue_asked(session: Session, web_url: str) -> int:
    """Write the mails of resets that were asked for; return how many came to nothing or a mail."""
    now = utcnow()
    rows = reset_rows.take_asked(session, BATCH)
    for row in rows:
        row.issued_at = now
        user = repository.find_user(session, row.email)
        if user is None or row.expires_at <= now or not mail.is_on():
            continue
        token = new_token()
        row.user_id, row.token_hash = user.id, token_hash(token)
        text = _TEXT.format(email=user.email, link=link_of(web_url, token))
        mail.send(session, user.email, SUBJECT, text, useless_after=row.expires_at)
    return len(rows)


def make_link(session: Session, email: str, web_url: str) -> str:
    """Return a link for a person, to be handed to them by who runs the installation.

    Raises:
        InvalidEmail: the e-mail address cannot be one.
        NotFound: nobody has that address.
    """
    user = repository.find_user(session, parse_email(email))
    if user is None:
        raise NotFound("Nobody has signed up with that e-mail address.")
    token, now = new_token(), utcnow()
    row = PasswordReset(
        email=user.email,
        address="",
        by_operator=True,
        user_id=user.id,
        token_hash=token_hash(token),
        issued_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(row)
    log.info("reset.made_by_operator", user_id=str(user.id))
    return link_of(web_url, token)


def link_of(web_url: str, token: str) -> str:
    """Return the address of the page where a new password is chosen."""
    return f"{web_url}/reset/{token}"


def standing(session: Session, token: str) -> ResetStanding:
    """Return what a link is good for, without using it."""
    row = _find(session, token)
    if row is None:
        return ResetStanding.UNKNOWN
    if row.used_at is not None:
        return ResetStanding.USED
    return ResetStanding.LIVE if row.expires_at > utcnow() else ResetStanding.EXPIRED


def redeem(begin: Begin, token: str, password: str, client: Client) -> NewSession:
    """Set a new password by a link, end every session, and sign the person in.

    Takes `begin` because no transaction may be open while the password is hashed.

    Raises:
        ResetUnknown: there is no such link.
        ResetUsed: it was used, also when another redeems it at this moment.
        ResetExpired: it is older than 30 minutes.
        WeakPassword: the password is easily guessed; the link stays good.
    """
    with begin() as session:
        _refuse(standing(session, token))
        row = _find(session, token)
    check_password(password, "" if row is None else row.email)
    password_hash = hash_password(password)
    with begin() as session:
        used = reset_rows.use(session, token_hash(token), utcnow())
        if used is None or used.user_id is None:
            _refuse(standing(session, token))
            raise ResetUsed("This link was used already. Ask for a new one.")
        return _settle(session, used, password_hash, client)


def _settle(
    session: Session, used: PasswordReset, password_hash: str, client: Client
) -> NewSession:
    user = None if used.user_id is None else repository.lock_user(session, used.user_id)
    if user is None or user.email != used.email:
        raise ResetUsed("The account has changed since this link was made. Ask for a new one.")
    now = utcnow()
    if user.email_verified_at is None and not used.by_operator:
        # Who reads the mail is the owner; whoever made the account may have been somebody else.
        oauth_rows.delete_accounts(session, user.id)
        repository.note_verified(session, user.id, now)
    repository.set_password(session, user.id, password_hash)
    reset_rows.void(session, user.id, now)
    repository.forget_all_failures(session, user.email)
    revoke_all(session, user.id)
    log.info("password.reset", user_id=str(user.id), address=client.address)
    return open_session(session, UserRead.model_validate(user), client)


def _refuse(found: ResetStanding) -> None:
    match found:
        case ResetStanding.UNKNOWN:
            raise ResetUnknown("This link is not valid. Ask for a new one.")
        case ResetStanding.USED:
            raise ResetUsed("This link was used already. Ask for a new one.")
        case ResetStanding.EXPIRED:
            raise ResetExpired("This link is older than 30 minutes. Ask for a new one.")
        case ResetStanding.LIVE:
            return


def _find(session: Session, token: str) -> PasswordReset | None:
    if not token or not token.isascii():
        return None
    return reset_rows.find_by_token(session, token_hash(token))


def _refuse_too_many(session: Session, email: str, address: str) -> None:
    # Always in this order, so that no two wait for each other.
    repository.lock_words(session, f"reset of {email}")
    repository.lock_words(session, f"reset from {address}")
    since = utcnow() - WINDOW
    of_account, from_address = reset_rows.count_asked(
        session, email=email, address=address, since=since
    )
    if of_account >= PER_ACCOUNT or from_address >= PER_ADDRESS:
        raise TooManyResets("Too many resets were asked for. Look into your mail, or wait an hour.")
