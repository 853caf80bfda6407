"""Places texts in one space: their stored vectors, sharpened by the words they share."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pmflow_core.providers.base import Evidence
from pmflow_core.providers.local.lexicon import FUNCTION_WORDS
from pmflow_core.providers.local.text import stem, words

Matrix = NDArray[np.float64]
_WORD_SHARE = 0.3
_MOST_WORDS = 600


def stems(text: str) -> frozenset[str]:
    """Stems of the words of a text that carry meaning."""
    return frozenset(stem(word) for word in words(text) if word not in FUNCTION_WORDS)


def places(evidence: Sequence[Evidence]) -> Matrix:
    """One unit row per signal; only by words when a vector is missing or of another model."""
    by_words = _weighted([stems(one.text) for one in evidence])
    vectors = [one.vector for one in evidence if one.vector is not None]
    if len(vectors) < len(evidence) or len({vector.shape for vector in vectors}) != 1:
        return by_words
    dense = _unit(np.nan_to_num(np.asarray(vectors, dtype=np.float64)))
    centred = _unit(dense - 0.5 * dense.mean(axis=0))
    joined = np.hstack([centred * np.sqrt(1 - _WORD_SHARE), by_words * np.sqrt(_WORD_SHARE)])
    return _unit(joined)


def _weighted(bags: Sequence[frozenset[str]]) -> Matrix:
    counts = Counter(word for bag in bags for word in bag)
    common = sorted((word for word in counts if counts[word] > 1), key=lambda w: (-counts[w], w))
    column = {word: place for place, word in enumerate(common[:_MOST_WORDS])}
    matrix = np.zeros((len(bags), max(1, len(column))))
    for row, bag in enumerate(bags):
        for word in bag & column.keys():
            matrix[row, column[word]] = np.log((1 + len(bags)) / counts[word])
    return _unit(matrix)


def _unit(matrix: Matrix) -> Matrix:
    length = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.divide(matrix, length, out=np.zeros_like(matrix), where=length > 0)
