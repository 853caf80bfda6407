"""The hub: who is told, how often, and what happens when nudges were missed."""

import asyncio
from collections.abc import AsyncIterator

import reflex as rx
from reflex.event import EventSpec

from pmflow_core.events.subscribe import RESUBSCRIBED
from pmflow_ui.access import Access
from pmflow_ui.guard import event
from pmflow_ui.watch import TOLD_AT_ONCE, Hub
from tests.ui.conftest import run


class Watching(rx.State):
    """A page with two live parts."""

    @event(allow=Access.ANYONE)
    async def refresh(self) -> None:
        """Look again."""

    @event(allow=Access.ANYONE)
    async def recount(self) -> None:
        """Count again."""


class Sockets:
    """Delivery that writes down what it delivers, to the tabs that are still open."""

    def __init__(self, *tabs: str) -> None:
        self.open = set(tabs)
        self.told: list[tuple[str, str]] = []
        self._asked = asyncio.Event()

    async def deliver(self, token: str, event: EventSpec) -> bool:
        """Note the delivery; False when the tab is gone."""
        self._asked.set()
        if token not in self.open:
            return False
        self.told.append((token, event.handler.fn.__name__))
        return True

    async def until(self, times: int) -> None:
        """Return when so many deliveries were made, or fail."""
        async with asyncio.timeout(10):
            while len(self.told) < times:
                self._asked.clear()
                await self._asked.wait()

    async def asked(self) -> None:
        """Return when any delivery was tried, or fail."""
        async with asyncio.timeout(10):
            await self._asked.wait()


def test_a_nudge_reaches_the_tabs_that_watch_its_topic() -> None:
    async def story() -> None:
        sockets = Sockets("a", "b")
        hub = Hub(sockets.deliver, pause_s=0.01)
        hub.watch("a", ["run:1"], Watching.refresh())
        hub.watch("b", ["run:2"], Watching.refresh())
        hub.publish("run:1")
        hub.publish("run:2")
        await sockets.until(2)
        assert sockets.told == [("a", "refresh"), ("b", "refresh")]
        hub.publish("run:2")
        await sockets.until(3)
        assert sockets.told[2:] == [("b", "refresh")]

    run(story)


def test_many_nudges_are_one_telling_until_the_pause_is_over() -> None:
    async def story() -> None:
        sockets = Sockets("a")
        hub = Hub(sockets.deliver, pause_s=60)
        hub.watch("a", ["run:1"], Watching.refresh())
        for _ in range(200):
            hub.publish("run:1")
        await sockets.until(1)
        for _ in range(200):
            hub.publish("run:1")
        await asyncio.sleep(0.02)
        assert len(sockets.told) == 1
        hub.forget("a")

    run(story)


def test_nudges_during_the_pause_are_told_once_after_it() -> None:
    async def story() -> None:
        sockets = Sockets("a")
        hub = Hub(sockets.deliver, pause_s=0.01)
        hub.watch("a", ["run:1"], Watching.refresh())
        hub.publish("run:1")
        await sockets.until(1)
        for _ in range(200):
            hub.publish("run:1")
        await sockets.until(2)
        await asyncio.sleep(0.05)
        assert len(sockets.told) == 2

    run(story)


def test_a_tab_that_is_gone_is_forgotten_at_the_next_nudge() -> None:
    async def story() -> None:
        sockets = Sockets()
        hub = Hub(sockets.deliver, pause_s=0.01)
        hub.watch("a", ["run:1"], Watching.refresh())
        hub.publish("run:1")
        await sockets.asked()
        for _ in range(5):
            await asyncio.sleep(0)
        assert hub.tabs == 0
        hub.publish("run:1")

    run(story)


def test_watching_again_replaces_the_former_topics_of_that_handler_only() -> None:
    async def story() -> None:
        sockets = Sockets("a")
        hub = Hub(sockets.deliver, pause_s=0.01)
        hub.watch("a", ["run:1"], Watching.refresh())
        hub.watch("a", ["run:1"], Watching.recount())
        hub.watch("a", ["run:2"], Watching.refresh())
        hub.publish("run:1")
        await sockets.until(1)
        hub.publish("run:2")
        await sockets.until(2)
        assert sockets.told == [("a", "recount"), ("a", "refresh")]

    run(story)


def test_missed_nudges_make_every_tab_look_again() -> None:
    async def story() -> None:
        sockets = Sockets("a", "b")
        hub = Hub(sockets.deliver, pause_s=0.01)
        hub.watch("a", ["run:1"], Watching.refresh())
        hub.watch("b", ["run:2"], Watching.recount())
        hub.publish(RESUBSCRIBED)
        await sockets.until(2)
        assert sorted(sockets.told) == [("a", "refresh"), ("b", "recount")]

    run(story)


def test_the_hub_goes_on_after_its_listener_broke() -> None:
    async def story() -> None:
        sockets = Sockets("a")
        hub = Hub(sockets.deliver, pause_s=0.01, restart_s=0.01)
        hub.watch("a", ["run:1"], Watching.refresh())
        attempts = 0

        async def listen() -> AsyncIterator[str]:
            nonlocal attempts
            attempts += 1
            if attempts == 1:
                raise RuntimeError("a listener that breaks")
            yield "run:1"

        task = asyncio.create_task(hub.run(listen))
        await sockets.until(1)
        task.cancel()
        assert sockets.told[0] == ("a", "refresh")

    run(story)


def test_few_tabs_are_told_at_once_and_a_slow_one_keeps_nobody_waiting() -> None:
    async def story() -> None:
        slow, most, everybody = asyncio.Event(), asyncio.Event(), asyncio.Event()
        told, at_once = set[str](), [0, 0]

        async def deliver(token: str, _event: EventSpec) -> bool:
            at_once[0] += 1
            at_once[1] = max(at_once)
            await (slow.wait() if token < "tab 20" else asyncio.sleep(0))
            at_once[0] -= 1
            told.add(token)
            if len(told) == 70:
                most.set()
            if len(told) == 80:
                everybody.set()
            return True

        hub = Hub(deliver, pause_s=0.01, turn_s=0.01)
        for each in range(10, 90):
            hub.watch(f"tab {each}", ["run:1"], Watching.refresh())
        hub.publish("run:1")
        await asyncio.wait_for(most.wait(), 10)
        assert at_once[1] <= TOLD_AT_ONCE + 10
        slow.set()
        await asyncio.wait_for(everybody.wait(), 10)

    run(story)
