"""Vectors as the database sends them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pmflow_core.signals.models import DIMENSIONS

_HEADER = 4


def as_matrix(values: Sequence[bytes]) -> NDArray[np.float32]:
    """Return vectors in the form that `vector_send` gives as rows; far quicker than their text."""
    packed = b"".join(value[_HEADER:] for value in values)
    return np.frombuffer(packed, dtype=">f4").reshape(-1, DIMENSIONS).astype(np.float32)
