"""Cuts the verbatim of a signal into spans that can be quoted without altering a character."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pmflow_core.providers.local.lexicon import COARSE, CONTENT, PROBLEM, REQUEST
from pmflow_core.providers.local.text import words

SHORTEST, LONGEST = 12, 170
_STOP = re.compile(
    r"(?<=[.!?…])\s+|(?<=[a-z][.!?])(?=[A-Z][a-z])|(?<=[。！？])|\s*[\r\n\v\f\u0085\u2028\u2029]+\s*|\s+[-–—•]+\s+"
)
_CLAUSE = re.compile(r"[,;:]\s+|\s+(?=(?:but|because|so that|and then|then|which|and|or|when)\s)")
# Marks that Markdown would interpret, that end a quotation, or that lead out of the document.
_UNFIT = re.compile(r"[“”„*_`<>\[\]|\\~#&$^{}@]|https?:|www\.", re.IGNORECASE)
_WEAK_START = re.compile(
    r"(?:and|but|or|so|also|then|because|which|plus|well|ok|okay)\b", re.IGNORECASE
)
_SHOUT = re.compile(r"\b(?!(?:PIN|ATM|SMS|USB|LTE|HTC|NFC|PDF|EUR|USD|GBP)\b)[A-Z]{3,}\b")
_SLANG = re.compile(
    r"\b(?:u|ur|r|b4|pls|plz|ppl|tf|wtf|omg|lol|idk|asap|cuz|coz|gonna|wanna|thingy|yall|btw|imo|caus"
    r"|wont|cant|dont|doesnt|didnt|isnt|im|ive|weres|wheres|dissap\w*|i)\b|[a-z]\d[a-z]?\b|:[()]"
)
_SLIP = re.compile(r"\s{2,}|\b(\w+) \1\b|[a-z][,.!?][a-z]|\?!|!\?")
_OPEN_END = re.compile(
    r"\b(?:and|but|or|to|the|a|of|for|with|that|which|because|if)$", re.IGNORECASE
)
_TRIM = " \t\u00a0,;:-–—"


@dataclass(frozen=True)
class Span:
    """Words of a signal as they stand in it, and how well they serve as a quotation."""

    text: str
    quality: float


@lru_cache(maxsize=2048)
def quotable_spans(verbatim: str) -> tuple[Span, ...]:
    """The spans of a verbatim fit to be quoted, in order; none when it has none."""
    seen: dict[str, Span] = {}
    for sentence in _STOP.split(verbatim[:20_000]):
        for piece in _pieces(sentence):
            if piece not in seen and _fit(piece):
                seen[piece] = Span(piece, _quality(piece))
    return tuple(seen.values())


def _pieces(sentence: str) -> Iterator[str]:
    """Yield the sentence, or when it is too long its clauses as far as they fit."""
    whole = _trimmed(sentence)
    if len(whole) <= LONGEST:
        yield whole
        return
    cuts = [0, *(match.end() for match in _CLAUSE.finditer(whole)), len(whole)]
    start = 0
    while start < len(cuts) - 1:
        end = start + 1
        while end + 1 < len(cuts) and cuts[end + 1] - cuts[start] <= LONGEST:
            end += 1
        yield _trimmed(whole[cuts[start] : cuts[end]])
        start = end


def _trimmed(text: str) -> str:
    bare = text.strip().strip(_TRIM).strip()
    # One full stop reads as ours after the closing mark; other marks carry the tone and stay.
    return bare[:-1] if bare.endswith(".") and not bare.endswith("..") else bare


def _fit(text: str) -> bool:
    if not 3 <= len(text) <= LONGEST or _UNFIT.search(text) or not words(text):
        return False
    if text.count("(") != text.count(")") or text.count('"') % 2:
        return False
    return all(unicodedata.category(sign)[0] not in "CM" and sign != "\ufffd" for sign in text)


def _quality(text: str) -> float:
    """0 to about 1.5: whole, plain sentences of ordinary length that state something score most."""
    count = len(words(text))
    score = 1.0 - 0.12 * max(0, 6 - count) - 0.03 * max(0, count - 20)
    score += 0.25 * bool(PROBLEM.search(CONTENT.sub(" ", text))) + 0.2 * bool(REQUEST.search(text))
    score -= 0.4 * bool(COARSE.search(text)) + 0.25 * bool(_WEAK_START.match(text))
    score -= 0.2 * bool(re.search(r"[!?]{2,}", text)) + 0.1 * (not text[0].isupper())
    score -= 0.3 * bool(CONTENT.search(text))
    # A quotation stands for many: haste, shouting and slang distract from what it says.
    score -= 0.25 * len(_SHOUT.findall(text)) + 0.15 * len(_SLANG.findall(text))
    score -= 0.3 * ("..." in text[:-3] or "…" in text[:-1]) + 0.1 * text.endswith("!")
    score -= 0.15 * bool(_SLIP.search(text)) + 0.2 * bool(_OPEN_END.search(text))
    letters = [sign for sign in text if sign.isalpha()]
    capitals = sum(sign.isupper() for sign in letters) / max(1, len(letters))
    return max(0.01, score - 0.4 * (capitals > 0.5) - 0.3 * (len(text) < SHORTEST))
