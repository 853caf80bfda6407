"""Who is near whom: exact nearest neighbours, and communities among them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sknetwork.clustering import Louvain

from pmflow_core.themes.vectors import Indices, Matrix

BLOCK_ROWS = 500


@dataclass(frozen=True, slots=True)
class Blend:
    """A similarity: cosine of `space`, with this share of word similarity in it."""

    space: Matrix
    word_share: float


def nearest(blends: Sequence[Blend], words: sparse.csr_matrix, k: int) -> list[Indices]:
    """Return for each blend the `k` nearest others of every text, nearest first."""
    count = words.get_shape()[0]
    found = [np.empty((count, k), dtype=np.int64) for _ in blends]
    transposed = words.T.tocsr()
    for start in range(0, count, BLOCK_ROWS):
        rows = slice(start, min(start + BLOCK_ROWS, count))
        by_words = (words[rows] @ transposed).toarray()
        for blend, neighbours in zip(blends, found, strict=True):
            similarity = (1 - blend.word_share) * (blend.space[rows] @ blend.space.T)
            similarity += blend.word_share * by_words
            own = np.arange(rows.start, rows.stop)
            similarity[own - start, own] = -np.inf
            neighbours[rows] = _top(similarity, k)
    return found


def _top(similarity: Matrix, k: int) -> Indices:
    rows = np.arange(len(similarity))[:, None]
    best = np.argpartition(-similarity, k - 1, axis=1)[:, :k]
    best.sort(axis=1)  # so that equal similarities come in the order of the texts
    order = np.argsort(-similarity[rows, best], axis=1, kind="stable")
    return best[rows, order]


def shared_neighbour_graph(neighbours: Indices) -> sparse.csr_matrix:
    """Return the graph of neighbours, weighted by the Jaccard of their neighbourhoods."""
    count, k = neighbours.shape
    own = np.arange(count)[:, None]
    columns = np.hstack([own, neighbours]).ravel()
    ones = np.ones(count * (k + 1), dtype=np.float32)
    starts = np.arange(0, count * (k + 1) + 1, k + 1)
    around = sparse.csr_matrix((ones, columns, starts), shape=(count, count))
    around.sort_indices()
    edges = sparse.triu(around.maximum(around.T), 1).tocoo()
    shared = np.asarray(around[edges.row].multiply(around[edges.col]).sum(axis=1)).ravel()
    weights = shared / (2 * (k + 1) - shared)
    half = sparse.csr_matrix((weights, (edges.row, edges.col)), shape=(count, count))
    graph = (half + half.T).tocsr()
    graph.eliminate_zeros()
    return graph


def communities(graph: sparse.csr_matrix, resolution: float) -> Indices:
    """Return a community number per text; the higher the resolution the finer."""
    louvain = Louvain(
        resolution=resolution,
        shuffle_nodes=False,
        random_state=0,
        return_probs=False,
        return_aggregate=False,
    )
    return np.asarray(louvain.fit_predict(graph), dtype=np.int64)
