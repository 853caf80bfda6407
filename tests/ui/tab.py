"""One tab whose handlers are called directly, with the real services behind them."""

import asyncio
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import reflex as rx
from reflex.event import Event
from reflex.istate.data import RouterData

from pmflow_core import onboarding, plugins
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db.transaction import transaction
from pmflow_core.ids import uuid7
from pmflow_core.settings import get_settings
from pmflow_ui.access import acting_as
from pmflow_ui.guard import NoticeState
from pmflow_ui.viewer import NO_SESSION, Viewer
from tests.conftest import make_member, make_user

S = TypeVar("S", bound=rx.State)


def make_acme(slug: str = "acme") -> Actor:
    """Make a usable workspace and return its admin."""
    plugins.load(get_settings())
    with transaction(None) as session:
        user = make_user(session)
    workspace_id = uuid7()
    with transaction(workspace_id) as session:
        onboarding.create_workspace(
            session, workspace_id, name="Acme", slug=slug, admin_user_id=user.id
        )
    return Actor(workspace_id, Role.ADMIN, user.id, "Product lead")


@dataclass
class Tab:
    """A tab of `actor` at an address; replies are the events that a handler answered with."""

    actor: Actor
    path: str
    session_id: UUID = NO_SESSION
    cookies: str = ""
    sid: str = ""

    def __post_init__(self) -> None:
        self.root = rx.State(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue]
        self.go(self.path)

    def go(self, path: str) -> None:
        """Move to another address, without its loading events."""
        headers = {"cookie": self.cookies}
        router = {"pathname": path.split("?")[0], "asPath": path, "headers": headers}
        router["token"], router["sid"] = "tab", self.sid
        self.root.router = RouterData.from_router_data(router)

    def state(self, kind: type[S]) -> S:
        """Return a state of the tab."""
        return asyncio.run(self.root.get_state(kind))

    def send(self, kind: type[rx.State], name: str, *given: Any) -> list[Any]:
        """Call a handler as the browser would and return its replies."""
        viewer = Viewer(
            self.actor.user_id or UUID(int=0),
            "lead@example.com",
            "Product lead",
            False,
            self.actor,
            self.session_id,
        )

        async def calling() -> list[Any]:
            state = await self.root.get_state(kind)
            with acting_as(viewer):
                said = [reply async for reply in kind.event_handlers[name].fn(state, *given)]
            # Several replies may come as one list.
            return [each for one in said for each in (one if isinstance(one, list) else [one])]

        return asyncio.run(calling())


def words(replies: list[Any]) -> list[str]:
    """Return what a person is told by the replies of a handler."""
    return [
        str(Event.from_event_type(reply)[0].payload["text"])
        for reply in replies
        if reply.handler.fn.__qualname__ == NoticeState.note.fn.__qualname__
    ]


def goes_to(replies: list[Any]) -> list[str]:
    """Return the addresses that the replies of a handler lead to."""
    return [
        str(Event.from_event_type(reply)[0].payload["path"])
        for reply in replies
        if reply.handler.fn.__qualname__ == "_redirect"
    ]


def as_member(actor: Actor, role: Role) -> Actor:
    """Return somebody of that role in the actor's workspace."""
    return make_member(actor.workspace_id, role, f"A {role.value}")
