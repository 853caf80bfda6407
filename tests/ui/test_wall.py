"""The wall, with events as a hostile browser sends them."""

import pytest
import reflex as rx
from reflex_base.registry import RegistrationContext

from pmflow_core.accounts.actor import Role
from pmflow_core.errors import Unavailable
from pmflow_ui import routes
from pmflow_ui.access import Access
from pmflow_ui.guard import NoticeState, event
from pmflow_ui.wall import undeclared
from tests.ui.conftest import Pipeline, person

SESSION = "pmflow_session=abc"


class Vault(rx.State):
    """Something worth protecting."""

    gold: rx.Field[int] = rx.field(0)

    @event(allow=Role.EDITOR)
    async def put(self, amount: int) -> None:
        """Set the gold."""
        self.gold = amount

    @event(allow=Access.SIGNED_IN, background=True)
    async def put_slowly(self, amount: int) -> None:
        """Set the gold, in the background."""
        async with self:
            self.gold = amount


PUT = f"{Vault.get_full_name()}.put"


def test_every_handler_of_every_page_declares_who_may_send_it() -> None:
    assert routes.ROUTES
    assert undeclared() == []


def test_a_handler_that_declares_nothing_is_found_and_refused(pipeline: Pipeline) -> None:
    class Planted(rx.State):
        touched: rx.Field[bool] = rx.field(False)

        def open_door(self) -> None:
            self.touched = True

    name = f"{Planted.get_full_name()}.open_door"
    assert undeclared() == [name]
    pipeline.people[SESSION] = person(Role.ADMIN, operator=True)
    pipeline.send(name, {}, SESSION)
    assert pipeline.read(Planted, "touched") is False


def test_an_anonymous_event_changes_nothing(pipeline: Pipeline) -> None:
    pipeline.send(PUT, {"amount": 5})
    assert pipeline.read(Vault, "gold") == 0


def test_an_anonymous_background_event_changes_nothing(pipeline: Pipeline) -> None:
    pipeline.send(f"{Vault.get_full_name()}.put_slowly", {"amount": 5})
    assert pipeline.read(Vault, "gold") == 0


@pytest.mark.parametrize("name", ["setvar", "update_vars_internal"])
def test_the_frameworks_writers_are_refused_even_to_admins(pipeline: Pipeline, name: str) -> None:
    pipeline.people[SESSION] = person(Role.ADMIN, operator=True)
    known = [n for n in RegistrationContext.get().event_handlers if n.endswith(f".{name}")]
    for full in known:
        pipeline.send(full, {"var_name": "gold", "value": 5, "vars": {"gold": 5}}, SESSION)
    assert known
    assert pipeline.read(Vault, "gold") == 0


def test_a_viewer_may_not_send_an_editors_event(pipeline: Pipeline) -> None:
    pipeline.people[SESSION] = person(Role.VIEWER)
    pipeline.send(PUT, {"amount": 5}, SESSION)
    assert pipeline.read(Vault, "gold") == 0
    assert "needs the role editor" in pipeline.read(NoticeState, "notes")[-1].text


def test_who_is_no_member_is_told_that_there_is_nothing(pipeline: Pipeline) -> None:
    pipeline.people[SESSION] = person()
    pipeline.send(PUT, {"amount": 5}, SESSION)
    assert pipeline.read(Vault, "gold") == 0
    assert pipeline.read(NoticeState, "kind") == "not_found"


def test_what_a_tab_left_behind_stands_in_for_no_page_that_it_went_on_to(
    pipeline: Pipeline,
) -> None:
    pipeline.people[SESSION] = person()
    pipeline.send(PUT, {"amount": 5}, SESSION, path="/")
    assert pipeline.read(NoticeState, "kind") == ""
    late = {"kind": "not_found", "path": "/w/acme/board"}
    pipeline.send(f"{NoticeState.get_full_name()}.stand_in", late, SESSION, path="/")
    assert pipeline.read(NoticeState, "kind") == ""
    assert pipeline.read(Vault, "gold") == 0


def test_an_editor_passes_and_the_arguments_arrive_typed(pipeline: Pipeline) -> None:
    pipeline.people[SESSION] = person(Role.EDITOR)
    pipeline.send(PUT, {"amount": "5"}, SESSION)
    assert pipeline.read(Vault, "gold") == 5


@pytest.mark.parametrize(
    "payload", [{"amount": "much"}, {}, {"amount": 5, "more": 1}, {"amount": {"$gt": 0}}]
)
def test_arguments_that_do_not_fit_reach_no_handler(
    pipeline: Pipeline, payload: dict[str, object]
) -> None:
    pipeline.people[SESSION] = person(Role.EDITOR)
    pipeline.send(PUT, payload, SESSION)
    assert pipeline.read(Vault, "gold") == 0


def test_another_session_in_the_same_tab_finds_nothing_of_the_first(pipeline: Pipeline) -> None:
    pipeline.people[SESSION] = person(Role.EDITOR)
    pipeline.send(PUT, {"amount": 5}, SESSION)
    pipeline.send(f"{NoticeState.get_full_name()}.stand_in", {"kind": ""}, "pmflow_session=other")
    assert pipeline.read(Vault, "gold") == 0


def test_an_event_while_the_database_is_away_is_answered_with_words(pipeline: Pipeline) -> None:
    pipeline.away = Unavailable("The database does not answer just now.")
    pipeline.send(PUT, {"amount": 5}, SESSION)
    assert pipeline.read(Vault, "gold") == 0
    assert pipeline.read(NoticeState, "notes")[-1].text == "The database does not answer just now."
