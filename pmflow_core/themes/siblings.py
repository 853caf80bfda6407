"""Themes that speak of one thing in the same words, made one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pmflow_core.themes.phrases import phrases
from pmflow_core.themes.vectors import UNTHEMED, Indices

SHARE_OF_TEXTS = 0.5
SHARE_OF_WORD = 0.6
TELLS_APART = 0.6

Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Pair:
    told_apart: float
    left: int
    right: int


def join_siblings(texts: Sequence[str], labels: Indices) -> Indices:
    """Return the labels with themes joined that share their word and lack words of their own.

    They share it if most texts of both have it and most texts that have it are theirs.
    """
    words = _words(texts)
    everywhere = np.asarray(words.sum(axis=0)).ravel()
    labels = labels.copy()
    while pair := _next(_counted(words, labels), np.bincount(labels[labels >= 0]), everywhere):
        labels[labels == pair.right] = pair.left
        labels = np.where(labels > pair.right, labels - 1, labels)
    return labels


def _words(texts: Sequence[str]) -> sparse.csr_matrix:
    columns: dict[str, int] = {}
    starts, found = [0], list[int]()
    for text in texts:
        stems = sorted({one for phrase in phrases(text) for one in phrase.stems})
        found.extend(columns.setdefault(one, len(columns)) for one in stems)
        starts.append(len(found))
    ones = np.ones(len(found), dtype=np.float64)
    return sparse.csr_matrix((ones, found, starts), shape=(len(texts), max(len(columns), 1)))


def _counted(words: sparse.csr_matrix, labels: Indices) -> Counts:
    rows = np.flatnonzero(labels != UNTHEMED)
    shape = (int(labels.max(initial=UNTHEMED)) + 1, len(labels))
    member = sparse.csr_matrix((np.ones(len(rows)), (labels[rows], rows)), shape=shape)
    return np.asarray(sparse.csr_matrix(member @ words).toarray())


def _next(inside: Counts, sizes: Indices, everywhere: Counts) -> _Pair | None:
    """Return the pair that shares its word and is least told apart by other words."""
    share = inside / sizes[:, None]
    pairs: list[_Pair] = []
    for word in np.flatnonzero((share >= SHARE_OF_TEXTS).sum(axis=0) > 1).tolist():
        themes = np.flatnonzero(share[:, word] >= SHARE_OF_TEXTS).tolist()
        for place, left in enumerate(themes):
            for right in themes[place + 1 :]:
                theirs = inside[left, word] + inside[right, word]
                if theirs >= SHARE_OF_WORD * everywhere[word]:
                    rest = np.delete(share[[left, right]], word, axis=1)
                    pairs.append(_Pair(_told_apart(rest), left, right))
    pairs = [pair for pair in pairs if pair.told_apart <= TELLS_APART]
    return min(pairs, key=lambda pair: (pair.told_apart, pair.left, pair.right), default=None)


def _told_apart(share: Counts) -> float:
    """Return how well words tell two themes apart: the F1 of the best for the worse told one."""
    precision = share / np.maximum(share.sum(axis=0), 1e-9)
    f1 = 2 * precision * share / np.maximum(precision + share, 1e-9)
    return float(f1.max(axis=1, initial=0).min())
