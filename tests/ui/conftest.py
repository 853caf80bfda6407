"""A tab without a browser: the framework's whole event pipeline, with our wall before it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
import reflex as rx
from reflex.app_mixins.middleware import MiddlewareMixin
from reflex.event import Event
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import BaseStateToken
from reflex_base.event.processor import BaseStateEventProcessor
from reflex_base.registry import RegistrationContext

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import PmflowError
from pmflow_ui.viewer import Viewer
from pmflow_ui.wall import Wall


@dataclass
class Pipeline:
    """Sends raw events as a socket would, and reads what the tab's state then holds."""

    people: dict[str, Viewer] = field(default_factory=dict)
    away: PmflowError | None = None
    manager: StateManagerMemory = field(default_factory=StateManagerMemory)

    async def _find(self, cookies: str, _path: str) -> Viewer | None:
        if self.away is not None:
            raise self.away
        return self.people.get(cookies)

    async def _send(
        self, events: list[tuple[str, dict[str, Any], str]], tab: str, path: str = "/w/acme/board"
    ) -> None:
        walled = MiddlewareMixin()
        walled.add_middleware(Wall(self._find), index=0)
        processor = BaseStateEventProcessor(middleware=walled, graceful_shutdown_timeout=5)
        async with processor.configure(state_manager=self.manager):
            for name, payload, cookies in events:
                router = {
                    "headers": {"cookie": cookies},
                    "asPath": path,
                    "pathname": path,
                    "token": tab,
                }
                event = Event(name=name, payload=payload, router_data=router)
                await (await processor.enqueue(tab, event))

    def send(
        self,
        name: str,
        payload: dict[str, Any],
        cookies: str = "",
        tab: str = "tab",
        path: str = "/w/acme/board",
    ) -> None:
        """Send one event from a tab on a page, whose socket carries those cookies."""
        asyncio.run(self._send([(name, payload, cookies)], tab, path))

    def read(self, state: type[rx.State], var: str, tab: str = "tab") -> Any:
        """Return what a var of the tab's state holds."""

        async def reading() -> Any:
            root = await self.manager.get_state(BaseStateToken(ident=tab, cls=rx.State))
            return getattr(await root.get_state(state), var)

        return asyncio.run(reading())


@pytest.fixture
def pipeline() -> Iterator[Pipeline]:
    """A pipeline in which nobody is signed in yet; states declared in a test end with it."""
    token = RegistrationContext.set(RegistrationContext.ensure_context().fork())
    rx.App()  # the framework asks the context's app for the events of a page
    yield Pipeline()
    RegistrationContext.reset(token)


def person(role: Role | None = None, *, operator: bool = False) -> Viewer:
    """Return somebody signed in, a member of the workspace in view when they have a role."""
    user_id = uuid4()
    actor = Actor(uuid4(), role, user_id, "Product lead") if role else None
    return Viewer(user_id, "lead@example.com", "Product lead", operator, actor)


def run(action: Callable[[], Awaitable[Any]]) -> Any:
    """Await what an async test body returns."""

    async def awaiting() -> Any:
        return await action()

    return asyncio.run(awaiting())
