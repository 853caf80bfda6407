"""Which texts of a theme speak for all of it."""

from collections.abc import Sequence

import numpy as np

from pmflow_core.themes.vectors import Matrix, unit_rows

TOO_ALIKE = 0.95


def representatives(vectors: Matrix, texts: Sequence[str], count: int = 3) -> list[int]:
    """Return rows of the texts nearest the theme's middle, nearest first, no two the same.

    Fewer than `count` come back when the rest repeats them.
    """
    if not len(texts):
        return []
    middle = unit_rows(vectors.mean(axis=0, keepdims=True))[0]
    order = np.argsort(-(vectors @ middle), kind="stable").tolist()
    chosen: list[int] = []
    for row in order:
        if len(chosen) == count:
            break
        if all(float(vectors[row] @ vectors[other]) < TOO_ALIKE for other in chosen):
            chosen.append(row)
    return chosen
