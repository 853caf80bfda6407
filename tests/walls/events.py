"""Every handler of every page, sent by everybody: each of the two walls before it by itself."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.event import Event, EventSpec
from reflex.istate.data import RouterData
from reflex_base.registry import RegistrationContext

from pmflow_core.accounts.actor import Actor
from pmflow_ui import routes
from pmflow_ui.access import MARK as DECLARED
from pmflow_ui.access import Access, Permission, acting_as
from pmflow_ui.guard import NoticeState
from pmflow_ui.viewer import Viewer
from pmflow_ui.wall import Wall
from tests.walls.world import Caller, World

# The wall asks nothing of the application that it stands before.
NO_APP: Any = None
NOT_UNDERSTOOD = "That was not understood"


@dataclass(frozen=True)
class Handled:
    """One handler, as a browser names it."""

    name: str
    fn: Any
    permission: Permission


def handlers() -> list[Handled]:
    """Return every handler of the product's own states."""
    assert routes.ROUTES
    found = RegistrationContext.get().event_handlers.items()
    return [
        Handled(name, registered.handler.fn, getattr(registered.handler.fn, DECLARED))
        for name, registered in sorted(found)
        if any(state.__module__.startswith("pmflow_ui.") for state in registered.states)
        and hasattr(registered.handler.fn, DECLARED)
    ]


def tab(cookie: str, path: str) -> rx.State:
    """Return the state of a tab whose socket carries that cookie."""
    root = rx.State(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue]
    router = {
        "pathname": path, "asPath": path, "headers": {"cookie": cookie}, "token": "tab"
    }  # fmt: skip
    root.router = RouterData.from_router_data(router)
    return root


def is_let_in(handled: Handled, cookie: str, path: str) -> bool:
    """Return whether the wall lets an event pass, whatever its arguments."""

    async def passing() -> bool:
        event = Event(name=handled.name, payload={"probe": 1})
        answer = await Wall().preprocess(NO_APP, tab(cookie, path), event)
        return answer is None

    return asyncio.run(passing())


def wall_faults(handled: Handled, world: World) -> Iterator[str]:
    """Yield each person whom the wall treats otherwise than the handler declares."""
    path = f"/w/{world.ours.slug}/board"
    for caller in world.people:
        let_in = is_let_in(handled, caller.headers.get("cookie", ""), path)
        if let_in != (caller.refusal(handled.permission) is None):
            yield f"{handled.name} by {caller.name}: {'let in' if let_in else 'refused'}"


def viewer_of(caller: Caller, world: World) -> Viewer | None:
    """Return a caller as the wall would have found them."""
    if not caller.is_known or not caller.is_live:
        return None
    actor = Actor(world.ours.workspace_id, caller.role) if caller.role else None
    return Viewer(world.ours.workspace_id, "lead@example.com", "", caller.is_operator, actor)


def second_faults(handled: Handled, world: World) -> Iterator[str]:
    """Yield each person whom the handler's own check treats otherwise than it declares.

    An argument that no handler takes shows which: it is only looked at behind the check, and then
    the handler's own code does not run.
    """
    for caller in world.people:
        let_in = _gets_to_arguments(handled, viewer_of(caller, world))
        if let_in != (caller.refusal(handled.permission) is None):
            yield f"{handled.name} alone by {caller.name}: {'let in' if let_in else 'refused'}"


def _gets_to_arguments(handled: Handled, viewer: Viewer | None) -> bool:
    async def sending() -> list[Any]:
        state = rx.State(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue]
        with acting_as(viewer):
            return [reply async for reply in handled.fn(state, probe=1)]

    return any(NOT_UNDERSTOOD in _words(reply) for reply in asyncio.run(sending()))


def _words(reply: Any) -> str:
    if not isinstance(reply, EventSpec):
        return ""
    if reply.handler.fn.__qualname__ != NoticeState.note.fn.__qualname__:
        return ""
    return str(Event.from_event_type(reply)[0].payload["text"])


def state_of(handled: Handled) -> type[rx.State]:
    """Return the state that a handler belongs to."""
    registered = RegistrationContext.get().event_handlers[handled.name]
    return next(iter(registered.states))  # pyright: ignore[reportReturnType]


def parameters(handled: Handled) -> dict[str, Any]:
    """Return the types of what a handler takes, by name."""
    cell = handled.fn.__closure__[handled.fn.__code__.co_freevars.index("model")]
    return {name: field.annotation for name, field in cell.cell_contents.model_fields.items()}


def unlisted() -> list[str]:
    """Return the handlers that anyone may send and that are not the notes every page shows."""
    return [
        each.name
        for each in handlers()
        if each.permission is Access.ANYONE and not _is_open(each.name)
    ]


def _is_open(name: str) -> bool:
    """Notes, and the pages in front of the door: signing in, up, resetting, accepting."""
    return any(part in name for part in ("notice_state", "state___sign", "state___invite", "reset"))
