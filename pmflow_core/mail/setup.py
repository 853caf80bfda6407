"""How this process sends mail, as the settings say it; without a server it sends none."""

import base64
import hashlib
from dataclasses import dataclass
from email.utils import parseaddr
from functools import cached_property
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken

from pmflow_core.errors import Unavailable
from pmflow_core.mail.smtp import MailServer, server_at
from pmflow_core.settings import Settings


class MailUnavailable(Unavailable):
    """This installation sends no mail, or the text of one cannot be read any more."""

    code = "mail_unavailable"


@dataclass(frozen=True)
class Setup:
    """The mail server, who the sender is, and the key of the texts that wait."""

    settings: Settings

    @cached_property
    def server(self) -> MailServer | None:
        """Return the server that takes our mail; None when none is set."""
        url = self.settings.smtp_url
        return None if url is None else server_at(url.get_secret_value())

    @cached_property
    def sender(self) -> str:
        """Return the address that mails come from."""
        if self.settings.mail_from:
            return self.settings.mail_from
        user = self.server.user if self.server else ""
        if "@" in parseaddr(user)[1]:
            return user
        return f"pmflow@{urlsplit(self.settings.web_url).hostname or 'localhost'}"

    def seal(self, text: str) -> str:
        """Return the text as it may be stored."""
        return self._key.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return a text that `seal` made.

        Raises:
            MailUnavailable: the installation's secret key has changed since.
        """
        try:
            return self._key.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise MailUnavailable("The mail was written under another secret key.") from error

    @cached_property
    def _key(self) -> Fernet:
        secret = hashlib.sha256(b"pmflow mail\0" + self.settings.secret()).digest()
        return Fernet(base64.urlsafe_b64encode(secret))


@dataclass
class _Current:
    setup: Setup | None = None


_current = _Current()


def configure(settings: Settings | None) -> None:
    """Have this process send mail as `settings` say; None sends none, as some tests want."""
    _current.setup = None if settings is None else Setup(settings)


def current() -> Setup | None:
    """Return how mail is sent; None while this installation sends none."""
    setup = _current.setup
    return setup if setup is not None and setup.server is not None else None
