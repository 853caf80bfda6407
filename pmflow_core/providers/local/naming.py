"""Names a group of signals by a short phrase that its members use and the others do not."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pmflow_core.providers.local.lexicon import (
    FUNCTION_WORDS,
    NEGATIONS,
    PRAISE_WORDS,
    WEAK_WORDS,
)
from pmflow_core.providers.local.spans import quotable_spans
from pmflow_core.providers.local.text import plain, stem, words

_BONUS = (1.0, 3.0)
_STATES = frozenset(
    {"stolen", "lost", "declined", "rejected", "blocked", "broken", "failed", "expired", "damaged"}
    | {"frozen", "disappeared", "disappearing", "missing", "cancelled", "compromised", "pending"}
)
_DEEDS = {
    form: noun
    for noun, forms in {
        "arrival": "arrive arrived arrives arriving",
        "delivery": "deliver delivered",
        "tracking": "track",
        "activation": "activate activated activating",
        "cancellation": "cancel cancelled canceled",
        "verification": "verify verified verifying",
        "replacement": "replace replaced",
    }.items()
    for form in forms.split()
}
_PARTICLES = frozenset({"up", "off", "out"})
_EDGE_STOPS = FUNCTION_WORDS | WEAK_WORDS | PRAISE_WORDS | NEGATIONS

Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Wording:
    """A text's phrases by the stems they share, each with the words it uses."""

    literal: dict[Phrase, Phrase]


def name_groups(texts: Sequence[str], members: Sequence[Sequence[int]]) -> list[str]:
    """One name per group, no two alike; a group without a common word is named by its number."""
    wordings = [_wording(text) for text in texts]
    spread = Counter(phrase for wording in wordings for phrase in wording.literal)
    names: list[str] = []
    for position, group in enumerate(members):
        own = [wordings[one] for one in group]
        if len(group) == 1:
            own = [_wording(_gist(texts[group[0]]))]
        fresh = (_spelled(phrase, own) for phrase in _ranked(own, spread))
        name = next((one for one in fresh if one not in names), f"group {position + 1}")
        names.append(as_noun(name))
    return names


def _gist(text: str) -> str:
    """The span of a text that says best what it wants: one text has no other to be told by."""
    best = max(quotable_spans(text), key=lambda span: span.quality, default=None)
    return best.text if best and any(map(_carries, words(best.text))) else text


def as_noun(name: str) -> str:
    """A pair as a noun: card stolen is stolen card, card arrive is card arrival."""
    parts = name.split()
    if len(parts) == 2 and parts[1] in _STATES:
        return f"{parts[1]} {parts[0]}"
    if len(parts) == 2 and parts[0] in _DEEDS:
        return f"{parts[1]} {_DEEDS[parts[0]]}"
    if len(parts) == 2 and parts[1] in _DEEDS:
        return f"{parts[0]} {_DEEDS[parts[1]]}"
    return name


def recurring(texts: Sequence[str], besides: str, count: int = 4) -> list[tuple[str, int]]:
    """Words that at least two and a sixth of the texts share, with how many texts use each."""
    named = {stem(word) for word in words(besides)}
    wordings = [_wording(text) for text in texts]
    shared = Counter(
        phrase
        for wording in wordings
        for phrase in wording.literal
        if len(phrase) == 1 and phrase[0] not in named and len(phrase[0]) > 2
    )
    ranked = sorted(shared.items(), key=lambda item: (-item[1], item[0]))
    least = max(2, -(-len(texts) // 6))
    return [(_spelled(phrase, wordings), uses) for phrase, uses in ranked if uses >= least][:count]


@lru_cache(maxsize=4096)
def _wording(text: str) -> Wording:
    """Single words, and pairs that stand side by side."""
    literal: dict[Phrase, Phrase] = {}
    before = ""
    for word in plain(text).split():
        if before and word in _PARTICLES:
            literal.setdefault((stem(before), word), (before, word))
        if not _carries(word):
            before = ""
            continue
        literal.setdefault((stem(word),), (word,))
        if before and stem(before) != stem(word):
            first, second = sorted((stem(before), stem(word)))
            literal.setdefault((first, second), (before, word))
        before = word
    return Wording(literal)


def _carries(word: str) -> bool:
    return len(word) > 1 and not word.isdigit() and word not in _EDGE_STOPS


def _ranked(group: Sequence[Wording], spread: Counter[Phrase]) -> list[Phrase]:
    """Phrases by F-beta(.5) over texts: shared inside the group, rare outside, longer preferred."""
    inside = Counter(phrase for wording in group for phrase in wording.literal)
    least = 2 if len(group) > 3 else 1

    def score(phrase: Phrase) -> float:
        precision = inside[phrase] / max(1, spread[phrase])
        cover = inside[phrase] / len(group)
        f_score = 1.25 * precision * cover / (0.25 * precision + cover)
        return f_score * _BONUS[len(phrase) - 1] * min(1.0, 0.25 + 2 * cover)

    fit = [phrase for phrase in inside if inside[phrase] >= least] or list(inside)
    return sorted(fit, key=lambda phrase: (-score(phrase), -len(phrase)))


def _spelled(phrase: Phrase, group: Sequence[Wording]) -> str:
    """The most frequent literal form of a phrase in the group."""
    forms: Counter[str] = Counter()
    for wording in group:
        if phrase in wording.literal:
            forms[" ".join(wording.literal[phrase])] += 1
    return max(sorted(forms), key=lambda form: forms[form])
