"""Where the reader of a stream of runs is, as a text that fits into a header.

A cursor lists the runs that go on, each with what was read of it; every other run up to `base` was
read to its end. Runs are numbered in the order of their commits and lines of a run as well, so
nothing can appear below a cursor later.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pmflow_core.errors import Invalid

LONGEST = 32_000
MOST_RUNS = 5_000
AT_REST = "q"
"""What is shown of a run that was queued and never begun: always the same."""
_STEPS = r"(?:[a-z]{2}\d{1,6}(?:\+[a-z]{2}\d{1,6})*)?"
_ENTRY = re.compile(
    rf"(\d{{1,9}})(?:-(\d{{1,9}})|\.(\d{{1,9}})\.({_STEPS})\.((?:q|[0-9a-f]{{8}})?)(\.e)?)?"
)


class BadCursor(Invalid):
    """The cursor or Last-Event-ID is none that this server gave for this list or stream."""

    code = "bad_cursor"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read of a run: its log up to `seq`, its steps' states, and what it had come to."""

    seq: int = 0
    steps: tuple[str, ...] = ()
    shown: str = ""
    ended: bool = False


QUEUED = Seen(shown=AT_REST)


@dataclass(frozen=True, slots=True)
class Cursor:
    """What was read of which run, by run number."""

    base: int = 0
    runs: Mapping[int, Seen] = field(default_factory=lambda: MappingProxyType({}))

    def put(self, number: int, seen: Seen) -> "Cursor":
        """Return the cursor with more read of a run."""
        return Cursor(max(self.base, number), {**self.runs, number: seen})

    def drop(self, number: int) -> "Cursor":
        """Return the cursor with a run read to its end."""
        rest = {key: seen for key, seen in self.runs.items() if key != number}
        return Cursor(max(self.base, number), rest)

    def encode(self) -> str:
        """Return the text that `parse` reads."""
        return f"{self.base}_{','.join(_entries(self.runs))}"


def parse(text: str) -> Cursor:
    """Return the cursor of a text; raises BadCursor."""
    base, mark, rest = text.partition("_")
    if len(text) > LONGEST or not mark or not re.fullmatch(r"\d{1,9}", base, re.ASCII):
        raise BadCursor("That is no position in this stream.")
    runs: dict[int, Seen] = {}
    for entry in filter(None, rest.split(",")):
        runs |= _parsed(entry, int(base))
        if len(runs) > MOST_RUNS:
            raise BadCursor("That is no position in this stream.")
    return Cursor(int(base), runs)


def _entries(runs: Mapping[int, Seen]) -> Iterator[str]:
    """Yield the runs in order; neighbours that only wait in the queue share an entry."""
    first = last = None
    for number, seen in sorted(runs.items()):
        if seen == QUEUED and last == number - 1:
            last = number
            continue
        if first is not None:
            yield _range(first, last)
        first = last = number if seen == QUEUED else None
        if seen != QUEUED:
            end = ".e" if seen.ended else ""
            yield f"{number}.{seen.seq}.{'+'.join(seen.steps)}.{seen.shown}{end}"
    if first is not None:
        yield _range(first, last)


def _range(first: int, last: int | None) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _parsed(entry: str, base: int) -> dict[int, Seen]:
    found = _ENTRY.fullmatch(entry) if entry.isascii() else None
    if found is None:
        raise BadCursor("That is no position in this stream.")
    number, last, seq, steps, shown, ended = found.groups()
    first, end = int(number), int(last or number)
    if not first <= end <= base or end - first >= MOST_RUNS:
        raise BadCursor("That is no position in this stream.")
    if seq is None:
        return dict.fromkeys(range(first, end + 1), QUEUED)
    known = tuple(steps.split("+")) if steps else ()
    return {first: Seen(int(seq), known, shown, ended is not None)}
