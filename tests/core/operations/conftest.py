"""A workspace with a run, and an empty queue server."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from pmflow_core.embedded.valkey import start_valkey
from tests.core.runs.staging import answers, desk, extensions, session, workspace_id

__all__ = ["answers", "desk", "extensions", "session", "workspace_id"]


@pytest.fixture(scope="session")
def valkey(make_server_folder: Callable[[], Path]) -> Iterator[str]:
    """The address of a server of these tests."""
    server = start_valkey(make_server_folder())
    yield server.url
    server.stop()


@pytest.fixture
def redis_url(valkey: str) -> str:
    """The server, emptied."""
    with Redis.from_url(valkey) as redis:
        redis.flushall()
    return valkey
