"""One partition that several agree on."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pmflow_core.themes.agglomerate import average, merge_order
from pmflow_core.themes.vectors import UNTHEMED, Indices


def consensus(partitions: Sequence[Indices], weights: Sequence[float], groups: int) -> Indices:
    """Return `groups` groups of texts that the weighted partitions most often put together.

    A partition that does not know a text (label -1) has no say about it.
    """
    table = np.stack(partitions, axis=1)
    atoms, atom_of, sizes = np.unique(table, axis=0, return_inverse=True, return_counts=True)
    tree = merge_order(_disagreement(atoms, weights), sizes, average)
    return tree.cut(groups)[atom_of.ravel()]


def _disagreement(atoms: Indices, weights: Sequence[float]) -> NDArray[np.float32]:
    together = np.zeros((len(atoms), len(atoms)), dtype=np.float32)
    asked = np.zeros_like(together)
    for labels, weight in zip(atoms.T, weights, strict=True):
        known = labels != UNTHEMED
        both = known[:, None] & known[None]
        asked += np.float32(weight) * both
        together += np.float32(weight) * (both & (labels[:, None] == labels[None]))
    return (1 - together / np.maximum(asked, 1e-9)).astype(np.float32)
