"""One way of looking at texts: groups much too fine, and how they merge."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from pmflow_core.themes.agglomerate import Merges, ward_tree
from pmflow_core.themes.graphs import (
    Blend,
    communities,
    nearest,
    shared_neighbour_graph,
)
from pmflow_core.themes.levels import Curve, silhouettes
from pmflow_core.themes.vectors import Indices, Matrix, unit_rows

MOST_NEIGHBOURS = 15
CHANCE_ROWS = 4000


@dataclass(frozen=True, slots=True)
class View:
    """Groups of texts, too many, and the order in which they merge."""

    fine: Indices
    tree: Merges

    def cut(self, groups: int) -> Indices:
        """Return the labels of the texts for that many groups."""
        return self.tree.cut(groups)[self.fine]


def views(space: Matrix, neighbours: Indices, factors: tuple[int, ...]) -> list[View]:
    """Return a view per factor, the larger the finer; `neighbours` are nearest first."""
    count = len(space)
    reach = int(np.clip(round(count**0.5 / 6), 5, MOST_NEIGHBOURS))
    finest = float(np.clip(800 / count**0.5, 4, 32))
    graph = shared_neighbour_graph(neighbours[:, :reach])
    fine = [communities(graph, finest * factor) for factor in factors]
    return [View(labels, ward_tree(space, labels)) for labels in fine]


def chance(space: Matrix) -> Curve:
    """Return the silhouettes of texts that have no themes but are spread as these are.

    Every dimension keeps its values and gives them to other texts, so that what dimensions had to
    do with each other is gone. Of very many rows a share stands for all.
    """
    random = np.random.default_rng(0)
    rows = min(len(space), CHANCE_ROWS)
    order = random.permuted(np.tile(np.arange(len(space)), (space.shape[1], 1)), axis=1)
    noise = unit_rows(np.take_along_axis(space, order.T[:rows], axis=0))
    wordless = sparse.csr_matrix((rows, 1), dtype=np.float32)
    near = nearest((Blend(noise, 0.0),), wordless, MOST_NEIGHBOURS)[0]
    view = views(noise, near, (2,))[0]
    return silhouettes(noise, view.fine, view.tree)
