"""The hub of live updates: one listener per process tells the tabs that watch to look again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

import reflex as rx
from reflex.event import Event, EventCallback, EventSpec

from pmflow_core.events.subscribe import RESUBSCRIBED
from pmflow_core.logs import get_logger

log = get_logger(__name__)
PAUSE_S = 0.1
PATIENCE_S = 10.0
RESTART_S = 1.0
TOLD_AT_ONCE = 20
TURN_S = 0.5

Deliver = Callable[[str, EventSpec], Awaitable[bool]]


@dataclass
class _Tab:
    """What one browser tab watches, and what it has not been told yet."""

    topics: dict[str, frozenset[str]] = field(default_factory=dict)
    events: dict[str, EventSpec] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    teller: asyncio.Task[None] | None = None


class Hub:
    """Who watches what; a nudge marks a tab stale, and a tab is told at most once per pause."""

    def __init__(
        self,
        deliver: Deliver,
        pause_s: float = PAUSE_S,
        restart_s: float = RESTART_S,
        turn_s: float = TURN_S,
    ) -> None:
        self._deliver = deliver
        self._pause_s = pause_s
        self._restart_s = restart_s
        self._turn_s = turn_s
        self._tabs: dict[str, _Tab] = {}
        self._watchers: dict[str, set[str]] = {}
        self._bells: dict[asyncio.Event, frozenset[str]] = {}
        self._turns = asyncio.Semaphore(TOLD_AT_ONCE)

    @contextmanager
    def bell(self, topics: list[str]) -> Generator[asyncio.Event]:
        """Yield what is set after each change under `topics`, for a watcher that is no tab."""
        bell = asyncio.Event()
        self._bells[bell] = frozenset(topics)
        try:
            yield bell
        finally:
            del self._bells[bell]

    def watch(self, token: str, topics: list[str], event: EventSpec) -> None:
        """Send `event` to the tab `token` after each change under `topics`.

        Watching again with the same handler replaces the former topics. Watch before the first
        read, so that no change falls between the two.
        """
        name = event.handler.fn.__qualname__
        tab = self._tabs.setdefault(token, _Tab())
        self._unlink(token, tab.topics.get(name, frozenset()))
        tab.topics[name] = frozenset(topics)
        tab.events[name] = event
        for topic in topics:
            self._watchers.setdefault(topic, set()).add(token)

    def forget(self, token: str) -> None:
        """Stop telling a tab anything."""
        tab = self._tabs.pop(token, None)
        if tab is None:
            return
        for topics in tab.topics.values():
            self._unlink(token, topics, gone=True)
        if tab.teller is not None and tab.teller is not asyncio.current_task():
            tab.teller.cancel()

    def _unlink(self, token: str, topics: frozenset[str], *, gone: bool = False) -> None:
        tab = self._tabs.get(token)
        for topic in topics:
            others = [] if gone or tab is None else [t for t in tab.topics.values() if topic in t]
            if len(others) <= 1 and topic in self._watchers:
                self._watchers[topic].discard(token)
                if not self._watchers[topic]:
                    del self._watchers[topic]

    @property
    def tabs(self) -> int:
        """Return how many tabs watch something."""
        return len(self._tabs)

    def publish(self, topic: str) -> None:
        """Mark the tabs that watch `topic` stale; all of them when nudges may have been missed."""
        for bell, watched in self._bells.items():
            if topic == RESUBSCRIBED or topic in watched:
                bell.set()
        tokens = list(self._tabs) if topic == RESUBSCRIBED else self._watchers.get(topic, ())
        for token in list(tokens):
            tab = self._tabs[token]
            tab.stale |= {
                name
                for name, watched in tab.topics.items()
                if topic == RESUBSCRIBED or topic in watched
            }
            if tab.teller is None:
                tab.teller = asyncio.create_task(self._tell(token, tab))

    async def _tell(self, token: str, tab: _Tab) -> None:
        """Tell one tab, pause, and tell it again while it is stale."""
        try:
            while tab.stale:
                stale, tab.stale = tab.stale, set()
                # What was watched last is the page itself; the numbers around it can wait.
                for name in [name for name in reversed(tab.events) if name in stale]:
                    if not await self._deliver_in_turn(token, tab.events[name]):
                        self.forget(token)
                        return
                await asyncio.sleep(self._pause_s)
        finally:
            tab.teller = None

    async def _deliver_in_turn(self, token: str, event: EventSpec) -> bool:
        """Deliver with few others at a time, so that what people click is not behind all tabs.

        A tab that is slow to take it keeps its own teller, but not the others' turn.
        """
        async with self._turns:
            delivery = asyncio.ensure_future(self._deliver(token, event))
            try:
                await asyncio.wait([delivery], timeout=self._turn_s)
            except asyncio.CancelledError:
                delivery.cancel()
                raise
        return await delivery

    async def run(self, listen: Callable[[], AsyncIterator[str]]) -> None:
        """Fan nudges out for as long as the process lives; a lifespan task that ends stays dead."""
        while True:
            try:
                async for topic in listen():
                    self.publish(topic)
            except asyncio.CancelledError:
                raise
            except Exception:
                # Whatever broke the listener, tabs without live updates are worse.
                log.exception("hub.restarted")
            await asyncio.sleep(self._restart_s)


def deliver_with(app: rx.App) -> Deliver:
    """Return the delivery over the app's sockets; it says False when the tab is gone."""

    async def deliver(token: str, event: EventSpec) -> bool:
        namespace = app.event_namespace
        if namespace is None or token not in namespace.token_to_sid:
            return False
        with app.set_contexts():
            for each in Event.from_event_type(event):
                done = await app.event_processor.enqueue(token, each)
                # The next one waits for this one: a slow tab gets fewer updates, not a queue.
                await asyncio.wait([done], timeout=PATIENCE_S)
        return True

    return deliver


@dataclass
class _Current:
    hub: Hub | None = None


_current = _Current()


def use(hub: Hub) -> None:
    """Make `hub` the one of this process."""
    _current.hub = hub


def watch(state: rx.State, topics: list[str], event: EventSpec | EventCallback[()]) -> None:
    """Have `event` sent to the state's tab after each change under `topics`."""
    if _current.hub is not None:
        # A called handler is an EventSpec; the framework's annotation says otherwise.
        spec = cast("EventSpec", event)
        _current.hub.watch(state.router.session.client_token, topics, spec)


def forget(state: rx.State) -> None:
    """Stop live updates of the state's tab, as when it moves to another page."""
    if _current.hub is not None:
        _current.hub.forget(state.router.session.client_token)


@contextmanager
def bell(topics: list[str]) -> Generator[asyncio.Event]:
    """Yield what is set after each change under `topics`; never set in a process without a hub."""
    if _current.hub is None:
        yield asyncio.Event()
        return
    with _current.hub.bell(topics) as rung:
        yield rung
