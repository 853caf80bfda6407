"""Several rankings made one by their ranks, which are comparable where scores are not."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)
SMOOTHING = 60
"""The constant k of Cormack, Clarke and Büttcher, SIGIR 2009: the score of rank r is 1/(k + r)."""


def fuse(*rankings: Sequence[T]) -> list[T]:
    """Return everything that is ranked, the best first; equals in the order of the rankings.

    What stands higher in every ranking stands higher in the result, and nothing is lost or twice.
    """
    scores: dict[T, float] = {}
    for ranking in rankings:
        for rank, each in enumerate(dict.fromkeys(ranking), start=1):
            scores[each] = scores.get(each, 0.0) + 1 / (SMOOTHING + rank)
    return sorted(scores, key=lambda each: -scores[each])
