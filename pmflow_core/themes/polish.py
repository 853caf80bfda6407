"""Single texts moved to the theme that their neighbours and its centre speak for."""

import numpy as np
from numpy.typing import NDArray

from pmflow_core.themes.agglomerate import group_sums
from pmflow_core.themes.vectors import Indices, Matrix, unit_rows

ROUNDS = 3
NEIGHBOUR_SAY = 0.5


def polish(labels: Indices, neighbours: Indices, space: Matrix) -> Indices:
    """Return the labels after three rounds in which every text may move."""
    for _ in range(ROUNDS):
        centres = unit_rows(group_sums(space, labels))
        score = space @ centres.T + NEIGHBOUR_SAY * _share(labels, neighbours, len(centres))
        labels = np.unique(np.argmax(score, axis=1), return_inverse=True)[1]
    return labels


def _share(labels: Indices, neighbours: Indices, groups: int) -> NDArray[np.float32]:
    count, k = neighbours.shape
    cells = np.arange(count)[:, None] * groups + labels[neighbours]
    votes = np.bincount(cells.ravel(), minlength=count * groups)
    return (votes.reshape(count, groups) / k).astype(np.float32)
