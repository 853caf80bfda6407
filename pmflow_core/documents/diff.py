"""Compares two versions of a document line by line and word by word, for a side-by-side view."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


class Change(StrEnum):
    """What happened to a line."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Piece:
    """A stretch of a line, and whether it differs from the other side."""

    text: str
    differs: bool


@dataclass(frozen=True)
class DiffLine:
    """One row of the side-by-side view; a number is None where that side has no line."""

    change: Change
    old_number: int | None
    new_number: int | None
    old: tuple[Piece, ...]
    new: tuple[Piece, ...]


@dataclass(frozen=True)
class Diff:
    """Every row of a comparison, with the number of lines added and removed."""

    lines: tuple[DiffLine, ...]
    added: int
    removed: int

    @property
    def is_empty(self) -> bool:
        """True when both versions read the same."""
        return self.added == 0 and self.removed == 0


def diff(old: str, new: str) -> Diff:
    """Compare two versions; a changed line counts as one removed and one added."""
    before, after = old.splitlines(), new.splitlines()
    lines: list[DiffLine] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            lines.extend(_same(before[i:j], i, k))
        else:
            lines.extend(_replaced((before[i:j], i), (after[k:m], k)))
    added = sum(line.new_number is not None for line in lines if line.change != Change.SAME)
    removed = sum(line.old_number is not None for line in lines if line.change != Change.SAME)
    return Diff(tuple(lines), added, removed)


def _same(lines: list[str], old_start: int, new_start: int) -> Iterator[DiffLine]:
    for step, line in enumerate(lines):
        piece = (Piece(line, differs=False),)
        yield DiffLine(Change.SAME, old_start + step + 1, new_start + step + 1, piece, piece)


def _replaced(old: tuple[list[str], int], new: tuple[list[str], int]) -> Iterator[DiffLine]:
    """Pair the lines that replace each other; the longer side's rest stands alone."""
    for step, (before, after) in enumerate(zip_longest(old[0], new[0])):
        old_number, new_number = old[1] + step + 1, new[1] + step + 1
        if before is None:
            yield DiffLine(Change.ADDED, None, new_number, (), (Piece(after, differs=True),))
        elif after is None:
            yield DiffLine(Change.REMOVED, old_number, None, (Piece(before, differs=True),), ())
        else:
            yield DiffLine(Change.CHANGED, old_number, new_number, *_words(before, after))


def _words(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        differs = tag != "equal"
        if i < j:
            left.append(Piece("".join(before[i:j]), differs))
        if k < m:
            right.append(Piece("".join(after[k:m]), differs))
    return tuple(left), tuple(right)
