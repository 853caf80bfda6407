"""Which part of a text to show, and which of its words are marked: offsets, never markup."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
SHOWN = 240
_LEAD = 60
_SHARED = 2


@dataclass(frozen=True, slots=True)
class Span:
    """A marked part of a text, in code points; the end is not in it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a text, where it begins in the whole, and the marked spans inside it."""

    text: str
    start: int
    marks: tuple[Span, ...]
    whole: bool


def candidates(texts: Iterable[str], stems: Collection[str]) -> set[str]:
    """Return the texts' words that may have one of the stems; stemming keeps a word's beginning."""
    heads = tuple({stem[:_SHARED].lower() for stem in stems})
    found = {word.lower() for text in texts for word in WORD.findall(text)}
    return {word for word in found if heads and word.startswith(heads)}


def marks(text: str, words: Collection[str]) -> tuple[Span, ...]:
    """Return where words occur in a text, in order and apart from each other."""
    return tuple(
        Span(*found.span()) for found in WORD.finditer(text) if found.group().lower() in words
    )


def excerpt(text: str, found: Sequence[Span], length: int = SHOWN) -> Excerpt:
    """Return the part of a text in which most is marked, cut between words."""
    if len(text) <= length:
        return Excerpt(text, 0, tuple(found), whole=True)
    start = _word_start(text, _densest(found, length))
    end = _word_end(text, start, min(len(text), start + length))
    inside = tuple(
        Span(mark.start - start, mark.end - start)
        for mark in found
        if mark.start >= start and mark.end <= end
    )
    return Excerpt(text[start:end], start, inside, whole=False)


def _densest(found: Sequence[Span], length: int) -> int:
    """Return where to begin so that most marks are shown, with a few words before the first."""
    best, most = 0, 0
    for mark in found:
        start = max(0, mark.start - _LEAD)
        many = sum(start <= other.start and other.end <= start + length for other in found)
        if many > most:
            best, most = start, many
    return best


def _word_start(text: str, at: int) -> int:
    if at == 0 or text[at - 1].isspace():
        return at
    blank = re.search(r"\s+", text[at : at + _LEAD])
    return at + blank.end() if blank else at


def _word_end(text: str, start: int, at: int) -> int:
    if at >= len(text) or text[at].isspace():
        return at
    blank = max(text.rfind(each, start, at) for each in " \n\t")
    return blank if blank > start else at
