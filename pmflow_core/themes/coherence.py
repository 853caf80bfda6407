"""Texts that are in a theme only because they had to be somewhere."""

import numpy as np

from pmflow_core.themes.agglomerate import group_sums
from pmflow_core.themes.vectors import NEAR_ENOUGH, UNTHEMED, Indices, Matrix, unit_rows

PAIRS = 100_000
STRANGERS = 0.7
"""A text is closer to its theme than this share of pairs from two themes are to each other."""
ROUNDS = 3
ROUNDING = 1e-5


def without_strangers(vectors: Matrix, labels: Indices) -> Indices:
    """Return the labels, -1 for texts no closer to their theme than themes are to one another.

    Where themes are real hardly a text is. Each round those that left no longer blur the rest.
    """
    labels = labels.copy()
    least = _cosine_of_strangers(vectors, labels)
    for _ in range(ROUNDS):
        rows = np.flatnonzero(labels != UNTHEMED)
        if not len(rows):
            break
        members, own = vectors[rows], labels[rows]
        others = np.bincount(own)[own] - 1
        sums = np.einsum("ij,ij->i", members, group_sums(members, own)[own]) - 1
        labels[rows[sums / np.maximum(others, 1) < least - ROUNDING]] = UNTHEMED
    return labels


def one_theme(vectors: Matrix) -> Indices:
    """Return the labels of texts no themes could be told apart in: those that agree are one.

    A workspace in which everybody writes about the same thing has one theme, not none.
    """
    centre = unit_rows(vectors.mean(axis=0, keepdims=True))[0]
    return np.where(vectors @ centre >= NEAR_ENOUGH, 0, UNTHEMED).astype(np.int64)


def _cosine_of_strangers(vectors: Matrix, labels: Indices) -> float:
    random = np.random.default_rng(0)
    left, right = random.integers(0, len(labels), (2, PAIRS))
    apart = (labels[left] != labels[right]) & (labels[left] >= 0) & (labels[right] >= 0)
    if not apart.any():
        return -1.0
    cosines = np.einsum("ij,ij->i", vectors[left[apart]], vectors[right[apart]])
    return float(np.quantile(cosines, STRANGERS))
