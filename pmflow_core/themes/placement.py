"""New texts put into themes that exist, without clustering anything again."""

from dataclasses import dataclass

import numpy as np

from pmflow_core.themes.vectors import NEAR_ENOUGH, UNTHEMED, Indices, Matrix, unit_rows

NEIGHBOURS = 10
VOTE_POWER = 4  # a neighbour's vote weighs its cosine to this power
VOTE_FROM_TEXTS = 2000
"""From so many themed texts on, neighbours know better than centres; below, centres do."""
BLOCK_ROWS = 500


@dataclass(frozen=True, slots=True)
class Placement:
    """For each new text a theme number, -1 for none, and its cosine to that theme's centre.

    Of a text without a theme it is the cosine to the nearest centre.
    """

    labels: Indices
    similarities: Matrix


def centroids(vectors: Matrix, labels: Indices, themes: int) -> Matrix:
    """Return a unit row per theme: the middle of its texts; a theme of no texts has zeros."""
    sums = np.zeros((themes, vectors.shape[1]), dtype=np.float32)
    themed = labels != UNTHEMED
    np.add.at(sums, labels[themed], vectors[themed])
    return unit_rows(sums)


def place(new: Matrix, vectors: Matrix, labels: Indices, themes: int) -> Placement:
    """Return where new texts belong among themed ones; `vectors` and `labels` are those."""
    middles = centroids(vectors, labels, themes)
    themed = labels != UNTHEMED
    if int(themed.sum()) < VOTE_FROM_TEXTS:
        return place_by_centroid(new, middles)
    return place_by_vote(new, vectors[themed], labels[themed], middles)


def place_by_centroid(new: Matrix, middles: Matrix) -> Placement:
    """Return the theme with the nearest centre for each new text."""
    if not len(middles):
        return _nowhere(len(new))
    similarities = new @ middles.T
    labels = similarities.argmax(axis=1).astype(np.int64)
    return _near(labels, similarities[np.arange(len(new)), labels], similarities)


def place_by_vote(new: Matrix, vectors: Matrix, labels: Indices, middles: Matrix) -> Placement:
    """Return the theme that most of the ten nearest themed texts speak for."""
    if not len(vectors):
        return place_by_centroid(new, middles)
    placements = [
        _voted(new[start : start + BLOCK_ROWS], vectors, labels, middles)
        for start in range(0, len(new), BLOCK_ROWS)
    ]
    if not placements:
        return _nowhere(0)
    return Placement(
        np.concatenate([placement.labels for placement in placements]),
        np.concatenate([placement.similarities for placement in placements]),
    )


def _voted(new: Matrix, vectors: Matrix, labels: Indices, middles: Matrix) -> Placement:
    cosines = new @ vectors.T
    k = min(NEIGHBOURS, cosines.shape[1])
    near = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
    rows = np.arange(len(new))[:, None]
    found = cosines[rows, near]
    votes = np.zeros((len(new), len(middles)), dtype=np.float32)
    np.add.at(votes, (rows, labels[near]), np.maximum(found, 0) ** VOTE_POWER)
    return _near(votes.argmax(axis=1).astype(np.int64), found.max(axis=1), new @ middles.T)


def _near(labels: Indices, evidence: Matrix, to_middles: Matrix) -> Placement:
    kept = np.where(evidence >= NEAR_ENOUGH, labels, UNTHEMED)
    own = to_middles[np.arange(len(labels)), labels]
    return Placement(kept, np.where(kept == UNTHEMED, to_middles.max(axis=1), own))


def _nowhere(count: int) -> Placement:
    return Placement(np.full(count, UNTHEMED, dtype=np.int64), np.zeros(count, dtype=np.float32))
