"""Each check of the walls that is taken away is missed by the matrix: a sample of them.

All of them, and how many: `python -m tests.mutations`.
"""

import random

import pytest

from tests.mutations.mutants import Mutant, mutants
from tests.walls.conftest import furnished, world
from tests.walls.world import World

__all__ = ["furnished", "world"]
SEED = 20261127
EACH = 3


def sample() -> list[Mutant]:
    """Return a few mutants of each kind, the same ones every time."""
    kinds: dict[str, list[Mutant]] = {}
    for mutant in mutants():
        kinds.setdefault(mutant.name.partition(" ")[0], []).append(mutant)
    chosen = random.Random(SEED)  # noqa: S311 no secret
    return [
        mutant for kind in kinds.values() for mutant in chosen.sample(kind, min(EACH, len(kind)))
    ]


@pytest.mark.parametrize("mutant", sample(), ids=lambda mutant: mutant.name)
def test_a_check_that_is_gone_is_missed(world: World, mutant: Mutant) -> None:
    assert not mutant.raises_false_alarm(world)
    assert not mutant.survives(world)
