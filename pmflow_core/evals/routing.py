"""How well signals find the project they belong to, or none, on the product's own path."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from pmflow_core.embedding.base import Embedder
from pmflow_core.embedding.selection import get_embedder
from pmflow_core.errors import Invalid
from pmflow_core.evals.labelled import Labelled
from pmflow_core.signals.routing import Indices, Matrix, common_share, profile, route
from pmflow_core.signals.thresholds import thresholds_for

EXAMPLES = 50


@dataclass(frozen=True, slots=True)
class RoutingReport:
    """How the texts that were not examples were routed, at the product's middle threshold.

    `accuracy` is the share of texts of known labels that were linked to theirs, `oos_recall` the
    share of others that were linked to none, and `auroc` says how well the similarity alone tells
    the two apart.
    """

    n: int
    labels: int
    examples: int
    unknown: int
    accuracy: float
    oos_recall: float
    auroc: float
    threshold: float


@dataclass(frozen=True, slots=True)
class Split:
    """Which texts are examples of known labels, and which are asked about."""

    known: list[str]
    examples: Indices
    asked: Indices


@dataclass(frozen=True, slots=True)
class Setup:
    """What belongs to no project, how many examples a label has at most, and the draw.

    `unseen` labels are drawn by the seed and held back, so that they are unknown as well.
    """

    unknown: frozenset[str] = frozenset()
    examples: int = EXAMPLES
    unseen: int = 0
    seed: int = 0


USUAL = Setup()


def evaluate(labelled: Labelled, setup: Setup = USUAL, *, threads: int = 1) -> RoutingReport:
    """Route labelled texts as the product would, and compare.

    A label is a project with up to `setup.examples` linked signals, half of its texts at most; the
    rest is asked about.

    Raises:
        Invalid: nothing is known, or nothing unknown.
    """
    divided = split(labelled, setup)
    embedder = get_embedder("local", threads)
    return compare(labelled, divided, embed(labelled, embedder), embedder.name)


def embed(labelled: Labelled, embedder: Embedder) -> Matrix:
    """Return a vector per text."""
    return np.asarray(embedder.embed(labelled.texts), dtype=np.float32)


def split(labelled: Labelled, setup: Setup) -> Split:
    """Return examples and questions, the same for the same seed; raises Invalid."""
    draw = np.random.default_rng(setup.seed)
    labels = np.array(labelled.labels)
    candidates = draw.permutation(sorted(set(labelled.labels) - setup.unknown))
    known = sorted(candidates[min(setup.unseen, len(candidates)) :].tolist())
    examples: list[int] = []
    for label in known:
        rows = draw.permutation(np.flatnonzero(labels == label))
        examples += rows[: min(setup.examples, len(rows) // 2)].tolist()
    asked = np.setdiff1d(np.arange(len(labels)), examples)
    shown = sorted(set(labels[examples].tolist()))
    if not shown or not (~np.isin(labels[asked], shown)).any():
        raise Invalid(
            "Routing needs labels with two texts at least, and texts of an unknown label:"
            " name one with --unknown, or hold some back with --unseen."
        )
    return Split(shown, np.array(sorted(examples), dtype=np.int64), asked)


def compare(labelled: Labelled, divided: Split, vectors: Matrix, model: str) -> RoutingReport:
    """Return the report on these vectors at the thresholds of their model."""
    labels = np.array(labelled.labels)
    names = np.array(divided.known)
    owners = np.searchsorted(names, labels[divided.examples]).astype(np.int64)
    common = common_share(vectors.mean(axis=0), len(vectors))
    known = profile(vectors[divided.examples], owners, len(names), common)
    routed = route(vectors[divided.asked], known)
    threshold = thresholds_for(model).routing.middle
    linked = routed.similarities >= threshold
    truth = labels[divided.asked]
    belongs = np.isin(truth, names)
    right = linked & (names[routed.projects] == truth)
    return RoutingReport(
        n=len(divided.asked),
        labels=len(names),
        examples=len(divided.examples),
        unknown=int((~belongs).sum()),
        accuracy=float(right[belongs].mean()),
        oos_recall=float((~linked[~belongs]).mean()),
        auroc=float(roc_auc_score(belongs, routed.similarities)),
        threshold=threshold,
    )
