"""Merging groups pair by pair."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmflow_core.themes.vectors import Indices, Matrix

Row = NDArray[np.float64]
Update = Callable[[Row, Row, float, tuple[float, float, Row]], Row]
"""Distances from the union of i and j, given those from i, from j, d(i, j) and the sizes."""


def ward(from_i: Row, from_j: Row, between: float, sizes: tuple[float, float, Row]) -> Row:
    """Lance-Williams update of the cost na·nb/(na+nb)·|a−b|²."""
    size_i, size_j, others = sizes
    total = (others + size_i) * from_i + (others + size_j) * from_j - others * between
    return total / (others + size_i + size_j)


def average(from_i: Row, from_j: Row, _between: float, sizes: tuple[float, float, Row]) -> Row:
    """Lance-Williams update of the mean distance between members, groups weighing by size."""
    size_i, size_j, _ = sizes
    return (size_i * from_i + size_j * from_j) / (size_i + size_j)


@dataclass(frozen=True, slots=True)
class Merges:
    """The pairs of groups in the order they merge; a group is known by any of its members."""

    pairs: Indices
    count: int

    def cut(self, groups: int) -> Indices:
        """Return a group number for each of the `count` leaves, for that many groups."""
        parent = np.arange(self.count)
        for left, right in self.pairs[: max(self.count - groups, 0)]:
            roots = sorted((_root(parent, int(left)), _root(parent, int(right))))
            parent[roots[1]] = roots[0]
        roots = np.array([_root(parent, leaf) for leaf in range(self.count)])
        return np.unique(roots, return_inverse=True)[1]


def _root(parent: Indices, leaf: int) -> int:
    while parent[leaf] != leaf:
        parent[leaf] = parent[parent[leaf]]
        leaf = int(parent[leaf])
    return leaf


def merge_order(distances: NDArray[np.floating], sizes: Indices, update: Update) -> Merges:
    """Return all merges of groups with these distances, cheapest first; `distances` is used up.

    Nearest-neighbour chains (Müllner 2011, arXiv:1109.2378): quadratic time, and for these two
    updates the same tree as searching the closest pair each time.
    """
    count = len(distances)
    np.fill_diagonal(distances, np.inf)
    weights = sizes.astype(np.float64)
    pairs: list[tuple[int, int]] = []
    heights: list[float] = []
    chain: list[int] = []
    alive = np.ones(count, dtype=bool)
    while len(pairs) < count - 1:
        left, right = _closest_in_chain(distances, chain, alive)
        pairs.append((left, right))
        heights.append(float(distances[left, right]))
        sized = (weights[left], weights[right], weights)
        row = update(distances[left], distances[right], heights[-1], sized)
        row[~alive] = np.inf
        row[[left, right]] = np.inf
        distances[right], distances[:, right] = row, row
        distances[left], distances[:, left] = np.inf, np.inf
        weights[right] += weights[left]
        alive[left] = False
    order = np.argsort(np.array(heights), kind="stable")
    return Merges(np.array(pairs, dtype=np.int64).reshape(-1, 2)[order], count)


def _closest_in_chain(
    distances: NDArray[np.floating], chain: list[int], alive: NDArray[np.bool_]
) -> tuple[int, int]:
    if not chain:
        chain.append(int(np.argmax(alive)))
    while True:
        tip = chain[-1]
        following = int(np.argmin(distances[tip]))
        if len(chain) > 1 and distances[tip, chain[-2]] <= distances[tip, following]:
            chain.pop()
            return chain.pop(), tip
        chain.append(following)


def ward_tree(space: Matrix, labels: Indices) -> Merges:
    """Return the merges of these groups of rows by Ward's cost."""
    sizes = np.bincount(labels)
    centres = group_sums(space, labels) / sizes[:, None]
    squares = (centres**2).sum(axis=1)
    gaps = np.maximum(squares[:, None] + squares[None] - 2 * centres @ centres.T, 0)
    harmonic = sizes[:, None] * sizes[None] / (sizes[:, None] + sizes[None])
    return merge_order(harmonic * gaps, sizes, ward)


def group_sums(space: Matrix, labels: Indices) -> NDArray[np.float64]:
    """Return the sum of the rows of each group."""
    sums = np.zeros((int(labels.max()) + 1, space.shape[1]))
    np.add.at(sums, labels, space)
    return sums
