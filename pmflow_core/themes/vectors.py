"""Rows of numbers, as every part of theming takes and gives them; light to import."""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Indices = NDArray[np.int64]
UNTHEMED = -1
NEAR_ENOUGH = 0.40
"""Cosine to the nearest text, or centre, below which a text waits without a theme."""
MIN_THEME = 3
"""Fewer texts are no theme."""


def unit_rows(matrix: NDArray[np.floating]) -> Matrix:
    """Return the rows scaled to length 1; a zero row stays zero."""
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    return (matrix / np.where(norms > 0, norms, 1)).astype(np.float32)
