"""The decorator alone: the second wall, typed arguments, errors as words."""

from typing import Any

import pytest
import reflex as rx
from reflex.event import Event

from pmflow_core.accounts.actor import Role
from pmflow_core.errors import Conflict, Unauthenticated
from pmflow_ui.access import Access, acting_as, current_actor, current_viewer
from pmflow_ui.guard import NoticeState, broken, event, refused
from pmflow_ui.toasts import offer_undo
from pmflow_ui.viewer import Viewer
from tests.ui.conftest import Pipeline, person, run


class Desk(rx.State):
    """A state whose handlers go wrong on purpose."""

    seen: rx.Field[str] = rx.field("")

    @event(allow=Role.VIEWER)
    async def look(self) -> None:
        """Note who looks."""
        self.seen = current_actor().role.value

    @event(allow=Role.VIEWER)
    async def write(self, form: dict[str, str]) -> None:
        """Keep what was typed."""
        self.seen = form["text"]

    @event(allow=Role.VIEWER)
    async def clash(self) -> None:
        """Meet an expected error."""
        raise Conflict("Somebody else was first.")

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Meet an expected error while a page loads."""
        raise Conflict("It is being rebuilt.")


def call_handler(name: str, viewer: Viewer | None, *, wall: bool = True) -> list[Any]:
    """Return what the handler replied, with or without the wall's finding."""

    async def calling() -> list[Any]:
        state = Desk(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue]
        handler = Desk.event_handlers[name].fn
        if not wall:
            return [reply async for reply in handler(state)]
        with acting_as(viewer):
            return [reply async for reply in handler(state)]

    return run(calling)


def names(replies: list[Any]) -> list[str]:
    return [reply.handler.fn.__qualname__ for reply in replies]


def test_a_handler_refuses_by_itself_when_no_wall_stood_before_it() -> None:
    replies = call_handler("look", None, wall=False)
    assert names(replies) == ["_redirect"]


def test_a_handler_checks_the_role_again() -> None:
    assert "NoticeState.note" not in names(call_handler("look", person(Role.VIEWER)))
    assert names(call_handler("look", person())) == ["NoticeState.note"]


def test_an_expected_error_becomes_a_note_with_its_words() -> None:
    [reply] = call_handler("clash", person(Role.EDITOR))
    assert "Somebody else was first." in str(reply.args)


def test_an_expected_error_of_a_page_takes_its_place(pipeline: Pipeline) -> None:
    pipeline.people["pmflow_session=a"] = person(Role.VIEWER)
    pipeline.send(f"{Desk.get_full_name()}.load", {}, "pmflow_session=a")
    assert pipeline.read(NoticeState, "text") == "It is being rebuilt."
    assert pipeline.read(NoticeState, "code") == "conflict"


def test_the_finding_of_one_event_is_of_no_use_outside_of_it() -> None:
    with acting_as(person(Role.VIEWER)):
        assert current_viewer().name == "Product lead"
    with pytest.raises(Unauthenticated):
        current_viewer()


def test_an_argument_without_a_type_is_a_mistake_at_import() -> None:
    with pytest.raises(TypeError, match="needs a type"):

        @event(allow=Access.ANYONE)
        async def handler(self: rx.State, anything) -> None:
            """Take anything."""


def test_an_argument_that_would_be_no_field_is_a_mistake_at_import() -> None:
    with pytest.raises(TypeError, match="must not begin with _"):

        @event(allow=Access.ANYONE)
        async def handler(self: rx.State, _open: bool) -> None:
            """Take what nothing would come of."""


def test_what_a_database_cannot_keep_is_replaced_at_the_border(pipeline: Pipeline) -> None:
    session = "pmflow_session=a"
    pipeline.people[session] = person(Role.VIEWER)
    name = f"{Desk.get_full_name()}.write"
    pipeline.send(name, {"form": {"text": "a\x00b\ud800"}}, session)
    assert pipeline.read(Desk, "seen") == "a\ufffdb\ufffd"


def test_undo_sends_its_event_through_the_wall(pipeline: Pipeline) -> None:
    [sent] = Event.from_event_type(offer_undo("Looked", Desk.look()))
    pipeline.send(sent.name, sent.payload)
    [note] = pipeline.read(NoticeState, "notes")
    assert (note.kind, note.text) == ("undo", "Looked")
    undo = f"{NoticeState.get_full_name()}.take_back"
    pipeline.send(undo, {"number": note.id})
    assert pipeline.read(Desk, "seen") == ""
    assert pipeline.read(NoticeState, "notes") == []


def test_undo_by_who_may_takes_the_action_back(pipeline: Pipeline) -> None:
    session = "pmflow_session=a"
    pipeline.people[session] = person(Role.EDITOR)
    [sent] = Event.from_event_type(offer_undo("Looked", Desk.look()))
    pipeline.send(sent.name, sent.payload, session)
    pipeline.send(f"{NoticeState.get_full_name()}.take_back", {"number": 1}, session)
    assert pipeline.read(Desk, "seen") == "editor"


def test_a_note_is_cut_to_what_its_event_takes() -> None:
    assert len(str(refused("x" * 5000).args)) < 2000


def test_what_nobody_expected_is_said_in_words_and_not_by_a_script() -> None:
    reply = Event.from_event_type(broken(ZeroDivisionError("a detail of the inside")))[0]
    assert reply.name.endswith(".note")
    assert reply.payload["kind"] == "refused"
    assert "logged" in reply.payload["text"]
    assert "inside" not in str(reply.payload)
