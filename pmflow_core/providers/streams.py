"""Reads server-sent events within bounds of time and size, and cleans what they say.

The vendors' libraries end a stream silently when it is cut off and never look at the clock while
keep-alive comments arrive; here the bytes are read by us, so both are seen.
"""

import time
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pmflow_core.providers.failures import of_silence


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long and how large one call may be.

    No wait begins later than `total_s - read_s`, so none ends later than `total_s`.
    """

    connect_s: float = 5.0
    read_s: float = 60.0
    total_s: float = 300.0
    max_bytes: int = 8_000_000


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event of a stream: its name, `message` when it has none, and its data."""

    name: str
    data: str


@dataclass
class Reader:
    """Reads the events of one call; made when the call begins, for its clock runs from then."""

    vendor: str
    bounds: Bounds
    began: float = field(default_factory=time.monotonic)

    def events(self, chunks: Iterable[bytes]) -> Iterator[ServerEvent]:
        """Yield each event that arrives whole; one that is cut off is dropped.

        Raises:
            ProviderUnavailable: it took too long or became too large.
            ValueError: the bytes are not UTF-8.
        """
        name, lines = "", list[str]()
        for line in _lines(self._within_bounds(chunks)):
            if not line:
                if lines:
                    yield ServerEvent(name or "message", "\n".join(lines))
                name, lines = "", []
                continue
            label, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if label == "event":
                name = value
            elif label == "data":
                lines.append(value)

    def _within_bounds(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        latest = self.began + self.bounds.total_s - self.bounds.read_s
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > self.bounds.max_bytes:
                what = f"the answer is larger than {self.bounds.max_bytes:,} bytes"
                raise of_silence(self.vendor, what, maybe_billed=True)
            yield chunk
            if time.monotonic() > latest:
                what = f"the answer was not whole after {self.bounds.total_s:g} s"
                raise of_silence(self.vendor, what, maybe_billed=True)


def clean(text: str) -> str:
    """Return text that PostgreSQL takes: composed, NUL and halves of characters replaced.

    Two halves that came one after the other are the character they stand for.
    """
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return unicodedata.normalize("NFC", whole.replace("\x00", "\ufffd"))


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    # Split as bytes: str.splitlines would also split at U+2028, which JSON may hold unescaped.
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.removesuffix(b"\r").decode()
