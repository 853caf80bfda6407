"""What a workspace's name turns into: its slug in addresses, its prefix in project keys."""

import re
import unicodedata
from collections.abc import Iterator

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG = 40
LONGEST_NAME = 80


def suggest_slug(name: str, otherwise: str = "workspace") -> str:
    """Return a slug for a name, `otherwise` when nothing of it can be in an address."""
    slug = "-".join(_words(name)).lower()[:LONGEST_SLUG].strip("-")
    return slug if len(slug) > 1 else otherwise


def slugs_for(name: str) -> Iterator[str]:
    """Yield slugs for a name, the plain one first, then with a number behind it, up to 9."""
    plain = suggest_slug(name)
    yield plain
    for number in range(2, 10):
        yield f"{plain[: LONGEST_SLUG - 2].strip('-')}-{number}"


def is_slug(text: str) -> bool:
    """Return whether a text may be a workspace's part of an address."""
    return 2 <= len(text) <= LONGEST_SLUG and SLUG.fullmatch(text) is not None


def key_prefixes(name: str) -> Iterator[str]:
    """Yield prefixes for project keys, best first, without end: SPO, SA, SPOT, SPO2, SPO3."""
    words = [word.upper() for word in _words(name)]
    letters = "".join(words).lstrip("0123456789")
    best = letters[:3] if len(letters) > 1 else "WS"
    initials = "".join(word[0] for word in words)[:4]
    for prefix in dict.fromkeys((best, initials, letters[:4], letters[:5])):
        if len(prefix) > 1 and prefix[0].isalpha():
            yield prefix
    number = 2
    while True:
        yield f"{best}{number}"
        number += 1


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.findall(r"[A-Za-z0-9]+", plain)
