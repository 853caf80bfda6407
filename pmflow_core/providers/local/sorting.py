"""Sorts signals into those that report or ask something, praise, and those that say too little."""

import re
from enum import StrEnum

from pmflow_core.providers.local.frames import frames
from pmflow_core.providers.local.lexicon import (
    CONTENT,
    CONTRAST,
    FUNCTION_WORDS,
    PRAISE_WORDS,
    PROBLEM,
    REQUEST,
    TROUBLE,
    WEAK_WORDS,
)
from pmflow_core.providers.local.text import reads_as_english, words

_TOLD_KINDS = frozenset({"missing", "broken", "unable", "wish", "loss"})
_LEAST_CLAUSE = 3
_MILD = ("low", "medium")  # what is not recorded is no reason to think it mild
# Beside praise, a question may only be a turn of phrase: who does not like it?
_ASKS = re.compile(
    r"\b(?:how|when|where (?:is|are|do|can)|can (?:i|you|we)|is there)\b[^.!]*\?", re.I
)


class Voice(StrEnum):
    """What a signal is, as far as its words tell."""

    SPEAKS = "speaks"
    PRAISE = "praise"
    PLAIN = "plain"
    UNCLEAR = "unclear"
    FOREIGN = "foreign"


def voice(text: str) -> Voice:
    """Tell by its words what a signal is."""
    tokens = words(text)
    if not tokens:
        return Voice.UNCLEAR
    if not reads_as_english(tokens):
        return Voice.FOREIGN
    told = [token for token in tokens if token not in FUNCTION_WORDS | WEAK_WORDS | PRAISE_WORDS]
    praised = any(token in PRAISE_WORDS for token in tokens)
    rest = CONTENT.sub(" ", text)
    if _reports(rest) or (not praised and ("?" in rest or PROBLEM.search(rest))):
        return Voice.SPEAKS if told and len(tokens) > 1 else Voice.UNCLEAR
    if praised:
        return Voice.PRAISE
    return Voice.PLAIN if told and len(tokens) > 1 else Voice.UNCLEAR


def is_content(text: str, severity: str | None) -> bool:
    """True when a text praises, asks for nothing and turns to no *but*, and nobody rated it severe.

    Such a text may name trouble (life before the product, other products), so it is no praise
    beyond doubt; but it is not for it that something should be changed.
    """
    if severity not in _MILD or not any(token in PRAISE_WORDS for token in words(text)):
        return False
    return not REQUEST.search(text) and not any(
        _turns(match[1]) for match in CONTRAST.finditer(text)
    )


def is_glad(text: str) -> bool:
    """True when a text praises and holds no word of trouble, so that it can be quoted as praise."""
    praised = any(token in PRAISE_WORDS for token in words(text))
    return praised and not PROBLEM.search(CONTENT.sub(" ", text)) and not _reports(text)


def _reports(text: str) -> bool:
    """True when a text tells of trouble or asks for something, whatever else it praises."""
    if TROUBLE.search(text) or REQUEST.search(text) or _ASKS.search(text):
        return True
    if any(one.kind in _TOLD_KINDS for one in frames(text)):
        return True
    return any(_turns(match[1]) for match in CONTRAST.finditer(text))


def _turns(clause: str) -> bool:
    """True when what follows a *but* is long enough to say something, and is no praise."""
    tokens = words(clause)
    return len(tokens) >= _LEAST_CLAUSE and not any(token in PRAISE_WORDS for token in tokens)
