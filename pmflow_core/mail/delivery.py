"""Delivering mail: taken for a while, handed over with no transaction open, then marked.

Who dies between the two leaves a mail that is sent again when its time is up. Both carry one
Message-ID, by which mailboxes know it is the same.
"""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from pmflow_core.clock import utcnow
from pmflow_core.db.patient import patiently
from pmflow_core.errors import PmflowError
from pmflow_core.logs import get_logger
from pmflow_core.mail import repository
from pmflow_core.mail.models import Mail
from pmflow_core.mail.setup import MailUnavailable, Setup, current
from pmflow_core.mail.smtp import (
    MailDelayed,
    MailRefused,
    MailServer,
    MailServerAway,
    hand_over,
)

log = get_logger(__name__)
# With pauses of an hour at most that is two days (RFC 5321 §4.5.4.1 advises to try for days).
MAX_ATTEMPTS = 60
FIRST_PAUSE_S = 10.0
LONGEST_PAUSE_S = 3600.0
# Longer than any conversation with a server: each of its few steps may take `smtp.TIMEOUT_S`.
TAKEN_FOR = timedelta(minutes=5)
HandOver = Callable[[MailServer, EmailMessage], None]


def deliver(go_on: Callable[[], bool] = lambda: True, hand: HandOver = hand_over) -> int:
    """Send what is due, one after another; return how many mails the server took."""
    setup = current()
    if setup is None:
        return 0
    sent = 0
    while go_on():
        mail = patiently(None, lambda session: repository.take(session, taken_for=TAKEN_FOR))
        if mail is None:
            break
        try:
            sent += _send(setup, mail, hand)
        except MailServerAway as error:
            _wait_for_server(mail, error)
            break
    return sent


def pause_after(attempts: int) -> timedelta:
    """Return how long a mail waits after so many tries that failed."""
    return timedelta(seconds=min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (attempts - 1)))


def message_of(mail: Mail, text: str, sender: str) -> EmailMessage:
    """Return a mail as it is sent: plain text, and the same Message-ID at every try."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    # RFC 3834 §5: keeps answering machines quiet.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _send(setup: Setup, mail: Mail, hand: HandOver) -> bool:
    """Hand one mail over and note how that ended; raises MailServerAway."""
    if mail.useless_after is not None and mail.useless_after <= utcnow():
        _give_up(mail, "It came too late to be of use.")
        return False
    if mail.attempts > MAX_ATTEMPTS or setup.server is None:
        # Its process died with every try, so none was noted.
        _give_up(mail, mail.error or "Each try ended with its process.")
        return False
    try:
        hand(setup.server, message_of(mail, setup.open(mail.sealed_text), setup.sender))
    except (MailRefused, MailUnavailable, ValueError) as error:
        _give_up(mail, str(error))
    except MailDelayed as error:
        _try_again(mail, error)
    else:
        patiently(None, lambda session: repository.note_sent(session, mail.id))
        log.info("mail.sent", mail_id=str(mail.id), attempts=mail.attempts)
        return True
    return False


def _give_up(mail: Mail, why: str) -> None:
    log.error("mail.failed", mail_id=str(mail.id), attempts=mail.attempts, error=why)
    patiently(None, lambda session: repository.note_failed(session, mail, why))


def _try_again(mail: Mail, error: PmflowError) -> None:
    if mail.attempts >= MAX_ATTEMPTS:
        _give_up(mail, str(error))
        return
    log.warning("mail.delayed", mail_id=str(mail.id), attempts=mail.attempts, error=str(error))
    pause = pause_after(mail.attempts)
    patiently(None, lambda session: repository.note_delayed(session, mail, str(error), pause))


def _wait_for_server(mail: Mail, error: MailServerAway) -> None:
    """Let all mails wait as long as this one: each try would hold the worker for a time-out."""
    _try_again(mail, error)
    pause = pause_after(mail.attempts)
    patiently(None, lambda session: repository.postpone_all(session, pause))
