"""Lines of a CSV file grouped into records, so that one stray quote costs one record."""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pmflow_core.signals.parsing.opening import MAX_LINE_CHARS, Line
from pmflow_core.signals.parsing.records import Rejected

_TOO_LONG = "the line is too long"
_OPEN_QUOTE = "a quote is opened and never closed; the lines after it were read on their own"
_STRAY_QUOTE = "a quote inside a quoted field is not doubled"
_SWALLOWS = "a quote is opened and closed only in a later row; those rows were read on their own"
_SURE_FROM_ROWS = 3


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the cells of a file are set apart."""

    delimiter: str
    space_after: bool = False

    def cells(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The records of `lines`; raises csv.Error where quotes do not fit."""
        # the bound is the process's own and only ever raised: ours is kept by line and record
        csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE_CHARS * 2))
        return csv.reader(
            lines, delimiter=self.delimiter, strict=True, skipinitialspace=self.space_after
        )

    def split(self, text: str) -> list[str]:
        """The cells of a line that holds no quoted field; quotes are plain characters."""
        return text.split(self.delimiter)


@dataclass(frozen=True, slots=True)
class Record:
    """One row: the line it begins at and its cells."""

    line: int
    cells: Sequence[str]


class _Feed:
    """Lines for the reader, of which all but a failed record's first can be had again."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._again: deque[Line] = deque()
        self._chars = 0
        self.taken: list[Line] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        if line.text is None:
            raise csv.Error(_TOO_LONG)
        self._chars += len(line.text) + 1
        if self._chars > MAX_LINE_CHARS:
            raise csv.Error(_TOO_LONG)
        return f"{line.text}\n"

    def begin_record(self) -> None:
        """Forget the lines of the record that was read."""
        self.taken, self._chars = [], 0

    def resume_after_first(self) -> None:
        """Read the lines after the failed record's first one again, on their own."""
        self._again.extendleft(reversed(self.taken[1:]))


def read_records(
    lines: Iterator[Line], dialect: Dialect, width: int | None = None
) -> Iterator[Record | Rejected]:
    """The rows of a file in order, and the lines that are none.

    A record that runs over several lines and does not come out right costs only its first line:
    reading goes on at the line after it. With a `width`, rows of other widths are refused.
    Each line is read at most a few times, for a quote that opens can only run to the next one.
    """
    feed = _Feed(lines)
    while True:
        feed.begin_record()
        try:
            cells = next(dialect.cells(feed), None)
        except csv.Error:
            first = feed.taken[0]
            reason = _why_unreadable(feed.taken, dialect)
            feed.resume_after_first()
            yield Rejected(first.number, reason)
            continue
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        yield _checked(feed, cells, dialect, width)


def _checked(
    feed: _Feed, cells: Sequence[str], dialect: Dialect, width: int | None
) -> Record | Rejected:
    number = feed.taken[0].number
    if width is None:
        return Record(number, cells)
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        cells = cells[:width]
    if len(cells) == width and not _swallows_rows(feed.taken, dialect, width):
        return Record(number, cells)
    if len(feed.taken) > 1:
        feed.resume_after_first()
        return Rejected(number, _SWALLOWS if len(cells) == width else _OPEN_QUOTE)
    more = "more" if len(cells) > width else "fewer"
    hint = "; put text that holds the separator in quotes" if len(cells) > width else ""
    return Rejected(number, f"{more} columns than the header: {len(cells)}, not {width}{hint}")


def _why_unreadable(taken: Sequence[Line], dialect: Dialect) -> str:
    if taken[0].text is None:
        return _TOO_LONG
    if len(taken) > 1:
        return _OPEN_QUOTE
    try:
        list(dialect.cells([taken[0].text]))
    except csv.Error as error:
        return _OPEN_QUOTE if "end of data" in str(error) else _STRAY_QUOTE
    return _TOO_LONG


def _swallows_rows(taken: Sequence[Line], dialect: Dialect, width: int) -> bool:
    """True if the later lines of a record look like rows of their own.

    Then the quote that seemed to close the record is a stray one (5'11") of another row.
    """
    first, *later = [dialect.split(line.text or "") for line in taken]
    if width < 2 or not later:
        return False
    wide = [cells for cells in later if len(cells) == width]
    if len(wide) >= max(_SURE_FROM_ROWS, len(later) - 1):
        return True
    shape = _shape(first[0])
    alike = sum(_shape(cells[0]) == shape for cells in wide)
    return shape is not None and alike > 0 and alike >= len(later) / 2


def _shape(cell: str) -> str | None:
    """A reference's pattern ("rev-12" is "a-9"); None for what is no reference."""
    if not 0 < len(cell) <= 40 or " " in cell or not any(map(str.isdigit, cell)):
        return None
    return re.sub("[a-zA-Z]+", "a", re.sub("[0-9]+", "9", cell))
