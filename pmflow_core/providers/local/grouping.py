"""Groups signals by similarity: Ward's method, cut where the silhouette is best."""

from importlib import import_module

import numpy as np

from pmflow_core.providers.local.similarity import Matrix

MOST_GROUPS = 7
_LARGEST = 1500
_LEAST_KINSHIP = 0.25
_ALIKE = 0.3


def groups(rows: Matrix) -> tuple[tuple[int, ...], ...]:
    """Indices of the rows by group, largest group first; a row may be in none.

    Beyond 1,500 rows an even sample is grouped and the others join the nearest group, so time
    and memory stay bounded.
    """
    if len(rows) < 4:
        return _alike(rows)
    sample = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), _LARGEST)).astype(int))
    labels = _best_cut(rows[sample])
    centres = np.stack([rows[sample][labels == label].mean(axis=0) for label in np.unique(labels)])
    norms = np.linalg.norm(centres, axis=1)
    kinship = rows @ np.divide(centres.T, norms, out=np.zeros_like(centres.T), where=norms > 0)
    nearest, best = kinship.argmax(axis=1), kinship.max(axis=1)
    found = [
        tuple(int(row) for row in np.flatnonzero((nearest == group) & (best >= _LEAST_KINSHIP)))
        for group in range(len(centres))
    ]
    return tuple(sorted((one for one in found if one), key=lambda one: (-len(one), one)))


def _alike(rows: Matrix) -> tuple[tuple[int, ...], ...]:
    """Groups of too few rows for a tree: each joins the first group it is clearly like."""
    found: list[list[int]] = []
    for row in range(len(rows)):
        home = next((one for one in found if float(rows[row] @ rows[one[0]]) >= _ALIKE), None)
        if home is None:
            found.append([row])
        else:
            home.append(row)
    return tuple(tuple(one) for one in sorted(found, key=len, reverse=True))


def _best_cut(rows: Matrix) -> np.ndarray:
    # Half a second to import, which every process would pay at its start.
    hierarchy = import_module("scipy.cluster.hierarchy")
    tree = hierarchy.linkage(rows, method="ward")
    most = min(MOST_GROUPS, len(rows) // (2 if len(rows) < 12 else 3))
    # A document of many signals under one heading helps nobody: large sets are always divided.
    is_large = len(rows) >= 24
    least = min(most, 2 + len(rows) // 30) if is_large else 2
    best, best_score = np.ones(len(rows), dtype=int), -1.0 if is_large else 0.02
    for count in range(least, most + 1):
        labels = hierarchy.fcluster(tree, count, criterion="maxclust")
        score = _silhouette(rows, labels)
        if score > best_score + 0.002:
            best, best_score = labels, score
    return best


def _silhouette(rows: Matrix, labels: np.ndarray) -> float:
    """Mean cosine silhouette from group sums, in time linear in rows times groups."""
    names, place, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    if len(names) < 2:
        return 0.0
    sums = np.zeros((len(names), rows.shape[1]))
    np.add.at(sums, place, rows)
    kinship = rows @ sums.T
    at = np.arange(len(rows)), place
    own = (kinship[at] - np.einsum("ij,ij->i", rows, rows)) / np.maximum(sizes[place] - 1, 1)
    others = kinship / sizes
    others[at] = -np.inf
    a, b = 1 - own, 1 - others.max(axis=1)
    score = (b - a) / np.maximum(np.maximum(a, b), 1e-9)
    return float(np.where(sizes[place] > 1, score, 0.0).mean())
