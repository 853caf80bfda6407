"""Rules that group texts, each run in a process of its own so that its memory can be told.

`python -m benchmarks.rules '{"rule": …, "vectors": …, "texts": …, "labels": …}'`
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scipy import sparse
from sknetwork.clustering import Leiden

from pmflow_core.themes.clustering import cluster
from pmflow_core.themes.graphs import Blend, nearest, shared_neighbour_graph
from pmflow_core.themes.vectors import Indices, Matrix

NEAR = 0.75
NEIGHBOURS = 15
RESOLUTION = 2.0

Rule = Callable[[Matrix, Sequence[str]], Indices]


def ours(vectors: Matrix, texts: Sequence[str]) -> Indices:
    """Return the product's own themes."""
    return cluster(vectors, texts).labels


def greedy(vectors: Matrix, _texts: Sequence[str]) -> Indices:
    """Return the groups of the simplest rule: join the nearest centre from .75 on, or begin one."""
    sums = np.zeros_like(vectors)
    centres = np.zeros_like(vectors)
    labels = np.zeros(len(vectors), dtype=np.int64)
    groups = 0
    for row, vector in enumerate(vectors):
        near = centres[:groups] @ vector
        group = int(near.argmax()) if groups else 0
        if not groups or near[group] < NEAR:
            group, groups = groups, groups + 1
        labels[row] = group
        sums[group] += vector
        centres[group] = sums[group] / np.linalg.norm(sums[group])
    return labels


def one_graph(vectors: Matrix, _texts: Sequence[str]) -> Indices:
    """Return the communities of one graph of shared neighbours, found once at resolution 2."""
    wordless = sparse.csr_matrix((len(vectors), 1), dtype=np.float32)
    neighbours = nearest((Blend(vectors, 0.0),), wordless, min(NEIGHBOURS, len(vectors) - 1))[0]
    leiden = Leiden(resolution=RESOLUTION, shuffle_nodes=False, random_state=0)
    labels = leiden.fit_predict(shared_neighbour_graph(neighbours))
    return np.asarray(labels, dtype=np.int64)


RULES: dict[str, Rule] = {"pmflow": ours, "graph": one_graph, "greedy": greedy}


def main(told: dict[str, str]) -> None:
    """Group the texts, save a number for each, and print what it took."""
    vectors = np.load(told["vectors"])
    texts = json.loads(Path(told["texts"]).read_text(encoding="utf-8"))
    started = time.process_time()
    labels = RULES[told["rule"]](vectors, texts)
    seconds = time.process_time() - started
    np.save(told["labels"], labels)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"name": told["rule"], "seconds": seconds, "megabytes": megabytes}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
