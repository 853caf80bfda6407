"""Servers of torture's own, one set for each test process."""

from collections.abc import Iterator

import pytest

from pmflow_core import connections
from pmflow_core.db import transaction
from pmflow_core.settings import Settings
from tests.torture.house import House
from tests.torture.house import house as open_house


@pytest.fixture(scope="session")
def servers() -> Iterator[House]:
    """The servers, for every campaign of this process."""
    with open_house() as made:
        yield made


@pytest.fixture
def house(servers: House) -> Iterator[House]:
    """The servers, with this process connected to them and to nothing else."""
    connections.connect(Settings(database_pool_size=12), servers.urls)
    yield servers
    transaction.dispose()
