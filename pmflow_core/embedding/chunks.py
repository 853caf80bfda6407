"""Long texts in pieces that a model can read whole."""

import re
from collections.abc import Callable

SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\s*\n+\s*")


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; a line break ends one too."""
    return [part for part in (piece.strip() for piece in SENTENCE_END.split(text)) if part]


def pack(parts: list[str], length: Callable[[str], int], limit: int) -> list[str]:
    """Return `parts` joined in order into chunks of at most `limit` by `length`.

    A part that alone is longer is halved at a word boundary until it fits or has one word.
    """
    chunks: list[str] = []
    room = 0
    for part in (piece for whole in parts for piece in _halved(whole, length, limit)):
        size = length(part)
        if chunks and size <= room:
            chunks[-1] += " " + part
            room -= size
        else:
            chunks.append(part)
            room = limit - size
    return chunks


def _halved(part: str, length: Callable[[str], int], limit: int) -> list[str]:
    words = part.split()
    if length(part) <= limit or len(words) < 2:
        return [part]
    middle = len(words) // 2
    first, second = " ".join(words[:middle]), " ".join(words[middle:])
    return _halved(first, length, limit) + _halved(second, length, limit)
