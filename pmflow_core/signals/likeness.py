"""How alike two texts are by their words, alone and beside their vectors; pure.

Meaning alone (the cosine) finds texts about the same matter; whether they report the same thing is
said by rare words: names, error codes, numbers. So each word weighs its rarity to the power 1.5,
and those of a first line, where more follows, count three times: it is what the rest is about.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from pmflow_core.providers.local.lexicon import FUNCTION_WORDS
from pmflow_core.providers.local.text import stem

READ_CHARS = 4_000
"""Of a longer text only the beginning is compared by its words."""
SHARE_OF_MEANING = 0.3
FIRST_LINE_COUNTS = 3
RARITY_POWER = 1.5
SHOWN_WORDS = 8
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")

Bag = Mapping[str, float]


def bag_of(text: str) -> Bag:
    """Return how often each stem occurs, those of a first line of several counted three times."""
    first, _, rest = text[:READ_CHARS].strip().partition("\n")
    counts = Counter(_stems(first))
    if rest.strip():
        for word in counts:
            counts[word] *= FIRST_LINE_COUNTS
        counts.update(_stems(rest))
    return counts


def _stems(text: str) -> list[str]:
    return [stem(word) for word in _WORD.findall(text.lower())]


@dataclass(frozen=True, slots=True)
class Rarity:
    """In how many of `texts` texts each stem occurs; a sample of a workspace's signals will do."""

    texts: int
    seen: Counter[str] = field(default_factory=Counter[str])

    @classmethod
    def of(cls, bags: Iterable[Bag]) -> "Rarity":
        """Return what the bags say."""
        seen: Counter[str] = Counter()
        texts = 0
        for bag in bags:
            seen.update(bag.keys())
            texts += 1
        return cls(texts, seen)

    def weight(self, word: str) -> float:
        """Return how much a stem says, from 1 for one that is in every text."""
        return (math.log((self.texts + 1) / (self.seen[word] + 1)) + 1) ** RARITY_POWER

    def weighed(self, bag: Bag) -> Bag:
        """Return the bag as a vector of length 1; an empty one stays empty."""
        raw = {word: (1 + math.log(count)) * self.weight(word) for word, count in bag.items()}
        length = math.sqrt(sum(value * value for value in raw.values()))
        return {word: value / length for word, value in raw.items()}


def rarest_words(text: str, rarity: Rarity, most: int) -> list[str]:
    """Return the words that say most about a text, to look for others that have them."""
    written: dict[str, str] = {}
    for word in _WORD.findall(text[:READ_CHARS].lower()):
        written.setdefault(stem(word), word)
    ranked = sorted(written, key=lambda key: (-rarity.weight(key), key))
    return [written[key] for key in ranked[:most]]


def matching_words(one: str, other: str, rarity: Rarity, most: int = SHOWN_WORDS) -> list[str]:
    """Return the words of `one` that `other` has too, the rarest first, as `one` writes them."""
    theirs = bag_of(other)
    found: dict[str, str] = {}
    for word in _WORD.findall(one[:READ_CHARS]):
        key = stem(word.lower())
        if key in theirs and _tells(key):
            found.setdefault(key, word)
    ranked = sorted(found, key=lambda key: (-rarity.weight(key), key))
    return [found[key] for key in islice(ranked, most)]


def numbers_of(text: str) -> Counter[str]:
    """Return the numbers of a text: amounts, versions, times, codes."""
    return Counter(_NUMBER.findall(text[:READ_CHARS]))


def same_numbers(one: str, other: str) -> bool:
    """Return whether two texts hold the same numbers equally often; two without any do."""
    return numbers_of(one) == numbers_of(other)


def same_words(one: str, other: str) -> bool:
    """Return whether two texts are made of the same words, whatever their order and endings."""
    return set(bag_of(one)) == set(bag_of(other))


def _tells(word: str) -> bool:
    return (len(word) > 2 or any(map(str.isdigit, word))) and word not in FUNCTION_WORDS


def marked(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """Return a text in pieces, each with whether it is one of the words that match."""
    wanted = {stem(word.lower()) for word in words}
    pieces: list[tuple[str, bool]] = []
    at = 0
    for found in _WORD.finditer(text):
        if stem(found.group().lower()) not in wanted:
            continue
        if found.start() > at:
            pieces.append((text[at : found.start()], False))
        pieces.append((found.group(), True))
        at = found.end()
    if at < len(text):
        pieces.append((text[at:], False))
    return pieces
