"""How well themes agree with labels that people gave, on the product's own path."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from sklearn.metrics import (
    adjusted_rand_score,
    normalized_mutual_info_score,
    v_measure_score,
)

from pmflow_core.embedding.base import Embedder
from pmflow_core.embedding.selection import get_embedder
from pmflow_core.errors import Invalid
from pmflow_core.evals.labelled import Labelled, read_labelled
from pmflow_core.themes.clustering import Clustering, cluster
from pmflow_core.themes.vectors import UNTHEMED


@dataclass(frozen=True, slots=True)
class Seconds:
    """Wall-clock time of the two parts."""

    embed: float
    cluster: float


@dataclass(frozen=True, slots=True)
class ThemesReport:
    """Agreement of themes with labels; all `noise` texts, without a theme, count as one group."""

    n: int
    themes: int
    noise: int
    nmi: float
    ari: float
    v_measure: float
    seconds: Seconds


def evaluate(
    path: Path, text: str, label: str, exclude: Collection[str] = (), *, threads: int = 1
) -> ThemesReport:
    """Embed and cluster a labelled file as the product would, and compare.

    Raises:
        Invalid: the file cannot be read, or holds no texts.
    """
    labelled = read_labelled(path, text, label, exclude)
    if not labelled.texts:
        raise Invalid(f"{path.name} holds no texts to theme.")
    clustering, seconds = theme(labelled.texts, get_embedder("local", threads))
    return compare(labelled, clustering, seconds)


def theme(texts: list[str], embedder: Embedder) -> tuple[Clustering, Seconds]:
    """Return the themes of these texts, and what the two parts took."""
    started = time.perf_counter()
    vectors = embedder.embed(texts)
    embedded = time.perf_counter()
    clustering = cluster(vectors, texts)
    return clustering, Seconds(embedded - started, time.perf_counter() - embedded)


def compare(labelled: Labelled, clustering: Clustering, seconds: Seconds) -> ThemesReport:
    """Return the report on a clustering of these texts."""
    found = clustering.labels
    return ThemesReport(
        n=len(labelled.texts),
        themes=clustering.themes,
        noise=int((found == UNTHEMED).sum()),
        nmi=float(normalized_mutual_info_score(labelled.labels, found)),
        ari=float(adjusted_rand_score(labelled.labels, found)),
        v_measure=float(v_measure_score(labelled.labels, found)),
        seconds=seconds,
    )
