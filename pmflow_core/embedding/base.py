"""What every embedding model looks like from outside."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 384
"""One vector column for every model; a model with more is asked for, or cut to, this many."""

Vectors = NDArray[np.float32]
"""Rows are texts, columns are dimensions; every row has length 1."""


class Embedder(Protocol):
    """Turns texts into vectors whose dot product says how much they mean the same."""

    @property
    def name(self) -> str:
        """Name stored beside each vector; vectors of different names are never compared."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row per text, in the order of `texts`."""
        ...
