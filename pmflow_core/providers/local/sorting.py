"""Sorts signals into those that report or ask something, praise, and those that say too little."""

from enum import StrEnum

from pmflow_core.providers.local.lexicon import (
    CONTENT,
    FUNCTION_WORDS,
    PRAISE_WORDS,
    PROBLEM,
    REQUEST,
    WEAK_WORDS,
)
from pmflow_core.providers.local.text import reads_as_english, words


class Voice(StrEnum):
    """What a signal is, as far as its words tell."""

    SPEAKS = "speaks"
    PRAISE = "praise"
    UNCLEAR = "unclear"
    FOREIGN = "foreign"


def voice(text: str) -> Voice:
    """Tell by its words what a signal is."""
    tokens = words(text)
    if not tokens:
        return Voice.UNCLEAR
    if not reads_as_english(tokens):
        return Voice.FOREIGN
    praised = any(token in PRAISE_WORDS for token in tokens)
    rest = CONTENT.sub(" ", text)
    complains = bool(PROBLEM.search(rest) or REQUEST.search(rest) or "?" in rest)
    if praised and not complains:
        return Voice.PRAISE
    told = [token for token in tokens if token not in FUNCTION_WORDS | WEAK_WORDS | PRAISE_WORDS]
    return Voice.SPEAKS if told and len(tokens) > 1 else Voice.UNCLEAR
