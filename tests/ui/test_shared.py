"""Reads that many tabs ask for at once."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field

from pmflow_core.errors import NotFound
from pmflow_ui.shared import Shared, Together


@dataclass
class Source:
    """Something slow to read, which changes."""

    value: int = 0
    reads: int = 0
    faults: list[Exception] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self) -> int:
        """Return the value that was there when the read began."""
        self.reads += 1
        seen = self.value
        await self.gate.wait()
        if self.faults:
            raise self.faults.pop()
        return seen


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_many_who_ask_at_once_cost_two_reads() -> None:
    async def ask() -> tuple[list[int], int]:
        shared, source = Shared(), Source()
        asked = [asyncio.create_task(shared.read("board", source.read)) for _ in range(200)]
        await settle()
        source.gate.set()
        return await asyncio.gather(*asked), source.reads

    assert asyncio.run(ask()) == ([0] * 200, 2)


def test_nobody_gets_what_was_read_before_they_asked() -> None:
    async def ask() -> list[int]:
        shared, source = Shared(), Source()
        before = asyncio.create_task(shared.read("board", source.read))
        await settle()
        source.value = 1
        after = asyncio.create_task(shared.read("board", source.read))
        await settle()
        source.gate.set()
        return list(await asyncio.gather(before, after))

    assert asyncio.run(ask()) == [0, 1]


def test_a_failed_read_is_told_to_its_askers_only() -> None:
    async def ask() -> tuple[list[object], int]:
        shared, source = Shared(), Source(faults=[NotFound("gone")])
        first = asyncio.create_task(shared.read("board", source.read))
        await settle()
        second = asyncio.create_task(shared.read("board", source.read))
        await settle()
        source.gate.set()
        told = await asyncio.gather(first, second, return_exceptions=True)
        return [type(told[0]), told[1]], await shared.read("board", source.read)

    assert asyncio.run(ask()) == ([NotFound, 0], 0)


def test_who_goes_away_leaves_the_read_to_the_others() -> None:
    async def ask() -> tuple[int, int]:
        shared, source = Shared(), Source()
        first = asyncio.create_task(shared.read("board", source.read))
        await settle()
        leaving, staying = (
            asyncio.create_task(shared.read("board", source.read)) for _ in range(2)
        )
        await settle()
        first.cancel()
        leaving.cancel()
        await settle()
        source.gate.set()
        return await staying, source.reads

    assert asyncio.run(ask()) == (0, 2)


@dataclass
class Book:
    """Answers to many questions at a time, which change."""

    answers: dict[str, int]
    asked: list[tuple[str, ...]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def look_up(self, keys: Collection[str]) -> dict[str, int]:
        """Return the answers that were there when it was asked."""
        self.asked.append(tuple(keys))
        seen = {key: self.answers[key] for key in keys if key in self.answers}
        await self.gate.wait()
        if self.faults:
            raise self.faults.pop()
        return seen


def test_what_is_asked_meanwhile_is_answered_together_with_what_is_true_then() -> None:
    async def story() -> None:
        book = Book({"a": 1, "b": 2})
        together = Together(book.look_up)
        first = asyncio.create_task(together.ask("a"))
        await settle()
        book.answers = {"a": 3, "b": 4}
        later = [asyncio.create_task(together.ask(key)) for key in ("a", "b", "a", "c")]
        await settle()
        book.gate.set()
        assert await first == 1
        assert await asyncio.gather(*later) == [3, 4, 3, None]
        assert book.asked == [("a",), ("a", "b", "c")]
        assert await together.ask("b") == 4

    asyncio.run(story())


def test_a_failed_answer_is_told_to_its_askers_and_the_next_are_answered() -> None:
    async def story() -> None:
        book = Book({"a": 1}, faults=[NotFound("gone")])
        together = Together(book.look_up)
        asked = [asyncio.create_task(together.ask("a")) for _ in range(2)]
        await settle()
        asked[0].cancel()
        book.gate.set()
        told = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(each) for each in told] == [asyncio.CancelledError, NotFound]
        assert await together.ask("a") == 1

    asyncio.run(story())
