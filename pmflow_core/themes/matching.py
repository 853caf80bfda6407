"""Which new group is which old theme, so that ids and names outlive a re-clustering."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from pmflow_core.themes.vectors import UNTHEMED, Indices

KEEP_ID_FROM = 0.3
KEEP_NAME_FROM = 0.5
"""Jaccard overlap from which a group keeps the theme's id, and a name that a person gave."""
LARGE_SHARE = 0.3
"""Share of a theme's texts (or of a group's) from which they make it a split (or a merger)."""


@dataclass(frozen=True, slots=True)
class Match:
    """How groups (numbers of the new labels) continue themes (numbers of the old ones)."""

    theme_of: dict[int, int]
    keeps_name: frozenset[int]
    new: tuple[int, ...]
    retired: tuple[int, ...]
    split: dict[int, tuple[int, ...]]
    merged: dict[int, tuple[int, ...]]


def match_themes(old: Indices, new: Indices) -> Match:
    """Return the match of two labellings of the same texts (-1: none) with the most overlap.

    Every group continues at most one theme and every theme at most one group. `keeps_name` are
    groups. `split` tells of a theme the groups that took a large share of its texts, `merged` of
    a group the themes that gave it one; both only where there are two or more.
    """
    shared = _shared(old, new)
    groups, themes = np.bincount(new[new >= 0]), np.bincount(old[old >= 0])
    union = groups[:, None] + themes[None] - shared
    overlap = np.divide(shared, union, out=np.zeros(shared.shape), where=union > 0)
    # pairs too weak to keep an id must not cost a strong pair its partner
    rows, columns = linear_sum_assignment(np.where(overlap >= KEEP_ID_FROM, -overlap, 0))
    pairs = {
        int(group): int(theme)
        for group, theme in zip(rows, columns, strict=True)
        if overlap[group, theme] >= KEEP_ID_FROM
    }
    continued = set(pairs.values())
    return Match(
        theme_of=pairs,
        keeps_name=frozenset(g for g, t in pairs.items() if overlap[g, t] >= KEEP_NAME_FROM),
        new=tuple(group for group in np.flatnonzero(groups).tolist() if group not in pairs),
        retired=tuple(t for t in np.flatnonzero(themes).tolist() if t not in continued),
        split=_several(shared.T, themes),
        merged=_several(shared, groups),
    )


def _shared(old: Indices, new: Indices) -> NDArray[np.float64]:
    both = (old != UNTHEMED) & (new != UNTHEMED)
    shape = (int(new.max(initial=UNTHEMED)) + 1, int(old.max(initial=UNTHEMED)) + 1)
    counts = np.zeros(shape)
    np.add.at(counts, (new[both], old[both]), 1)
    return counts


def _several(shared: NDArray[np.float64], sizes: Indices) -> dict[int, tuple[int, ...]]:
    large = shared >= LARGE_SHARE * np.maximum(sizes, 1)[:, None]
    parts = {row: tuple(np.flatnonzero(large[row]).tolist()) for row in range(len(shared))}
    return {row: others for row, others in parts.items() if len(others) > 1}
