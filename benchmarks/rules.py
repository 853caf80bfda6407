"""Rules that group texts, each run in a process of its own so that its memory can be told.

`python -m benchmarks.rules TASK`: the rule, the limit beyond which ours clusters a sample, and the
files of texts, vectors and labels, as JSON.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sknetwork.clustering import Leiden

from benchmarks.embedded_texts import Texts
from benchmarks.peers import BERTOPIC, answer_of, run
from pmflow_core.themes.clustering import MAX_TEXTS, cluster
from pmflow_core.themes.graphs import Blend, nearest, shared_neighbour_graph
from pmflow_core.themes.vectors import Indices, Matrix

NEAR = 0.75
RESOLUTION = 2.0

Rule = Callable[[Matrix, Sequence[str], int], Indices]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A group number per text, and the processor's seconds and the most memory that it took."""

    name: str
    labels: Indices
    seconds: float
    megabytes: float


def outcome(rule: str, texts: Texts, limit: int = MAX_TEXTS) -> Outcome | None:
    """Return what a rule makes of these texts, None when it fails."""
    with tempfile.TemporaryDirectory(prefix="pmflow-bench-") as folder:
        told: dict[str, Any] = {"rule": rule, "limit": limit}
        told |= {name: str(Path(folder, name)) for name in ("vectors.npy", "texts", "labels.npy")}
        np.save(told["vectors.npy"], texts.vectors)
        Path(told["texts"]).write_text(json.dumps(texts.labelled.texts), encoding="utf-8")
        answer = _answer(rule, told)
        return None if answer is None else Outcome(labels=np.load(told["labels.npy"]), **answer)


def _answer(rule: str, told: dict[str, Any]) -> dict[str, Any] | None:
    if rule == "bertopic":
        return run(rule, BERTOPIC, told)
    return answer_of(rule, [sys.executable, "-m", "benchmarks.rules", json.dumps(told)])


def ours(vectors: Matrix, texts: Sequence[str], limit: int) -> Indices:
    """Return the product's own themes."""
    return cluster(vectors, texts, max_texts=limit).labels


def greedy(vectors: Matrix, _texts: Sequence[str], _limit: int) -> Indices:
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


def one_graph(vectors: Matrix, _texts: Sequence[str], _limit: int) -> Indices:
    """Return the communities of one graph of shared neighbours, found once at resolution 2."""
    wordless = sparse.csr_matrix((len(vectors), 1), dtype=np.float32)
    reach = int(np.clip(round(len(vectors) ** 0.5 / 6), 5, 15))
    neighbours = nearest((Blend(vectors, 0.0),), wordless, reach)[0]
    leiden = Leiden(resolution=RESOLUTION, shuffle_nodes=False, random_state=0)
    labels = leiden.fit_predict(shared_neighbour_graph(neighbours))
    return np.asarray(labels, dtype=np.int64)


RULES: dict[str, Rule] = {"pmflow": ours, "graph": one_graph, "greedy": greedy}


def main(told: dict[str, Any]) -> None:
    """Group the texts, save a number for each, and print what it took."""
    vectors = np.load(told["vectors.npy"])
    texts = json.loads(Path(told["texts"]).read_text(encoding="utf-8"))
    started = time.process_time()
    labels = RULES[told["rule"]](vectors, texts, told["limit"])
    seconds = time.process_time() - started
    np.save(told["labels.npy"], labels)
    print(json.dumps({"name": told["rule"], "seconds": seconds, "megabytes": peak_megabytes()}))


def peak_megabytes() -> float:
    """Return the most memory this program held; Linux's rusage would begin with its parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
