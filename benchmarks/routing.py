"""Signals to the project they belong to or to none, beside a bare centroid on the same vectors.

`python -m benchmarks routing FILE… --unknown LABEL [--examples 50] [--unseen 50 --seeds 4]`. No
data ships with the project.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from pmflow_core.embedding.selection import get_embedder
from pmflow_core.evals.labelled import Labelled, read_labelled
from pmflow_core.evals.routing import EXAMPLES, RoutingReport, Setup, Split, compare, embed, split
from pmflow_core.signals.routing import Matrix

ROW = "{:16} {:>5} {:>9} {:>7} {:>8} {:>10} {:>7} {:>14} {:>10}"


def main(arguments: Sequence[str]) -> None:
    """Print one row per file and draw."""
    options = _options(arguments)
    head = ("file", "known", "examples", "unseen", "accuracy", "oos recall", "auroc")
    print(ROW.format(*head, "centroid auroc", "its acc."))
    embedder = get_embedder("local", options.threads)
    for path in options.files:
        labelled = read_labelled(path, options.text, options.label, options.exclude)
        vectors = embed(labelled, embedder)
        for seed in range(options.seeds):
            setup = Setup(frozenset(options.unknown), options.examples, options.unseen, seed)
            divided = split(labelled, setup)
            report = compare(labelled, divided, vectors, embedder.name)
            print(_row(path, report, options.unseen, bare(labelled, divided, vectors)), flush=True)


def bare(labelled: Labelled, divided: Split, vectors: Matrix) -> tuple[float, float]:
    """Return a bare centroid's AUROC, and its accuracy where it leaves 83 % of strangers alone."""
    labels = np.array(labelled.labels)
    names = np.array(divided.known)
    examples = labels[divided.examples]
    middles = np.stack([vectors[divided.examples][examples == name].mean(axis=0) for name in names])
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    cosines = vectors[divided.asked] @ middles.T
    truth = labels[divided.asked]
    belongs = np.isin(truth, names)
    best = cosines.max(axis=1)
    right = names[cosines.argmax(axis=1)] == truth
    # The threshold at which it leaves alone as many strangers as the bar asks for, 83 %.
    threshold = np.quantile(best[~belongs], 0.83)
    accuracy = float((right & (best >= threshold))[belongs].mean())
    return float(roc_auc_score(belongs, best)), accuracy


def _row(path: Path, report: RoutingReport, unseen: int, peer: tuple[float, float]) -> str:
    figures = (report.accuracy, report.oos_recall, report.auroc, *peer)
    return ROW.format(
        path.name.partition(".")[0],
        report.labels,
        report.examples,
        unseen,
        *(f"{value:.3f}" for value in figures),
    )


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks routing", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--text", default="text", help="column of the text")
    parser.add_argument("--label", default="label", help="column of the label")
    parser.add_argument("--unknown", action="append", default=[], help="label of no project")
    parser.add_argument("--exclude", action="append", default=[], help="label to leave out")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="per label, half at most")
    parser.add_argument("--unseen", type=int, default=0, help="labels held back by the draw")
    parser.add_argument("--seeds", type=int, default=1, help="how many draws")
    parser.add_argument("--threads", type=int, default=1, help="threads of the model")
    return parser.parse_args(arguments)
