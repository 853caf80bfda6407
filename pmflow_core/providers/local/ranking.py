"""Ranks signals by how central they are (LexRank) and picks different ones (MMR)."""

from collections.abc import Sequence

import numpy as np

from pmflow_core.providers.local.similarity import Matrix

_DAMPING = 0.85
_ROUNDS = 40
_LARGEST = 1500


def centrality(rows: Matrix) -> np.ndarray:
    """LexRank of each row, scaled so that the most central is 1 (Erkan and Radev, 2004).

    A larger set is ranked by likeness to its mean: the matrix of all pairs would not fit.
    """
    if len(rows) == 0:
        return np.zeros(0)
    if len(rows) > _LARGEST:
        likeness = rows @ rows.mean(axis=0)
        return likeness / max(float(likeness.max()), 1e-9)
    kinship = np.clip(rows @ rows.T, 0.0, None) + 1e-9
    walk = kinship / kinship.sum(axis=1, keepdims=True)
    rank = np.full(len(rows), 1 / len(rows))
    for _ in range(_ROUNDS):
        rank = (1 - _DAMPING) / len(rows) + _DAMPING * (rank @ walk)
    return rank / rank.max()


def diverse(rows: Matrix, worth: Sequence[float], count: int) -> list[int]:
    """Up to `count` indices, each worth much and unlike those before (Carbonell and Goldstein)."""
    left, chosen = list(range(len(rows))), list[int]()
    while left and len(chosen) < count:
        gains = [
            worth[one] - 0.5 * max((float(rows[one] @ rows[other]) for other in chosen), default=0)
            for one in left
        ]
        chosen.append(left.pop(int(np.argmax(gains))))
    return chosen
