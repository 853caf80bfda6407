"""Themes of a set of texts: how many there are and who belongs to which, from nothing else.

Three views of the texts, each clustered twice much too finely, each merged up to where the
groups stand apart most, beyond what chance does; then one partition that the six agree on, a
polish, and out of the themes what belongs to none. No constant is tuned to a data set, and the
same rows in the same order give the same themes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pmflow_core.themes.coherence import one_theme, without_strangers
from pmflow_core.themes.consensus import consensus
from pmflow_core.themes.features import Features, extract, meaning_and_words
from pmflow_core.themes.graphs import Blend, nearest
from pmflow_core.themes.levels import best_level, silhouettes
from pmflow_core.themes.placement import place
from pmflow_core.themes.polish import polish
from pmflow_core.themes.siblings import join_siblings
from pmflow_core.themes.vectors import MIN_THEME, UNTHEMED, Indices, Matrix
from pmflow_core.themes.views import MOST_NEIGHBOURS, chance, views

VERSION = "consensus-3"
MIN_TEXTS = 30
"""Fewer texts have no themes: their neighbourhoods are too thin to tell a theme from chance."""
MAX_TEXTS = 25_000
POLISH_FROM = 500
WARM_SHARE = 0.25
FINENESS = (1, 2)
NOISY_FROM = 0.05
"""Share of strangers among the texts from which nearness is too weak to part what words do not."""

Params = dict[str, float | int | bool]


@dataclass(frozen=True, slots=True)
class Clustering:
    """A theme number per text, largest theme 0, -1 for none; and what made it."""

    labels: Indices
    version: str
    params: Params

    @property
    def themes(self) -> int:
        """How many themes there are."""
        return int(self.labels.max(initial=UNTHEMED)) + 1


def cluster(
    vectors: Matrix,
    texts: Sequence[str],
    *,
    granularity: float = 1.0,
    previous: Indices | None = None,
    max_texts: int = MAX_TEXTS,
) -> Clustering:
    """Return the themes of texts with these unit vectors, rows in the order of signal ids.

    `granularity` multiplies the number of themes: 1.4 is "finer", 0.7 "coarser". `previous` are
    the labels the rows have now (-1: none); with them fewer texts change theme. Fewer than 30
    texts are all left unthemed; of more than `max_texts` that many, evenly spread over the rows,
    are clustered and the others placed among them.
    """
    count = len(texts)
    params: Params = {"n": count, "granularity": granularity, "warm": previous is not None}
    if count < MIN_TEXTS:
        return Clustering(np.full(count, UNTHEMED, dtype=np.int64), VERSION, params)
    if count <= max_texts:
        labels, groups = _clustered(vectors, texts, granularity, previous)
        return Clustering(labels, VERSION, {**params, "groups": groups})
    sample = np.linspace(0, count - 1, max_texts).astype(np.int64)
    known = None if previous is None else previous[sample]
    core, groups = _clustered(
        vectors[sample], [texts[int(row)] for row in sample], granularity, known
    )
    labels = place(vectors, vectors[sample], core, int(core.max()) + 1).labels
    labels[sample] = core
    params = {**params, "groups": groups, "sampled": max_texts}
    return Clustering(by_size(labels), VERSION, params)


def _clustered(
    vectors: Matrix, texts: Sequence[str], granularity: float, previous: Indices | None
) -> tuple[Indices, int]:
    features = extract(vectors, texts)
    blends = (Blend(features.flat, 0.2), Blend(features.wide, 0.2), Blend(features.adaptive, 0.3))
    neighbours = nearest(blends, features.words, MOST_NEIGHBOURS)
    partitions = _partitions(features, blends, neighbours)
    found = float(np.median([int(labels.max()) + 1 for labels in partitions]))
    groups = min(max(round(found * granularity), 1), len(texts))
    labels = _agreed(partitions, previous, groups)
    if len(texts) >= POLISH_FROM:
        labels = polish(labels, neighbours[0], meaning_and_words(features))
    return _cleared(vectors, texts, by_size(labels)), groups


def _cleared(vectors: Matrix, texts: Sequence[str], labels: Indices) -> Indices:
    cleared = without_strangers(vectors, labels)
    strangers = float((cleared != labels).mean())
    cleared = by_size(cleared)
    if (cleared == UNTHEMED).all():
        return by_size(one_theme(vectors))
    return by_size(join_siblings(texts, cleared)) if strangers >= NOISY_FROM else cleared


def _partitions(
    features: Features, blends: Sequence[Blend], neighbours: Sequence[Indices]
) -> list[Indices]:
    by_chance = chance(features.adaptive)
    partitions: list[Indices] = []
    for blend, near in zip(blends, neighbours, strict=True):
        for view in views(blend.space, near, FINENESS):
            curve = silhouettes(features.adaptive, view.fine, view.tree)
            partitions.append(view.cut(best_level(curve, by_chance)))
    return partitions


def _agreed(partitions: list[Indices], previous: Indices | None, groups: int) -> Indices:
    weights = [1.0] * len(partitions)
    if previous is None:
        return consensus(partitions, weights, groups)
    warm = WARM_SHARE * len(partitions)
    return consensus([*partitions, previous], [*weights, warm], groups)


def by_size(labels: Indices) -> Indices:
    """Return the labels renumbered from the largest theme down; groups below three are -1."""
    sizes = np.bincount(labels[labels != UNTHEMED], minlength=1)
    order = np.argsort(-sizes, kind="stable")
    kept = order[sizes[order] >= MIN_THEME]
    number = np.full(len(sizes) + 1, UNTHEMED, dtype=np.int64)  # the last is what -1 looks up
    number[kept] = np.arange(len(kept))
    return number[labels]
