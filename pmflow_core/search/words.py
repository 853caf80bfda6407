"""What a question's words are looked up by: keys, strict queries, and probes of the word index.

A word that many texts hold costs the most to look up and tells the least. So the rare words of a
question find the signals, and usual words are only looked up together with them.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

MOST_WORDS = 12
MOST_FOUND = 1_000
"""So many signals one probe finds at most; a word that more of them hold is a usual one."""
_KEY = re.compile(r"(?<![\w-])[A-Za-z][A-Za-z0-9]{0,9}-[0-9]{1,9}(?![\w-])")
_OPERATOR = re.compile(r'"|(?:^|\s)-\w')
_WORD = re.compile(r"[^\W_]+")
_SHORTEST_PREFIX = 3
_SHORTEST_TYPO = 4
_ALIKE = 0.75


@dataclass(frozen=True, slots=True)
class Word:
    """A word as the index knows it; `share` of all texts hold a usual one, None for a rare one."""

    text: str
    share: float | None = None
    used: bool = True
    beginning: bool = False

    @property
    def query(self) -> str:
        """Return the word as a text-search query, with whatever is in it quoted."""
        escaped = self.text.replace("\\", "\\\\").replace("'", "''")
        return f"'{escaped}'{':*' if self.beginning else ''}"


@dataclass(frozen=True, slots=True)
class Probes:
    """Lookups of the word index, the words that what each finds holds, and the words' shares."""

    queries: list[str]
    holding: list[str]
    shares: list[float | None]


def keys(text: str) -> list[str]:
    """Return what could be keys of signals and projects (S-12, MUS-1), in capitals."""
    return list(dict.fromkeys(key.upper() for key in _KEY.findall(text)))


def is_strict(text: str) -> bool:
    """Return whether a quoted phrase or an excluded word asks for exactly that."""
    return _OPERATOR.search(text) is not None


def any_of(words: Iterable[Word]) -> str:
    """Return the query that any of the words matches; empty without words."""
    return " | ".join(word.query for word in words)


def probes(words: Sequence[Word], signals: int) -> Probes:
    """Return how to look up words among so many signals."""
    asked = [word for word in words if word.used][:MOST_WORDS]
    numbered = list(enumerate(asked, start=1))
    leading = [pair for pair in numbered if not _is_usual(pair[1], signals)]
    if not leading and numbered:
        leading = [min(numbered, key=lambda pair: pair[1].share or 0.0)]
    queries = [word.query for _, word in leading]
    holding = [str(number) for number, _ in leading]
    alone = f",{holding[0]}" if len(leading) == 1 else ""
    for number, word in numbered:
        if (number, word) not in leading:
            queries.append(f"{word.query} & ({any_of(each for _, each in leading)})")
            holding.append(f"{number}{alone}")
    return Probes(queries, holding, [word.share for word in asked])


def _is_usual(word: Word, signals: int) -> bool:
    return word.share is not None and word.share * signals > MOST_FOUND


def being_typed(text: str, words: Sequence[Word]) -> list[Word]:
    """Return the words with the last one, when nobody uses it, taken for the beginning of one."""
    if not words or words[-1].used or len(words[-1].text) < _SHORTEST_PREFIX:
        return list(words)
    if not text or not text[-1].isalnum():
        return list(words)
    return [*words[:-1], replace(words[-1], used=True, beginning=True)]


def corrected(text: str, unused: Sequence[Word], vocabulary: Iterable[str]) -> list[str]:
    """Return known words that those of the text which nobody uses are misspelled for."""
    stems = tuple(word.text for word in unused if len(word.text) >= _SHORTEST_TYPO)
    known = sorted({each.lower() for phrase in vocabulary for each in _WORD.findall(phrase)})
    if not stems or not known:
        return []
    wrong = [word for word in _WORD.findall(text.lower()) if word.startswith(stems)]
    near = [difflib.get_close_matches(word, known, n=1, cutoff=_ALIKE) for word in wrong]
    return list(dict.fromkeys(match for matches in near for match in matches))
