"""Joins groups that speak of one trouble in different words: search button and search bar."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pmflow_core.providers.local.kinds import Kind, prevailing_kind
from pmflow_core.providers.local.similarity import Matrix
from pmflow_core.providers.local.text import stem, words

_CLOSE = 0.45
_MOST_VARIANTS = 4


@dataclass(frozen=True)
class Group:
    """Rows that speak of one thing, with what they are called."""

    names: tuple[str, ...]
    rows: tuple[int, ...]
    kind: Kind
    of_kind: int

    @property
    def name(self) -> str:
        """The one name, or the word its names share with what each adds."""
        if len(self.names) == 1:
            return self.names[0]
        shared = _shared_stems(self.names)
        subject = " ".join(word for word in words(self.names[0]) if stem(word) in shared)
        added = [
            " ".join(word for word in words(name) if stem(word) not in shared)
            for name in self.names
        ]
        variants = [one for one in dict.fromkeys(added) if one][:_MOST_VARIANTS]
        if len(variants) < 2:
            return next((name for name in self.names if " " in name), subject)
        return f"{subject} ({', '.join(variants)})"


def merged(
    named: Sequence[tuple[str, tuple[int, ...]]], texts: Sequence[str], places: Matrix
) -> list[Group]:
    """Join groups near each other whose names share a word, nearest first.

    Two kinds of trouble stay apart; a group of no clear kind may join one that has it.
    """
    found = [_group((name,), rows, texts) for name, rows in named]
    while pair := _nearest(found, places):
        first, second = found[pair[0]], found[pair[1]]
        names = first.names + second.names
        joined = _group(names, tuple(sorted(first.rows + second.rows)), texts)
        found = [one for place, one in enumerate(found) if place not in pair]
        found.append(joined)
    return found


def _group(names: tuple[str, ...], rows: tuple[int, ...], texts: Sequence[str]) -> Group:
    kind, of_kind = prevailing_kind([texts[row] for row in rows])
    return Group(names, rows, kind, of_kind)


def _nearest(found: Sequence[Group], places: Matrix) -> tuple[int, int] | None:
    centres = [places[list(one.rows)].mean(axis=0) for one in found]
    unit = [centre / max(float(np.linalg.norm(centre)), 1e-9) for centre in centres]
    pairs = [
        (float(unit[first] @ unit[second]), first, second)
        for first in range(len(found))
        for second in range(first + 1, len(found))
        if _same_trouble(found[first], found[second])
    ]
    best = max(pairs, key=lambda pair: (pair[0], -pair[1], -pair[2]), default=None)
    return (best[1], best[2]) if best and best[0] >= _CLOSE else None


def _same_trouble(first: Group, second: Group) -> bool:
    named_alike = bool(_shared_stems(first.names + second.names))
    kinds = {first.kind.key, second.kind.key} - {"other"}
    return len(kinds) == 1 and named_alike


def _shared_stems(names: Sequence[str]) -> set[str]:
    return set.intersection(*({stem(word) for word in words(name)} for name in names))
