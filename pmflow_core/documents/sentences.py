"""Splits prose into sentences, each keeping the citations that stand behind its full stop."""

import re
from collections.abc import Iterator

_MARK = r"\[(?:S-\d+(?:\s*[,;]\s*S-\d+)*|assumption:[^\]\n]*)\]"
_CLOSERS = r"[”’\"')\]*_]*"
_STOP = re.compile(rf"(?:[.!?…]+|[。！？]){_CLOSERS}(?:\s*{_MARK})*", re.IGNORECASE)
_NEXT = re.compile(r"\s*(\S)?")
_ABBREVIATION = re.compile(
    r"(?:^|[^\w.])(?:e\.g|i\.e|vs|cf|mr|mrs|ms|dr|prof|st|[a-hj-z](?:\.[a-z])*)$", re.IGNORECASE
)
_BEFORE_NUMBER = re.compile(r"(?:^|\W)(?:no|nr|fig|approx|ver|pp?)$", re.IGNORECASE)


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each sentence of `text`, without the white space between them."""
    start = 0
    for stop in _STOP.finditer(text):
        if stop.start() >= start and _ends_sentence(text, start, stop):
            yield from _stripped(text, start, stop.end())
            start = stop.end()
    yield from _stripped(text, start, len(text))


def _ends_sentence(text: str, start: int, stop: re.Match[str]) -> bool:
    if _inside_quotation(text, start, stop):
        return False
    ahead = _NEXT.match(text, stop.end())
    following = ahead.group(1) if ahead else None
    if following is None or stop.group()[0] in "。！？":
        return True
    if not text[stop.end()].isspace() or following.islower():
        return False
    return not (stop.group() == "." and _abbreviates(text[start : stop.start()], following))


def _inside_quotation(text: str, start: int, stop: re.Match[str]) -> bool:
    """True when a “ opened in this sentence closes only after the stop."""
    opened = text.rfind("“", start, stop.end())
    closed = text.rfind("”", start, stop.end())
    return opened > closed and text.find("”", stop.end()) >= 0


def _abbreviates(before: str, following: str) -> bool:
    if _ABBREVIATION.search(before):
        return True
    return following.isdigit() and _BEFORE_NUMBER.search(before) is not None


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if piece.strip():
        yield start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
