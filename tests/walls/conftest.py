"""The world of a module: furnished once, and each test's changes taken back."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.walls.world import World, a_world


@pytest.fixture(scope="module")
def furnished(database: Engine) -> Iterator[World]:
    """Two workspaces and everybody who asks."""
    with a_world(database) as world:
        yield world


@pytest.fixture
def world(furnished: World) -> Iterator[World]:
    """The module's world; what a test does in it is taken back."""
    furnished.settle()
    with furnished.undone():
        yield furnished
