"""What a text says by itself about severity, frequency, segment and its point, by rules.

The rules know general English only and say nothing (None) where the text gives no sign.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pmflow_core.signals import cues

SeverityName = Literal["critical", "high", "medium", "low"]
FrequencyName = Literal["common", "occasional", "rare"]

INTERPRETATION_CHARS = 200

# "That sucks" is true and says nothing
_TELLING_WORDS = 4

# what rules may look at of one text: a signal may hold 1 MB, and its point stands early
_MAX_READ_CHARS = 20_000
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+|\n+")
_CLAUSE_START = re.compile(r"(?:[,;:–—]\s+|\s(?=(?:but|however|because|when|and)\s))")
_DENIAL_CHARS = 80
_WORD = re.compile(r"[^\W\d_]{2,}")
_QUESTION_START = re.compile(
    r"(?:how|what|where|when|which|who|can|could|may|is|are|do|does|will|would|should)\b"
)


@dataclass(frozen=True, slots=True)
class Extraction:
    """What the rules found; None where the text does not say."""

    severity: SeverityName | None
    frequency: FrequencyName | None
    segment: str | None
    interpretation: str | None


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    folded: str
    severity: SeverityName | None
    at: int
    asks: bool


def extract(text: str) -> Extraction:
    """Severity, frequency, segment and the one sentence that carries the point."""
    read = text[:_MAX_READ_CHARS]
    sentences = [_read_sentence(part) for part in _split(read)]
    troubled = [item for item in sentences if item.severity in {"critical", "high", "medium"}]
    return Extraction(
        severity=_worst(sentences),
        frequency=_frequency([item.folded for item in troubled]),
        segment=_segment(_fold(read)),
        interpretation=_interpretation(sentences),
    )


def _split(text: str) -> list[str]:
    found = (part.strip() for part in _SENTENCE_END.split(text))
    return [sentence for sentence in found if _WORD.search(sentence)]


def _fold(text: str) -> str:
    return " ".join(text.replace("’", "'").replace("`", "'").casefold().split())


def _read_sentence(text: str) -> _Sentence:
    folded = _fold(text)
    plain = _without_denials(cues.IDIOM.sub(_blank, folded))
    severity, at = _severity(plain)
    asks = (
        cues.REQUEST.search(plain) is not None
        or cues.NICE_TO_HAVE.search(plain) is not None
        or folded.rstrip("\"')").endswith("?")
    )
    if severity is None and (asks or _QUESTION_START.match(folded)):
        severity = "low"
    return _Sentence(text, folded, severity, at, asks)


def _severity(folded: str) -> tuple[SeverityName | None, int]:
    """The worst that one sentence says, and where it says it."""
    at = _first(folded, cues.CRITICAL, cues.CRITICAL_NEGATED)
    if at is not None:
        return "critical", at
    at = _first(folded, cues.HIGH, cues.HIGH_NEGATED)
    if at is not None:
        return "high", at
    wish = cues.NICE_TO_HAVE.search(folded)
    if wish:
        return "low", wish.start()
    at = _first(folded, cues.MEDIUM, cues.MEDIUM_NEGATED, cues.REQUEST)
    if at is not None:
        return "medium", at
    praise = cues.PRAISE.search(folded)
    return ("low", praise.start()) if praise else (None, 0)


def _first(folded: str, *patterns: re.Pattern[str]) -> int | None:
    return min((match.start() for cue in patterns if (match := cue.search(folded))), default=None)


def _without_denials(folded: str) -> str:
    """The sentence with blanks for what it says is not so ("never crashes"), places kept."""
    for cue in (cues.CRITICAL, cues.HIGH, cues.MEDIUM):
        for match in cue.finditer(folded):
            denied_from = _denied_from(folded, match.start())
            if denied_from is not None:
                blanks = " " * (match.end() - denied_from)
                folded = folded[:denied_from] + blanks + folded[match.end() :]
    return folded


def _denied_from(folded: str, cue_at: int) -> int | None:
    begin = max(0, cue_at - _DENIAL_CHARS)
    negator = cues.NEGATOR.search(folded[begin:cue_at])
    if negator is None or cues.UNREAL.search(folded[begin : begin + negator.start()]):
        return None
    return begin + negator.start()


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _worst(sentences: Sequence[_Sentence]) -> SeverityName | None:
    said = {item.severity for item in sentences}
    order: tuple[SeverityName, ...] = ("critical", "high", "medium", "low")
    return next((severity for severity in order if severity in said), None)


def _frequency(troubled: Sequence[str]) -> FrequencyName | None:
    """How often the trouble comes, read only from the sentences that tell of trouble."""
    for folded in troubled:
        if cues.RARE.search(folded):
            return "rare"
        if cues.OCCASIONAL.search(folded):
            return "occasional"
        if cues.COMMON.search(folded):
            return "common"
    return None


def _segment(folded: str) -> str | None:
    """The sender's plan and platform; of several platforms none can be called theirs."""
    plan = next((name for name, cue in cues.PLANS.items() if _is_held(folded, cue)), None)
    platforms = [name for name, cue in cues.PLATFORMS.items() if cue.search(folded)]
    platform = platforms[0] if len(platforms) == 1 else None
    if platform and not _is_held(folded, cues.PLATFORMS[platform]):
        platform = None
    return ", ".join(part for part in (plan, platform) if part) or None


def _is_held(folded: str, cue: re.Pattern[str]) -> bool:
    return any(
        not cues.NOT_HAVING.search(folded[max(0, match.start() - 40) : match.start()])
        for match in cue.finditer(folded)
    )


def _interpretation(sentences: Sequence[_Sentence]) -> str | None:
    """The sentence with the point, quoted as it stands; None if it is the whole text."""
    if not sentences:
        return None
    if len(sentences) == 1 and len(sentences[0].text) <= INTERPRETATION_CHARS:
        return None
    worst = _worst(sentences)
    # max keeps the first of equals
    point = max((item for item in sentences if item.severity == worst), key=_telling)
    verb = "Says"
    if worst in {"critical", "high", "medium"}:
        verb = "Asks" if point.asks and worst == "medium" else "Reports"
    elif point.asks:
        verb = "Asks"
    return f"{verb}: “{_shortened(point)}”"


def _telling(sentence: _Sentence) -> int:
    """How far a sentence can stand for the text: long enough, and more than a bare "not"."""
    named = sentence.asks or cues.MEDIUM.search(sentence.folded) is not None
    return 2 * (len(sentence.folded.split()) >= _TELLING_WORDS) + (
        sentence.severity != "medium" or named
    )


def _shortened(point: _Sentence) -> str:
    """The sentence, or the part of it around its cue; an ellipsis marks what is left out."""
    text = " ".join(point.text.split())
    if len(text) <= INTERPRETATION_CHARS:
        return text
    start = 0
    if point.at > INTERPRETATION_CHARS * 2 // 3:
        ends = [match.end() for match in _CLAUSE_START.finditer(text, 0, point.at)]
        near = [end for end in ends if point.at - end < INTERPRETATION_CHARS // 2]
        start = near[0] if near else text.rfind(" ", 0, point.at - 40) + 1
    cut = text[start : start + INTERPRETATION_CHARS]
    tail = start + len(cut) < len(text)
    if tail:
        cut = cut.rsplit(" ", 1)[0]
    return f"{'…' if start else ''}{cut.rstrip()}{'…' if tail else ''}"
