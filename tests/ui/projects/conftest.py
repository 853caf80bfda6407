"""A tab on the pages of a real project: no browser, no socket, the real services beneath."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import pytest
import reflex as rx
from reflex.istate.data import RouterData

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.documents import service as documents
from pmflow_core.documents.service import Draft
from pmflow_core.runs import evidence
from pmflow_ui.access import acting_as
from pmflow_ui.viewer import Viewer
from tests.core.runs.staging import (
    RESEARCH,
    Desk,
    answers,
    desk,
    extensions,
    make_engine,
    one_step,
    workspace_id,
)

__all__ = ["answers", "desk", "extensions", "make_engine", "one_step", "workspace_id"]

S = TypeVar("S", bound=rx.State)


@dataclass
class Tab:
    """One person's browser tab: its state survives from event to event."""

    root: rx.State
    actor: Actor

    def go(self, address: str) -> None:
        """Open an address, as the browser would report it."""
        self.root.router = RouterData.from_router_data(
            {"asPath": address, "headers": {"origin": "http://localhost:8000"}}
        )

    def state(self, kind: type[S]) -> S:
        """Return one of the tab's states."""
        return asyncio.run(self.root.get_state(kind))

    def send(self, kind: type[rx.State], name: str, *arguments: Any) -> list[Any]:
        """Send an event past the wall and return its replies."""
        state, handler = self.state(kind), kind.event_handlers[name].fn
        viewer = Viewer(self.actor.user_id or UUID(int=0), "", self.actor.name, False, self.actor)

        async def sending() -> list[Any]:
            return [reply async for reply in handler(state, *arguments) if reply is not None]

        with acting_as(viewer):
            return asyncio.run(sending())


def said(replies: list[Any]) -> str:
    """Return the words of the notes among the replies."""
    return " ".join(str(value) for reply in replies for _, value in reply.args)


@pytest.fixture
def open_tab() -> Callable[[Actor, str], Tab]:
    """Open a tab of somebody at an address."""

    def opening(actor: Actor, address: str) -> Tab:
        tab = Tab(rx.State(_reflex_internal_init=True), actor)  # pyright: ignore[reportCallIssue]
        tab.go(address)
        return tab

    return opening


@pytest.fixture
def written(desk: Desk) -> Desk:
    """The project in Discovery with its research, which cites what people said."""
    with transaction(desk.actor.workspace_id) as session:
        board.move(session, desk.actor, desk.id, "discovery")
        known = evidence.citable(session, {1, 2, 3})
        documents.save_version(session, desk.actor, desk.id, Draft("research", RESEARCH), known)
    return desk
