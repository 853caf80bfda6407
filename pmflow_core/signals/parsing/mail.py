"""An e-mail: who wrote it when about what, and their own words without quotes and signature."""

import email
import email.policy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser

from pmflow_core.signals.normalise import clean, normalise
from pmflow_core.signals.parsing.prose import Piece, split_prose

_HEADER = re.compile(rb"(?i)(from|to|cc|date|sent|subject|reply-to|message-id|received)\s*:\s*\S")
_FIELD = re.compile(rb"[!-9;-~]{1,60}\s*:|[ \t]")
_TELLING = frozenset({b"from", b"subject", b"date", b"sent"})
_SENT = re.compile(r"(?im)^Sent:")
_QUOTED = re.compile(r"\s*>")
# names a day, and ends its line; a mail program may have wrapped it
_ATTRIBUTION = re.compile(
    r"(?:On|Am|Le|El)\s[^:]{0,80}\d[\s\S]{0,200}?"
    r"(?:wrote|schrieb[^:\n]{0,80}|a écrit|escribió)\s?:\s*$",
    re.MULTILINE,
)
_ATTRIBUTION_LINES = 3
_FORWARD = re.compile(
    r"\s*-{2,}\s*(?:Original Message|Forwarded message|Ursprüngliche Nachricht)\s*-{2,}|_{20,}\s*$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"--\s?$|Sent from my |Get Outlook for ", re.IGNORECASE)
_CLOSING = re.compile(
    r"(?:best|kind|warm|many)?\s*(?:regards|wishes|thanks|cheers|thank you|sincerely|best)"
    r"(?: (?:in advance|again|a lot|so much|and regards))?\s*[,.!]?\s*$",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening))\b[^.!?:]{0,60}[,!.:]?\s*$",
    re.IGNORECASE,
)
_MOST_CLOSING_LINES = 8
_HEAD_LINES = 60
_HEAD_LINES_OF_A_REPLY = 4


class Unreadable(Exception):
    """The message holds no text."""


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail as it is read; `text` is the body in which the pieces lie."""

    subject: str
    sender: str
    address: str | None
    sent_at: datetime | None
    message_id: str | None
    text: str
    pieces: tuple[Piece, ...]


def begins_with_headers(head: bytes) -> bool:
    """True if a text begins as an e-mail does: with header lines, two of which tell of it."""
    found: set[bytes] = set()
    for line in head.removeprefix(b"\xef\xbb\xbf").lstrip().splitlines()[:_HEAD_LINES]:
        if not line.strip():
            break
        if named := _HEADER.match(line):
            found.add(named[1].lower())
        elif not _FIELD.match(line):
            return False
    return len(found & _TELLING) >= 2


def read_mail(raw: bytes) -> Mail:
    """What a message says; raises Unreadable when it has no text."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    text = clean(_body(message))
    pieces = tuple(_own_words(text))
    name, address = parseaddr(_header(message, "from"))
    return Mail(
        subject=normalise(_header(message, "subject")),
        sender=normalise(name) or normalise(address),
        address=normalise(address) if "@" in address else None,
        sent_at=_moment(_header(message, "date") or _header(message, "sent")),
        message_id=normalise(_header(message, "message-id")).strip("<>") or None,
        text=text,
        pieces=pieces,
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name) or "")
    except (ValueError, IndexError, AttributeError, MessageError):
        # the parser of structured headers gives up on some that no mail program would write
        return next((str(value) for key, value in message.raw_items() if key.lower() == name), "")


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _body(message: EmailMessage) -> str:
    try:
        part = message.get_body(("plain", "html"))
    except (ValueError, KeyError, AttributeError) as error:
        raise Unreadable from error
    if part is None:
        raise Unreadable
    content = _decoded(part)
    return without_markup(content) if part.get_content_subtype() == "html" else content


def _decoded(part: MIMEPart) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else str(payload or "").encode(errors="replace")
    for charset in (part.get_content_charset(), "utf-8"):
        try:
            return raw.decode(charset or "utf-8")
        except (LookupError, UnicodeDecodeError):
            continue
    return raw.decode("cp1252", errors="replace")


class _Words(HTMLParser):
    """Collects the words of a page, with a line end where a block begins or ends."""

    _BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "table", "blockquote"})
    _UNSEEN = frozenset({"style", "script", "head", "title", "blockquote"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, or leave out what is not read; a quotation is somebody else's words."""
        del attrs
        self._unseen += tag in self._UNSEEN
        if tag in self._BLOCKS:
            self.parts.append("\n\n" if tag == "p" else "\n")

    def handle_endtag(self, tag: str) -> None:
        """End what the tag began."""
        self._unseen = max(0, self._unseen - (tag in self._UNSEEN))
        if tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Take words as a browser shows them: white space counts once."""
        if not self._unseen:
            self.parts.append(re.sub(r"\s+", " ", data))


def without_markup(page: str) -> str:
    """Return the words of a page of HTML as a browser shows them, blocks on lines of their own."""
    words = _Words()
    words.feed(page)
    words.close()
    return re.sub(r" *\n *", "\n", "".join(words.parts)).strip()


def _own_words(text: str) -> list[Piece]:
    """The passages of the sender's own words: greeting, closing, signature and quotes are left."""
    lines = text.split("\n")
    own = _own_lines(lines)
    kept = "\n".join(
        line if number in own else " " * len(line) for number, line in enumerate(lines)
    )
    return list(split_prose(kept))


def _own_lines(lines: Sequence[str]) -> set[int]:
    filled = [number for number, line in enumerate(lines) if line.strip()]
    own: list[int] = []
    for number in filled:
        if _ends_here(lines, number):
            break
        if not _QUOTED.match(lines[number]):
            own.append(number)
    own = _without_closing(lines, own)
    if own and _GREETING.match(lines[own[0]].strip()):
        own = own[1:]
    return set(own)


def _ends_here(lines: Sequence[str], number: int) -> bool:
    line = lines[number].strip()
    if _SIGNATURE.match(line) or _FORWARD.match(line):
        return True
    if _ATTRIBUTION.match("\n".join(lines[number : number + _ATTRIBUTION_LINES]).lstrip()):
        return True
    near = "\n".join(lines[number : number + _HEAD_LINES_OF_A_REPLY])
    return line.startswith("From: ") and _SENT.search(near) is not None


def _without_closing(lines: Sequence[str], own: list[int]) -> list[int]:
    for place, number in enumerate(own):
        near_end = len(own) - place <= _MOST_CLOSING_LINES
        if place and near_end and _CLOSING.match(lines[number].strip()):
            return own[:place]
    return own
