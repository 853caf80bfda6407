"""The one conversation with a mail server (RFC 5321), and what its refusals mean."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from pmflow_core.errors import PmflowError, Unavailable

TIMEOUT_S = 20.0
# smtp:// encrypts when the server can; starttls:// insists; smtps:// begins encrypted.
PORTS = {"smtp": 25, "starttls": 587, "smtps": 465}


class MailServerAway(Unavailable):
    """The mail server cannot be reached or spoken to; every mail waits for it."""

    code = "mail_server_away"


class MailDelayed(Unavailable):
    """The mail server does not take this mail now; it is tried again."""

    code = "mail_delayed"


class MailRefused(PmflowError):
    """The mail server will never take this mail."""

    code = "mail_refused"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and as whom."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        """Return the address without the password."""
        return f"MailServer({self.scheme}://{self.host}:{self.port})"

    @property
    def is_near(self) -> bool:
        """Return whether no network lies between, so that a password may go unencrypted."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


def server_at(url: str) -> MailServer:
    """Return the mail server of an address such as `starttls://user:password@mail.example.com`.

    Raises:
        ValueError: the address cannot be one; the text says why.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS:
        raise ValueError("must begin with smtp://, starttls:// or smtps://")
    if not parts.hostname:
        raise ValueError("must name the mail server's host")
    return MailServer(
        parts.scheme,
        parts.hostname,
        parts.port or PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


def hand_over(server: MailServer, message: EmailMessage) -> None:
    """Give one mail to the server; when this returns, the server has taken it.

    Raises:
        MailServerAway: the server does not answer, or refuses us before any mail.
        MailDelayed: it refuses this mail for now.
        MailRefused: it refuses this mail for good.
    """
    try:
        link = _connect(server)
    except (smtplib.SMTPException, OSError) as error:
        raise MailServerAway(f"The mail server does not answer as it should: {error}") from error
    try:
        link.send_message(message)
    except smtplib.SMTPException as error:
        raise _refusal(error) from error
    except OSError as error:
        raise MailServerAway(f"The mail server went away: {error}") from error
    finally:
        _leave(link)


def _connect(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.scheme == "smtps":
        link: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT_S, context=context
        )
    else:
        link = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
    try:
        _secure(link, server, context)
        if server.user:
            link.login(server.user, server.password)
    except BaseException:
        link.close()
        raise
    return link


def _secure(link: smtplib.SMTP, server: MailServer, context: ssl.SSLContext) -> None:
    """Encrypt where it is asked for or possible; never send a password over a network in clear."""
    if server.scheme == "smtps":
        return
    link.ehlo_or_helo_if_needed()
    if server.scheme == "starttls" or (link.has_extn("starttls") and not server.is_near):
        link.starttls(context=context)
    elif server.user and not server.is_near:
        raise smtplib.SMTPNotSupportedError("it offers no encryption, and a password is set")


def _refusal(error: smtplib.SMTPException) -> PmflowError:
    """Return what a refusal means: a code from 500 on is for good (RFC 5321 §4.2.1)."""
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return MailServerAway(f"The mail server went away: {error}")
    code = getattr(error, "smtp_code", 0)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max((each[0] for each in error.recipients.values()), default=0)
    words = f"The mail server does not take it: {error}"[:500]
    return MailRefused(words) if code >= 500 else MailDelayed(words)


def _leave(link: smtplib.SMTP) -> None:
    try:
        link.quit()
    except (smtplib.SMTPException, OSError):
        link.close()
