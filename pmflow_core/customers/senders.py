"""Who sent a signal, and what makes two senders the same; pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

MAX_NAME = 200
_ADDRESS = re.compile(r"[^@\s<>(),;\"]{1,64}@[^@\s<>(),;\"]{1,190}")
# What forms and exports write where nobody is named.
_NOBODY = frozenset(
    {
        "", "-", "–", "?", "n/a", "na", "none", "null", "nil", "unknown", "anonymous", "anon",
        "guest", "user", "a user", "customer", "a customer", "a google user", "not given",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sender:
    """A person or company as one sender of signals tells of them; at least a name is known."""

    key: str
    name: str
    email: str | None = None
    company: str | None = None
    tier: str | None = None
    annual_value: Decimal | None = None

    def with_gaps_filled(self, other: "Sender") -> "Sender":
        """Return the sender with what only another mention of them tells."""
        return Sender(
            self.key,
            self.name if self.name != self.email else other.name,
            self.email or other.email,
            self.company or other.company,
            self.tier or other.tier,
            self.annual_value if self.annual_value is not None else other.annual_value,
        )


@dataclass(frozen=True, slots=True)
class Given:
    """What a row says of its sender, each field as it stood there."""

    name: str | None = None
    email: str | None = None
    company: str | None = None
    tier: str | None = None
    annual_value: Decimal | None = None


def from_fields(given: Given) -> Sender | None:
    """Return the sender of separate fields, None when they name nobody."""
    email = as_address(given.email)
    name, company = _named(given.name), _named(given.company)
    shown = name or email or company
    if shown is None:
        return None
    key = f"mail:{email}" if email else f"name:{folded(_words([name, company]))}"
    tier = _named(given.tier)
    return Sender(key, shown, email, company, tier, given.annual_value)


def from_text(text: str | None) -> Sender | None:
    """Return the sender of one text: a name, an address, or both as in `Name <address>`."""
    text = " ".join((text or "").split())
    found = _ADDRESS.search(text)
    if found is None:
        return from_fields(Given(name=text))
    rest = (text[: found.start()] + text[found.end() :]).strip(" <>(),;\"'")
    return from_fields(Given(name=rest, email=found.group()))


def as_address(value: str | None) -> str | None:
    """Return an e-mail address in lower case, or None for what is none."""
    value = (value or "").strip()
    return value.lower() if _ADDRESS.fullmatch(value) else None


def by_key(senders: Iterable[Sender]) -> dict[str, Sender]:
    """Return one sender of each key, with all that the others tell, in the order of keys."""
    found: dict[str, Sender] = {}
    for sender in senders:
        known = found.get(sender.key)
        found[sender.key] = sender if known is None else known.with_gaps_filled(sender)
    return dict(sorted(found.items()))


def folded(text: str) -> str:
    """Return the text such as case, spacing and forms of letters make no difference."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _named(value: str | None) -> str | None:
    value = " ".join((value or "").split())[:MAX_NAME].strip()
    return None if folded(value) in _NOBODY else value


def _words(parts: Iterable[str | None]) -> str:
    """Return the parts as a text names them: a name and its company, each once."""
    return ", ".join(dict.fromkeys(part for part in parts if part))
