"""What clustering compares texts by: projections of their vectors, and their words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from pmflow_core.themes.vectors import Matrix, unit_rows

SMALL_SET = 500
VARIANCE_KEPT = 0.8
FLATTENING = 0.125  # exponent on an eigenvalue: between plain PCA (0) and whitening (.5)
TOPIC_DIMENSIONS = 100


@dataclass(frozen=True, slots=True)
class Features:
    """Unit rows per text. `flat` evens the components out, `adaptive` follows the variance."""

    flat: Matrix
    wide: Matrix
    adaptive: Matrix
    words: sparse.csr_matrix


def extract(vectors: Matrix, texts: Sequence[str]) -> Features:
    """Return the projections and word weights of texts with these unit vectors."""
    centred = vectors.astype(np.float32) - vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    values, axes = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    values, axes = values[::-1], axes[:, ::-1]
    held = max(int((values > values[0] * 1e-7).sum()), 1)
    values, scores = values[:held], centred @ axes[:, :held].astype(np.float32)
    share = np.cumsum(values) / values.sum() if values.sum() > 0 else np.ones(held)
    enough = int(np.searchsorted(share, VARIANCE_KEPT)) + 1
    flattened = scores[:, :64] / np.maximum(values[:64], 1e-12) ** FLATTENING
    return Features(
        flat=unit_rows(flattened),
        wide=unit_rows(scores[:, :128]),
        adaptive=unit_rows(scores[:, :enough]),
        words=word_weights(texts),
    )


def word_weights(texts: Sequence[str]) -> sparse.csr_matrix:
    """Return TF-IDF of words and word pairs; one empty column when no word is shared."""
    counter = TfidfVectorizer(
        ngram_range=(1, 2),
        sublinear_tf=True,
        min_df=2,
        max_df=0.5 if len(texts) <= SMALL_SET else 0.2,
    )
    try:
        return sparse.csr_matrix(counter.fit_transform(texts), dtype=np.float32)
    except ValueError:  # how scikit-learn says that no word is in two texts
        return sparse.csr_matrix((len(texts), 1), dtype=np.float32)


def meaning_and_words(features: Features) -> Matrix:
    """Return four parts meaning and one part word topics, side by side, as unit rows."""
    dimensions = min(TOPIC_DIMENSIONS, min(features.words.get_shape()) - 1)
    if dimensions < 1:
        return features.flat
    topics = TruncatedSVD(dimensions, random_state=0).fit_transform(features.words)
    return unit_rows(np.hstack([np.sqrt(0.8) * features.flat, np.sqrt(0.2) * unit_rows(topics)]))
