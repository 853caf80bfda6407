"""An attacker without an account, and one with another's tab: nothing changes, nothing is told."""

import asyncio
from typing import Any

import pytest
import reflex as rx
from reflex.app_mixins.middleware import MiddlewareMixin
from reflex.event import Event
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import BaseStateToken
from reflex_base.config import get_config
from reflex_base.event.processor import BaseStateEventProcessor
from reflex_base.registry import RegistrationContext

from pmflow_core.accounts.actor import Role
from pmflow_core.settings import get_settings
from pmflow_ui.access import Access
from pmflow_ui.state.session import SessionState
from pmflow_ui.wall import FRAMEWORK_REFUSED, Wall
from tests.walls import events
from tests.walls.rows import fingerprint
from tests.walls.world import World

Sent = tuple[str, dict[str, Any], str]


class Line:
    """A socket that anybody can open: any events, any cookie, any tab's id."""

    def __init__(self) -> None:
        self.manager = StateManagerMemory()

    def send(self, sent: list[Sent], path: str, tab: str = "tab") -> None:
        """Send events of (name, payload, cookie) and wait until all are through."""
        asyncio.run(self._send(sent, path, tab))

    async def _send(self, sent: list[Sent], path: str, tab: str) -> None:
        walled = MiddlewareMixin()
        walled.add_middleware(Wall(), index=0)
        processor = BaseStateEventProcessor(middleware=walled, graceful_shutdown_timeout=20)
        async with processor.configure(state_manager=self.manager):
            for name, payload, cookie in sent:
                headers = {"cookie": cookie}
                router = {"headers": headers, "pathname": path, "asPath": path, "token": tab}
                event = Event(name=name, payload=payload, router_data=router)
                await (await processor.enqueue(tab, event))

    def holds(self, tab: str = "tab") -> str:
        """Return all that the tab would show, hidden or not."""

        async def reading() -> str:
            root = await self.manager.get_state(BaseStateToken(ident=tab, cls=rx.State))
            return repr(root.dict())

        return asyncio.run(reading())


@pytest.fixture(autouse=True)
def application() -> Any:
    """The framework asks its context for the application."""
    token = RegistrationContext.set(RegistrationContext.ensure_context().fork())
    rx.App()
    yield
    RegistrationContext.reset(token)


def prints(world: World) -> list[dict[str, str]]:
    """Return what both workspaces come to."""
    sides = (world.ours, world.theirs)
    return [fingerprint(world.connection, side.workspace_id) for side in sides]


def test_an_anonymous_socket_that_sends_every_event_changes_nothing(world: World) -> None:
    line = Line()
    before = prints(world)
    path = f"/w/{world.ours.slug}/board"
    sent: list[Sent] = [
        (handled.name, {}, cookie)
        for handled in events.handlers()
        if handled.permission is not Access.ANYONE
        for cookie in ("", "pmflow_session=" + "x" * 43)
    ]
    line.send(sent, path)
    assert len(sent) > 300
    assert prints(world) == before
    assert "markours" not in line.holds()


def test_the_frameworks_own_writers_move_no_var(world: World) -> None:
    line = Line()
    names = [
        name
        for name in RegistrationContext.get().event_handlers
        if name.rsplit(".", 1)[-1] in FRAMEWORK_REFUSED
    ]
    admin = world.callers["admin"].headers["cookie"]
    payload = {"var_name": "user_name", "value": "taken", "vars": {"user_name": "taken"}}
    line.send([(name, payload, admin) for name in names], f"/w/{world.ours.slug}/board")
    assert names
    assert "taken" not in line.holds()


def test_who_takes_anothers_tab_finds_it_empty(world: World) -> None:
    line = Line()
    path = f"/w/{world.ours.slug}/board"
    enter = f"{SessionState.get_full_name()}.enter_workspace"
    line.send([(enter, {}, world.callers["admin"].headers["cookie"])], path, tab="known")
    assert "markours" in line.holds("known")
    for other in ("admin elsewhere", "anonymous"):
        cookie = world.callers[other].headers.get("cookie", "")
        line.send([(enter, {}, cookie)], path, tab="known")
        assert "markours" not in line.holds("known")


def test_sockets_are_taken_from_our_own_origins_only() -> None:
    config = get_config()
    assert "*" not in config.cors_allowed_origins
    assert get_settings().web_url in config.cors_allowed_origins
    assert all(origin.startswith(("http://", "https://")) for origin in config.cors_allowed_origins)


def test_every_role_below_the_declared_one_changes_nothing_either(world: World) -> None:
    viewer = world.callers["viewer"].headers["cookie"]
    before = fingerprint(world.connection, world.ours.workspace_id)
    line = Line()
    sent: list[Sent] = [
        (handled.name, {}, viewer)
        for handled in events.handlers()
        if isinstance(handled.permission, Role) and handled.permission is not Role.VIEWER
    ]
    line.send(sent, f"/w/{world.ours.slug}/board")
    assert len(sent) > 60
    assert fingerprint(world.connection, world.ours.workspace_id) == before
