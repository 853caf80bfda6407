"""Requests counted by several processes over one Redis, which may go and come back."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from pmflow_core.embedded.valkey import start_valkey
from pmflow_ui.api.rates import Counter, Limit

pytestmark = pytest.mark.processes
THREE, PLENTY = Limit("address:a", 3), Limit("key:k", 600_000)


@pytest.fixture(scope="module")
def folder(make_server_folder: Callable[[], Path]) -> Path:
    return make_server_folder()


@pytest.fixture
def redis_url(folder: Path) -> Iterator[str]:
    server = start_valkey(folder)
    with Redis.from_url(server.url) as redis:
        redis.flushall()
    yield server.url
    server.stop()


def test_two_processes_count_together(redis_url: str) -> None:
    async def ask() -> list[bool]:
        one, two = Counter(redis_url), Counter(redis_url)
        found = [(await each.take([PLENTY, THREE])).admitted for each in (one, two) * 3]
        await one.close()
        await two.close()
        return found

    assert asyncio.run(ask()) == [True, True, True, False, False, False]


def test_as_many_at_once_as_the_limit_are_admitted(redis_url: str) -> None:
    async def ask() -> int:
        counters = [Counter(redis_url) for _ in range(4)]
        asked = (each.take([THREE]) for each in counters * 5)
        found = await asyncio.gather(*asked)
        for each in counters:
            await each.close()
        return sum(one.admitted for one in found)

    assert asyncio.run(ask()) == 3


def test_what_is_said_fits_what_is_left(redis_url: str) -> None:
    async def ask() -> list[dict[str, str]]:
        counter = Counter(redis_url)
        found = [dict((await counter.take([THREE])).headers()) for _ in range(4)]
        await counter.close()
        return found

    said = asyncio.run(ask())
    assert [each["RateLimit-Remaining"] for each in said] == ["2", "1", "0", "0"]
    assert all(each["RateLimit-Limit"] == "3" for each in said)
    assert 1 <= int(said[3]["Retry-After"]) <= 20
    assert "Retry-After" not in said[2]
    with Redis.from_url(redis_url) as redis:
        assert 0 < redis.pttl("pmflow:rate:address:a") <= 60_000


def test_a_process_that_gets_no_answer_counts_alone_and_joins_again(redis_url: str) -> None:
    async def ask() -> tuple[list[bool], list[bool]]:
        counter = Counter(redis_url, alone_s=0)
        assert (await counter.take([THREE])).admitted
        with Redis.from_url(redis_url) as redis:
            redis.execute_command("CLIENT", "PAUSE", "300", "ALL")
        alone = [(await counter.take([THREE])).admitted]
        await asyncio.sleep(0.4)
        shared = [(await counter.take([THREE])).admitted for _ in range(3)]
        await counter.close()
        return alone, shared

    alone, shared = asyncio.run(ask())
    assert alone == [True]
    assert shared[-1] is False


def test_a_redis_that_was_never_there_refuses_nobody() -> None:
    async def ask() -> list[bool]:
        counter = Counter("redis://127.0.0.1:1")
        found = [(await counter.take([THREE])).admitted for _ in range(4)]
        await counter.close()
        return found

    assert asyncio.run(ask()) == [True, True, True, False]
