"""Words of a text, and their common form, for counting and naming."""

import re
from collections.abc import Sequence
from functools import lru_cache

from pmflow_core.providers.local.lexicon import (
    FUNCTION_WORDS,
    NEGATIONS,
    PRAISE_WORDS,
    WEAK_WORDS,
)

_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)*")
_TOKEN = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*|[^\w\s’'\"-]+|\n")
_MARKUP = re.compile(r"[“”\"*_`<>\[\]|\\~#&$]|[\x00-\x1f\x7f]")
_MOST_WORDS = 400
_COMMON = FUNCTION_WORDS | NEGATIONS | PRAISE_WORDS | WEAK_WORDS
_ENDINGS = ("ingly", "edly", "ings", "ing", "ied", "ies", "ed", "es", "s")


def words(text: str) -> list[str]:
    """Lower-case words of a text, apostrophes removed so that can't and cant are one."""
    found = _WORD.findall(text.lower())
    return [word.replace("’", "").replace("'", "") for word in found]


def plain(text: str) -> str:
    """Lower-case words without apostrophes, every mark a full stop, a blank at both ends."""
    parts = [
        token.lower().replace("’", "").replace("'", "") if token[0].isalnum() else "."
        for token in _TOKEN.findall(text)[:_MOST_WORDS]
    ]
    return f" {' '.join(parts)} . "


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Rough common form of an English word: its plural and verb endings removed."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            bare = word[: -len(ending)]
            if ending in ("ied", "ies"):
                return bare + "y"
            if len(bare) > 3 and bare[-1] == bare[-2] and bare[-1] not in "lsz":
                bare = bare[:-1]
            return bare[:-1] if bare.endswith("e") and len(bare) > 4 else bare
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def reads_as_english(tokens: Sequence[str]) -> bool:
    """True when a text has the common words English has, or is too short to tell."""
    if len(tokens) < 5:
        return all(token.isascii() for token in tokens)
    return sum(token in _COMMON for token in tokens) / len(tokens) >= 0.2


def inline(text: str, longest: int = 70) -> str:
    """Text from outside on one line, without marks that Markdown or a citation would take up."""
    bare = " ".join(_MARKUP.sub(" ", text).split())
    return bare if len(bare) <= longest else bare[: longest - 1].rstrip() + "…"
