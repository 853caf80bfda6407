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
from pmflow_core.providers.local.text import stem, words

_BONUS = (1.0, 4.0)
_REACH = 3
_JOINERS = frozenset({"and", "or", "but", "because", "if", "when", "while", "so"})
_DELAYS = frozenset({"still", "yet", "already", "really", "just"})
_DENIALS = frozenset(
    {"dont", "doesnt", "didnt", "isnt", "wasnt", "arent", "hasnt", "havent", "cant", "wont"}
)
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
        names.append(_with_subject(as_noun(name), own))
    return names


def _gist(text: str) -> str:
    """The span of a text that says best what it wants: one text has no other to be told by."""
    best = max(quotable_spans(text), key=lambda span: span.quality, default=None)
    return best.text if best and any(map(_carries, words(best.text))) else text


def as_noun(name: str) -> str:
    """A pair as a noun: card stolen is stolen card, card arrive is card arrival."""
    parts = [word for word in name.split() if word != "not"]
    if len(parts) == 2 and parts[1] in _STATES:
        return f"{parts[1]} {parts[0]}"
    if len(parts) == 2 and parts[0] in _DEEDS:
        return f"{parts[1]} {_DEEDS[parts[0]]}"
    if len(parts) == 2 and parts[1] in _DEEDS:
        return f"{parts[0]} {_DEEDS[parts[1]]}"
    return name


def _with_subject(name: str, group: Sequence[Wording]) -> str:
    """A single word says little: the word that most of the group shares goes before it."""
    shared = Counter(phrase for wording in group for phrase in wording.literal if len(phrase) == 1)
    if " " in name or len(group) < 4 or not shared:
        return name
    subject, uses = min(shared.items(), key=lambda item: (-item[1], item[0]))
    if uses <= 0.6 * len(group) or subject[0] == stem(name):
        return name
    return f"{_spelled(subject, group)} / {name}"


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
    """Single words, and pairs parted by nothing that carries: card has not arrived is one pair."""
    literal: dict[Phrase, Phrase] = {}
    before: tuple[int, str] | None = None
    tokens = words(text)[:400]
    for place, word in enumerate(tokens):
        between = tokens[before[0] + 1 : place] if before else []
        if before and not between and word in _PARTICLES:
            literal.setdefault((stem(before[1]), word), (before[1], word))
        if not _carries(word):
            before = before if _may_part(word) else None
            continue
        literal.setdefault((stem(word),), (word,))
        if before and len(between) < _REACH and stem(before[1]) != stem(word):
            key = tuple(sorted((stem(before[1]), stem(word))))
            denied = ("not",) if any(map(_denies, between)) else ()
            if not between or key not in literal:
                literal[key] = (before[1], *denied, word)
        before = place, word
    return Wording(literal)


def _may_part(word: str) -> bool:
    return (word in FUNCTION_WORDS and word not in _JOINERS) or word in _DELAYS or _denies(word)


def _denies(word: str) -> bool:
    return word in ("not", "never") or word in _DENIALS


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
