"""The one form in which text from outside is kept, compared and counted."""

import hashlib
import re
import unicodedata

MAX_SIGNAL_BYTES = 1_000_000
LONGEST_TAG, MOST_TAGS = 40, 20

_REPLACED = re.compile("[\x00\ud800-\udfff]")
_LINE_END = re.compile("\r\n|[\r\x85]")
_CONTROL = re.compile("[\x01-\x08\x0b-\x1f\x7f-\x9f]")
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me", "Cs", "Co", "Cn"})


def clean(text: str) -> str:
    """Text that PostgreSQL, JSON and a browser take, with its outer white space kept.

    NUL and lone surrogates become U+FFFD, line ends become LF, other control characters
    but the tab go, and the rest is composed (NFC).
    """
    if text.isascii() and text.isprintable():
        return text
    text = _REPLACED.sub("\ufffd", text)
    text = _CONTROL.sub("", _LINE_END.sub("\n", text))
    return unicodedata.normalize("NFC", text)


def normalise(text: str) -> str:
    """The verbatim as it is stored: clean and trimmed; twice gives the same as once."""
    return clean(text).strip()


def text_hash(text: str) -> str:
    """The same 64 hex digits for texts that differ only in case and white space."""
    folded = unicodedata.normalize("NFC", normalise(text).casefold())
    return hashlib.sha256(" ".join(folded.split()).encode()).hexdigest()


def is_blank(text: str) -> bool:
    """True if a person would see nothing: white space, invisible or unreadable characters."""
    return all(
        character == "\ufffd" or unicodedata.category(character) in _INVISIBLE_CATEGORIES
        for character in text
    )


def is_too_long(text: str) -> bool:
    """True if one signal may not hold this text."""
    # a code point takes at most 4 bytes, so most texts need no encoding to know
    if len(text) * 4 <= MAX_SIGNAL_BYTES:
        return False
    return len(text.encode(errors="replace")) > MAX_SIGNAL_BYTES
