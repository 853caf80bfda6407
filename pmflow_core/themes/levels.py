"""How far to merge: where groups stand apart by more than chance alone would make them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmflow_core.themes.agglomerate import Merges, group_sums
from pmflow_core.themes.vectors import Indices, Matrix

LEVEL_RATIO = 1.05
AS_GOOD = 0.05
"""Levels that exceed chance by so little less than the best one, as a share, are as good."""
AS_HIGH = 0.01
"""Silhouettes lower by so small a share are as high: near its top it is a noisy plateau."""
DOUBT = 0.01
"""What a level loses for being e times off the usual number; it decides only where texts do not."""

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """The mean cosine silhouette of the `count` rows at each level, finest level first."""

    levels: Indices
    scores: Scores
    count: int

    def at(self, levels: Indices, count: int) -> Scores:
        """Return the scores where as many rows share a group as at these levels of `count` rows."""
        scaled = np.maximum(levels * (self.count / count), 2)
        return np.interp(np.log(scaled), np.log(self.levels[::-1]), self.scores[::-1])


def silhouettes(space: Matrix, labels: Indices, tree: Merges) -> Curve:
    """Return how well these groups stand apart at every level of their merges."""
    levels = _levels(tree.count)
    # one column of summed similarities per group; a coarser level only adds columns together
    closeness = space @ group_sums(space, labels).T.astype(np.float32)
    before = np.arange(tree.count)
    scores: list[float] = []
    for groups in levels:
        leaves = tree.cut(groups)
        closeness = _joined(closeness, before, leaves)
        before = leaves
        scores.append(_silhouette(closeness, leaves[labels]))
    return Curve(np.array(levels, dtype=np.int64), np.array(scores), len(labels))


def best_level(found: Curve, chance: Curve) -> int:
    """Return the number of groups that stand apart most, one without levels.

    Chance alone favours two groups, and groups of two or three texts, so only the levels count
    that exceed it as the best one does. Among them it is the finest of those as high as the
    highest silhouette: to part one theme costs less than to mix two.
    """
    if not len(found.levels):
        return 1
    excess = found.scores
    if len(chance.levels):
        excess = excess - chance.at(found.levels, found.count)
    usual = (2 * found.count) ** 0.5
    excess = excess - DOUBT * np.log(found.levels / usual) ** 2
    beyond = excess >= excess.max() - AS_GOOD * abs(excess.max())
    scores = np.where(beyond, found.scores, -np.inf)
    return int(found.levels[scores >= scores.max() - AS_HIGH * abs(scores.max())][0])


def _levels(most: int) -> list[int]:
    levels: list[int] = []
    groups = float(most)
    while groups >= 2:
        if not levels or int(groups) < levels[-1]:
            levels.append(int(groups))
        groups /= LEVEL_RATIO
    return levels


def _joined(closeness: Matrix, before: Indices, after: Indices) -> Matrix:
    target = np.empty(closeness.shape[1], dtype=np.int64)
    target[before] = after
    order = np.argsort(target, kind="stable")
    starts = np.searchsorted(target[order], np.arange(int(after.max()) + 1))
    return np.add.reduceat(closeness[:, order], starts, axis=1)


def _silhouette(closeness: Matrix, labels: Indices) -> float:
    """Mean of (b − a) / max(a, b), a and b mean cosine distances within and to the next."""
    rows = np.arange(len(labels))
    sizes = np.bincount(labels).astype(np.float32)
    own = sizes[labels]
    within = (own - closeness[rows, labels]) / np.maximum(own - 1, 1)
    outside = closeness / sizes
    outside[rows, labels] = -np.inf
    beyond = 1 - outside.max(axis=1)
    widths = (beyond - within) / np.maximum(np.maximum(within, beyond), 1e-9)
    return float(np.where(own > 1, widths, 0).mean())
