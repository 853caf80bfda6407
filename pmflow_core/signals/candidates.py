"""Which of some texts may report the same as another: ranked by meaning and words; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pmflow_core.signals.likeness import (
    SHARE_OF_MEANING,
    Bag,
    Rarity,
    matching_words,
    same_numbers,
    same_words,
)
from pmflow_core.signals.thresholds import DuplicateThresholds

NEIGHBOURS = 5
"""So many of the nearest are candidates even below the threshold of meaning alone."""
Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Comparable:
    """A signal as it is compared; `bag` are its words, `vector` its meaning."""

    id: UUID
    number: int
    received_at: datetime
    text: str
    bag: Bag
    vector: Matrix

    @property
    def age(self) -> tuple[datetime, int]:
        """Return what orders signals from the oldest."""
        return self.received_at, self.number


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that may report the same; every number is 0 to 1, the cosine from -1."""

    other: Comparable
    cosine: float
    shared: float
    """The cosine of the two texts' words, rare ones weighing more."""
    likeness: float
    words: list[str]
    is_candidate: bool
    """It may be the same: its meaning is close enough, or it is one of the five nearest."""
    is_worth_asking: bool
    is_near_identical: bool


def rank(
    query: Comparable,
    pool: Sequence[Comparable],
    rarity: Rarity,
    thresholds: DuplicateThresholds,
    most: int = NEIGHBOURS,
) -> list[Candidate]:
    """Return the texts of a pool that are most like another, the likest first.

    One is a candidate for a merge from a cosine of `suggest` on, or as one of the five nearest.
    """
    others = [each for each in pool if each.id != query.id]
    if not others:
        return []
    [found] = nearest([query], others, rarity, most)
    ranked: list[Candidate] = []
    for place, (row, cosine, shared, likeness) in enumerate(found):
        other = others[row]
        is_close = cosine >= thresholds.suggest
        is_near = place < NEIGHBOURS and cosine >= thresholds.neighbour
        alike = cosine >= thresholds.near_identical
        ranked.append(
            Candidate(
                other,
                cosine,
                shared,
                likeness,
                matching_words(query.text, other.text, rarity),
                is_close or is_near,
                is_close or (is_near and likeness >= thresholds.worth_asking),
                alike and _reads_the_same(query.text, other.text),
            )
        )
    return ranked


def _reads_the_same(one: str, other: str) -> bool:
    return same_numbers(one, other) and same_words(one, other)


def nearest(
    queries: Sequence[Comparable], pool: Sequence[Comparable], rarity: Rarity, most: int
) -> list[list[tuple[int, float, float, float]]]:
    """Return for each query (row in the pool, cosine, shared, likeness), the likest first."""
    columns: dict[str, int] = {}
    theirs = weighed([each.bag for each in pool], rarity, columns)
    ours = weighed([each.bag for each in queries], rarity, columns)
    cosines = np.stack([each.vector for each in queries]) @ np.stack([e.vector for e in pool]).T
    theirs.resize((len(pool), ours.shape[1]))
    words = np.asarray((ours @ theirs.T).todense(), dtype=np.float32)
    likeness = SHARE_OF_MEANING * cosines + (1 - SHARE_OF_MEANING) * words
    found: list[list[tuple[int, float, float, float]]] = []
    for place in range(len(queries)):
        order = np.argsort(-likeness[place], kind="stable")[:most]
        numbers = (cosines[place, order], words[place, order], likeness[place, order])
        found.append(list(zip(order.tolist(), *(each.tolist() for each in numbers), strict=True)))
    return found


def weighed(bags: Sequence[Bag], rarity: Rarity, columns: dict[str, int]) -> Any:
    """Return bags as rows of length 1; `columns` learns the words that it does not have."""
    data: list[float] = []
    at: list[int] = []
    ends = [0]
    for bag in bags:
        for word, value in rarity.weighed(bag).items():
            at.append(columns.setdefault(word, len(columns)))
            data.append(value)
        ends.append(len(at))
    shape = (len(bags), len(columns))
    return sparse.csr_matrix((np.array(data, dtype=np.float32), at, ends), shape=shape)


def older_of(one: Comparable, other: Comparable) -> Comparable:
    """Return the one that a merge would keep."""
    return min(one, other, key=lambda each: each.age)


def reason_for(query: Comparable, found: Candidate) -> str:
    """Return the sentence that says why a merge is proposed."""
    names = f"S-{query.number} and S-{found.other.number}"
    if found.is_near_identical:
        return f"{names} have the same words and numbers (similarity {found.cosine:.2f})."
    shared = ", ".join(found.words[:5])
    words = f" and share “{shared}”" if shared else " in other words"
    return f"{names} say nearly the same (similarity {found.cosine:.2f}){words}."


def by_id(pool: Sequence[Comparable]) -> Mapping[UUID, Comparable]:
    """Return texts by their id."""
    return {each.id: each for each in pool}
