"""Labelled texts with their vectors, which are computed once and kept in `.bench`."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.peers import ENVIRONMENTS
from pmflow_core.embedding.base import Embedder
from pmflow_core.evals.labelled import Labelled, read_labelled
from pmflow_core.themes.vectors import Indices, Matrix


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts, what each is about, and its vector, in the order of the file."""

    labelled: Labelled
    vectors: Matrix

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.vectors)

    def at(self, rows: Indices) -> "Texts":
        """Return these rows."""
        texts, labels = self.labelled.texts, self.labelled.labels
        chosen = Labelled([texts[row] for row in rows], [labels[row] for row in rows])
        return Texts(chosen, self.vectors[rows])


def read(
    path: Path, columns: tuple[str, str], exclude: Collection[str], embedder: Embedder
) -> Texts:
    """Return a labelled file's texts; `columns` are those of the text and of the label."""
    labelled = read_labelled(path, *columns, exclude)
    return Texts(labelled, _vectors(labelled.texts, embedder))


def samples(whole: Texts, size: int, count: int) -> list[Texts]:
    """Return `count` samples, the same each time; all texts once if there are not more."""
    if size >= len(whole):
        return [whole]
    return [_sample(whole, size, seed) for seed in range(count)]


def _sample(whole: Texts, size: int, seed: int) -> Texts:
    drawn = np.random.default_rng(seed).choice(len(whole), size, replace=False)
    return whole.at(np.sort(drawn))


def _vectors(texts: Sequence[str], embedder: Embedder) -> Matrix:
    identity = json.dumps([embedder.name, texts])
    digest = hashlib.sha256(identity.encode()).hexdigest()[:16]
    kept = ENVIRONMENTS / "vectors" / f"{digest}.npy"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, embedder.embed(texts))
    return np.load(kept)
