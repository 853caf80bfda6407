"""A forgotten password: nobody learns who has an account, and a link works once."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, delete, event, select, update
from sqlmodel import col

from pmflow_core import jobs
from pmflow_core.accounts import oauth_rows, resets, service
from pmflow_core.accounts.models import OAuthAccount, PasswordReset, User
from pmflow_core.accounts.passwords import WeakPassword
from pmflow_core.accounts.resets import ResetStanding, ResetUsed
from pmflow_core.accounts.schemas import Client, NewSession
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.errors import NotFound
from pmflow_core.mail import setup
from pmflow_core.mail.models import Mail
from pmflow_core.mail.setup import MailUnavailable
from pmflow_core.settings import Settings

OLD, NEW = "tidy-otter-9", "calm-badger-4"
HERE = Client("192.0.2.1", "Firefox")
URL = "https://pmflow.example"
begin = partial(transaction, None)
Send = Callable[[bool], None]


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[Send]:
    """Mail that is on; call it to switch."""

    def send(on: bool) -> None:
        values = {"data_dir": tmp_path, "secret_key": "a secret of tests"}
        setup.configure(
            Settings.model_validate(values | ({"smtp_url": "smtp://127.0.0.1"} if on else {}))
        )

    send(True)
    yield send
    setup.configure(None)


@pytest.fixture
def email(connection: Connection, mail: Send) -> str:
    """The address of a person with a password."""
    del connection, mail
    return make_person()


def make_person() -> str:
    with begin() as session:
        return service.sign_up(session, f"{uuid4().hex[:12]}@example.com", OLD).email


def ask(email: str, address: str = "192.0.2.1") -> None:
    with begin() as session:
        resets.ask(session, email, address)


def issue() -> int:
    with begin() as session:
        return resets.issue_asked(session, URL)


def mails() -> list[tuple[str, str]]:
    """Return to whom which text waits to be sent."""
    sealed = setup.current()
    assert sealed is not None
    with begin() as session:
        rows = session.scalars(select(Mail).order_by(col(Mail.id))).all()
        return [(row.recipient, sealed.open(row.sealed_text)) for row in rows]


def link_for(email: str) -> str:
    """Ask, have the mail written, and return the token in it."""
    ask(email)
    issue()
    found = re.search(rf"{URL}/reset/(\S+)", mails()[-1][1])
    assert found is not None
    return found.group(1)


def redeem(token: str, password: str = NEW) -> NewSession:
    return resets.redeem(begin, token, password, HERE)


def standing(token: str) -> ResetStanding:
    with begin() as session:
        return resets.standing(session, token)


def may_sign_in(email: str, password: str) -> bool:
    try:
        service.sign_in(begin, email, password, "192.0.2.9")
    except service.WrongCredentials:
        return False
    return True


def is_live(token: str) -> bool:
    with begin() as session:
        return service.find_session(session, token) is not None


def test_who_reads_the_mail_chooses_a_password_and_is_signed_in(email: str) -> None:
    token = link_for(email.upper())
    assert mails()[0][0] == email
    assert standing(token) is ResetStanding.LIVE

    assert is_live(redeem(token).token)

    assert may_sign_in(email, NEW)
    assert not may_sign_in(email, OLD)


def test_a_reset_ends_every_session_and_forgets_wrong_guesses(email: str) -> None:
    before = service.sign_in(begin, email, OLD, "192.0.2.5").token
    for _ in range(5):
        assert not may_sign_in(email, "wrong-otter-1")
    redeem(link_for(email))
    assert not is_live(before)
    assert may_sign_in(email, NEW)


def test_asking_does_the_same_for_a_stranger_but_writes_no_mail(email: str) -> None:
    statements: dict[str, list[str]] = {}
    for address in (email, "nobody@example.com"):
        done = statements.setdefault(address, [])

        def note(
            _c: object, _cursor: object, words: str, *_: object, done: list[str] = done
        ) -> None:
            done.append(words)

        with begin() as session:
            event.listen(session.connection(), "before_cursor_execute", note)
            resets.ask(session, address, "192.0.2.1")
            session.flush()
            event.remove(session.connection(), "before_cursor_execute", note)
    assert statements[email] == statements["nobody@example.com"]
    assert len(statements[email]) >= 4

    assert issue() == 2
    assert [to for to, _ in mails()] == [email]


def test_a_reset_that_is_looked_at_twice_writes_one_mail(email: str) -> None:
    ask(email)
    assert [issue(), issue()] == [1, 0]
    assert len(mails()) == 1


@pytest.mark.parametrize("known", [True, False])
def test_an_account_and_no_account_are_limited_alike(email: str, known: bool) -> None:
    address = email if known else "nobody@example.com"
    for number in range(resets.PER_ACCOUNT):
        ask(address, f"192.0.2.{number}")
    with pytest.raises(resets.TooManyResets) as told:
        ask(address, "192.0.2.99")
    assert told.value.retry_after_s > 60


def test_one_address_may_ask_for_so_many_accounts_only(email: str) -> None:
    for number in range(resets.PER_ADDRESS):
        ask(f"p{number}@example.com")
    with pytest.raises(resets.TooManyResets):
        ask(email)
    ask(email, "192.0.2.2")


def test_where_no_mail_is_sent_the_operator_makes_the_link(email: str, mail: Send) -> None:
    mail(False)
    with pytest.raises(MailUnavailable, match="Ask who runs it"):
        ask(email)
    with begin() as session:
        link = resets.make_link(session, email, URL)
    redeem(link.removeprefix(f"{URL}/reset/"))
    assert may_sign_in(email, NEW)
    with pytest.raises(NotFound), begin() as session:
        resets.make_link(session, "nobody@example.com", URL)


def test_only_a_hash_of_the_token_is_stored(email: str) -> None:
    token = link_for(email)
    with begin() as session:
        rows = [row.model_dump() for row in session.scalars(select(PasswordReset))]
        waiting = [row.model_dump() for row in session.scalars(select(Mail))]
    assert token not in str(rows)
    assert token not in str(waiting)


def test_a_link_works_once_and_takes_the_others_with_it(email: str) -> None:
    first, second = link_for(email), link_for(email)
    redeem(second)
    for token in (first, second):
        assert standing(token) is ResetStanding.USED
        with pytest.raises(ResetUsed):
            redeem(token)


def test_a_link_is_good_for_thirty_minutes(email: str) -> None:
    token = link_for(email)
    with begin() as session:
        session.execute(update(PasswordReset).values(expires_at=utcnow() - timedelta(seconds=1)))
    assert standing(token) is ResetStanding.EXPIRED
    with pytest.raises(resets.ResetExpired):
        redeem(token)
    assert may_sign_in(email, OLD)


@pytest.mark.parametrize("token", ["", "x", "é", "\udc00", "nul\x00", "x" * 10_000])
def test_what_is_no_link_changes_nothing(email: str, token: str) -> None:
    assert standing(token) is ResetStanding.UNKNOWN
    with pytest.raises(resets.ResetUnknown):
        redeem(token)
    assert may_sign_in(email, OLD)


def test_a_weak_password_leaves_the_link_good(email: str) -> None:
    token = link_for(email)
    for weak in ("short", "password1", email):
        with pytest.raises(WeakPassword):
            redeem(token, weak)
    assert standing(token) is ResetStanding.LIVE


def test_a_link_counts_only_for_the_address_it_was_sent_to(email: str) -> None:
    token = link_for(email)
    with begin() as session:
        session.execute(
            update(User).where(col(User.email) == email).values(email="moved@example.com")
        )
    with pytest.raises(ResetUsed):
        redeem(token)
    assert may_sign_in("moved@example.com", OLD)


@pytest.mark.parametrize("by_mail", [True, False])
def test_who_shows_that_the_mailbox_is_theirs_puts_out_who_took_the_address(
    email: str, by_mail: bool
) -> None:
    with begin() as session:
        user = session.scalars(select(User).where(col(User.email) == email)).one()
        planted = OAuthAccount(user_id=user.id, provider="github", subject="1", label="other")
        oauth_rows.add_account(session, planted)
        user_id = user.id
    if by_mail:
        redeem(link_for(email))
    else:
        with begin() as session:
            link = resets.make_link(session, email, URL)
        redeem(link.rpartition("/")[2])
    with begin() as session:
        left = oauth_rows.list_accounts(session, user_id)
        verified_at = session.scalar(select(User.email_verified_at).where(col(User.id) == user_id))
    assert (len(left), verified_at is not None) == ((0, True) if by_mail else (1, False))


def test_of_fifty_that_redeem_one_link_at_once_one_sets_the_password(
    database: Engine, mail: Send
) -> None:
    del mail
    jobs.configure(None)
    configure(database)
    email = make_person()
    with begin() as session:
        token = resets.make_link(session, email, URL).rpartition("/")[2]
    together = Barrier(50)

    def race(number: int) -> str | None:
        together.wait()
        try:
            redeem(token, f"calm-badger-{number}")
        except ResetUsed:
            return None
        return f"calm-badger-{number}"

    try:
        with ThreadPoolExecutor(50) as pool:
            winners = [won for won in pool.map(race, range(50)) if won]
        (password,) = winners
        assert may_sign_in(email, password)
    finally:
        with begin() as session:
            session.execute(delete(User).where(col(User.email) == email))
        database.dispose()


def test_resets_are_forgotten_when_they_are_past_any_use(email: str) -> None:
    ask(email)
    with begin() as session:
        session.execute(update(PasswordReset).values(created_at=utcnow() - timedelta(days=3)))
        service.forget_ended(session)
        assert session.scalars(select(PasswordReset)).all() == []
