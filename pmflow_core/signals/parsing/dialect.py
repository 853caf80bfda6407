"""What separates the cells of a CSV file, and whether its first row names the columns."""

from collections import Counter
from collections.abc import Sequence

from pmflow_core.signals.normalise import normalise
from pmflow_core.signals.parsing.columns import is_known_name
from pmflow_core.signals.parsing.opening import Line
from pmflow_core.signals.parsing.records_csv import Dialect, Record, read_records

SAMPLE_LINES = 100

_CANDIDATES = (",", ";", "\t", "|")
_MIN_AGREEMENT = 0.3
# a file of one column is read with a separator that is in no text
_NO_DELIMITER = "\x1f"
_MAX_NAME_WORDS = 5
_MAX_NAME_CHARS = 50


def find_dialect(sample: Sequence[Line], asked: str | None = None) -> Dialect:
    """The dialect under which most rows of the sample are as wide as the first."""
    text = [line.text or "" for line in sample]
    if asked is not None:
        return Dialect(asked, space_after=_has_space_after(text, asked))
    scores = {candidate: _score(sample, candidate) for candidate in _CANDIDATES}
    best = max(scores, key=lambda candidate: scores[candidate])
    if scores[best] == (0.0, 0):
        return Dialect(_NO_DELIMITER)
    return Dialect(best, space_after=_has_space_after(text, best))


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """True if the first row names columns instead of holding feedback."""
    if not rows:
        return False
    first = [normalise(cell) for cell in rows[0]]
    if any(is_known_name(cell) for cell in first):
        return True
    if len(first) < 2 or len(rows) < 2 or len(set(first)) < len(first):
        return False
    return all(_could_be_name(cell) for cell in first)


def name_columns(row: Sequence[str], *, header: bool) -> tuple[str, ...]:
    """A unique name for each column, from the header or by position."""
    names: list[str] = []
    seen: Counter[str] = Counter()
    for position, cell in enumerate(row, start=1):
        name = " ".join(normalise(cell).split()) if header else ""
        name = name or f"column {position}"
        seen[name] += 1
        while seen[name] > 1 or name in names:
            name = f"{name} {seen[name]}"
            seen[name] += 1
        names.append(name)
    return tuple(names)


def _score(sample: Sequence[Line], delimiter: str) -> tuple[float, int]:
    records = list(read_records(iter(sample), Dialect(delimiter)))
    rows = [record.cells for record in records if isinstance(record, Record)]
    if not rows or len(rows[0]) < 2:
        return 0.0, 0
    width = len(rows[0])
    agreement = sum(len(cells) == width for cells in rows) / len(records)
    known = sum(is_known_name(cell) for cell in rows[0])
    if agreement < _MIN_AGREEMENT and not known:
        return 0.0, 0
    return agreement + known, width


def _has_space_after(sample: Sequence[str], delimiter: str) -> bool:
    spaced = sum(f'{delimiter} "' in line for line in sample)
    return spaced > sum(f'{delimiter}"' in line for line in sample)


def _could_be_name(cell: str) -> bool:
    return (
        0 < len(cell) <= _MAX_NAME_CHARS
        and len(cell.split()) <= _MAX_NAME_WORDS
        and any(character.isalpha() for character in cell)
        and cell[-1] not in ".!"
    )
