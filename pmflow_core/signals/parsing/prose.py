"""Plain text cut into paragraphs, or into lines where each line is an entry of its own."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_BULLET = re.compile(r"\s*(?:[-*•‣–]|\(?\d{1,3}[.)])\s+")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*\s*$")
# text whose longest line is shorter than this was not wrapped by a program
_MIN_WRAP_CHARS = 40
_WRAPPED_SHARE = 0.6
_ENTRY_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Piece:
    """A span of a document: where it begins, on which line, what it says, and where it ends."""

    offset: int
    line: int
    text: str
    end: int


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of a document with its place in it."""

    offset: int
    number: int
    text: str


def text_lines(document: str, *, offset: int = 0) -> list[TextLine]:
    """The lines of a document; `offset` is where the document begins in a larger one."""
    lines: list[TextLine] = []
    for number, text in enumerate(document.split("\n"), start=1):
        lines.append(TextLine(offset, number, text))
        offset += len(text) + 1
    return lines


def split_prose(document: str, *, offset: int = 0) -> Iterator[Piece]:
    """The paragraphs and entries of a plain text in order.

    Blank lines part blocks. A block whose lines end where the next word would not have fitted
    was wrapped and stays together; the lines of any other block are entries.
    """
    block: list[TextLine] = []
    for line in text_lines(document, offset=offset):
        if line.text.strip():
            block.append(line)
            continue
        yield from _split_block(block)
        block = []
    yield from _split_block(block)


def join_lines(lines: Sequence[TextLine]) -> Piece:
    """One piece of neighbouring lines, as long as the span it came from.

    A line end becomes a space, so offsets into the piece are offsets into the document.
    """
    text = " ".join(line.text for line in lines)
    marker = _BULLET.match(text)
    start = marker.end() if marker else len(text) - len(text.lstrip())
    return piece_of(lines[0].offset + start, lines[0].number, text[start:])


def piece_of(offset: int, line: int, text: str) -> Piece:
    """A piece whose text has as many characters as its span."""
    text = text.rstrip()
    return Piece(offset, line, text, offset + len(text))


def _split_block(block: Sequence[TextLine]) -> Iterator[Piece]:
    if not block:
        return
    wrapped = _is_wrapped(block)
    width = max(len(line.text) for line in block)
    entry = [block[0]]
    for before, line in pairwise(block):
        if _BULLET.match(line.text) or not wrapped or _would_fit(before, line, width):
            yield join_lines(entry)
            entry = []
        entry.append(line)
    yield join_lines(entry)


def _is_wrapped(block: Sequence[TextLine]) -> bool:
    width = max(len(line.text) for line in block)
    pairs = list(pairwise(block))
    if width < _MIN_WRAP_CHARS or not pairs:
        return False
    ended = sum(bool(_SENTENCE_END.search(before.text)) for before, _ in pairs)
    full = sum(not _would_fit(before, after, width) for before, after in pairs)
    return ended < len(pairs) * _ENTRY_SHARE and full >= len(pairs) * _WRAPPED_SHARE


def _would_fit(before: TextLine, after: TextLine, width: int) -> bool:
    word = after.text.split(maxsplit=1)[0]
    return len(before.text.rstrip()) + 1 + len(word) <= width
