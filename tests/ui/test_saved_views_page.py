"""Saved views beside the list of signals: kept, shared, changed, taken back, and in the address."""

from collections.abc import Callable

import pytest
from reflex.event import Event
from sqlalchemy import Connection

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.intake import imports
from pmflow_core.intake.schemas import PasteAs
from pmflow_ui.state.saved_views import NAME_FAULT, SavedViewsState, ViewTab
from pmflow_ui.state.signals import SignalsState
from pmflow_ui.state.signals_filters import Filters, of_query, of_view
from tests.ui.tab import Tab, as_member, make_acme, words

SAID = "Search is gone\nIt crashes when I open it\nI love the search"


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    actor = make_acme()
    imports.paste(actor, SAID, split=PasteAs.LINES)
    return actor


def opened(actor: Actor, query: str = "") -> Tab:
    tab = Tab(actor, f"/w/acme/signals{query}")
    tab.send(SignalsState, "load")
    tab.send(SavedViewsState, "load")
    return tab


def obey(tab: Tab, kind: type, name: str, *given: object) -> list[str]:
    """Send an event with the ones of the page that it answers with; return what is said."""
    replies = tab.send(kind, name, *given)
    for reply in replies:
        event = Event.from_event_type(reply)[0]
        state, _, handler = event.name.rpartition(".")
        if state.endswith("signals_state"):
            tab.send(SignalsState, handler, *event.payload.values())
    return words(replies)


def take_back(tab: Tab, replies: list[object]) -> None:
    """Do what the offered undo would do."""
    [note] = [Event.from_event_type(reply)[0] for reply in replies]  # pyright: ignore[reportArgumentType]
    name, payload = note.payload["undo"], note.payload["arguments"]
    obey(tab, SavedViewsState, str(name).rpartition(".")[2], *payload.values())


def save(tab: Tab, name: str, *, shared: bool = False) -> list[str]:
    tab.send(SavedViewsState, "begin")
    return obey(tab, SavedViewsState, "save", {"name": name, "is_shared": "on" if shared else ""})


def tabs(tab: Tab) -> list[ViewTab]:
    return tab.state(SavedViewsState).tabs


def names(tab: Tab) -> list[str]:
    return [each.name for each in tabs(tab)]


def test_what_is_shown_is_saved_and_opened_again_from_its_address(acme: Actor) -> None:
    tab = opened(acme, "?q=search&sort=number&page=1")
    assert save(tab, " Search ") == ["Saved Search, for you alone"]
    state, [view] = tab.state(SignalsState), tabs(tab)
    assert (state.view_id, state.view_name, state.kept) == (view.id, "", view.kept)
    assert state.address == f"/w/acme/signals?q=search&sort=number&view={view.id}"
    again = opened(acme, f"?view={view.id}").state(SignalsState)
    assert (again.filters.q, again.filters.sort, again.view_id) == ("search", "number", view.id)
    other = opened(as_member(acme, Role.VIEWER), f"?q=search&view={view.id}").state(SignalsState)
    assert (other.filters.q, other.view_id) == ("search", "")


def test_a_changed_view_keeps_its_place_until_it_is_updated_and_that_is_undone(acme: Actor) -> None:
    tab = opened(acme, "?q=search")
    save(tab, "Search")
    tab.send(SignalsState, "choose", "sort", "oldest")
    state, [view] = tab.state(SignalsState), tabs(tab)
    assert (state.view_id, state.kept != view.kept) == (view.id, True)
    replies = tab.send(SavedViewsState, "replace", view.id, state.kept)
    assert words(replies) == ["Updated Search"]
    assert tabs(tab)[0].kept == state.kept
    take_back(tab, replies)
    assert tabs(tab)[0].kept == view.kept


def test_the_whole_list_and_a_prepared_view_let_go_of_the_open_one(acme: Actor) -> None:
    tab = opened(acme, "?q=search")
    save(tab, "Search")
    tab.send(SignalsState, "choose", "q", "")
    state = tab.state(SignalsState)
    assert (state.view_id, state.view_name) == ("", "recent")
    tab.send(SignalsState, "show_view", tabs(tab)[0].id)
    assert (state.filters.q, state.view_id) == ("search", tabs(tab)[0].id)
    tab.send(SignalsState, "view", "new")
    assert (state.view_id, state.view_name) == ("", "new")


def test_a_deleted_view_comes_back_and_other_tabs_let_go_of_it(acme: Actor) -> None:
    tab = opened(acme, "?q=search")
    save(tab, "Search", shared=True)
    [view] = tabs(tab)
    other = opened(as_member(acme, Role.EDITOR), f"?view={view.id}")
    replies = other.send(SavedViewsState, "delete", view.id)
    obey(tab, SavedViewsState, "refresh")
    state = tab.state(SignalsState)
    assert (names(tab), state.view_id, state.filters.q) == ([], "", "search")
    assert state.address == "/w/acme/signals?q=search"
    [event] = [each for each in replies if words([each])]
    take_back(other, [event])
    assert names(other) == ["Search"]


def test_a_name_is_corrected_in_the_dialog(acme: Actor) -> None:
    tab = opened(acme, "?q=search")
    state = tab.state(SavedViewsState)
    assert save(tab, "  ") == []
    assert (state.fault, state.naming) == (NAME_FAULT, "new")
    save(tab, "Search")
    assert save(tab, "Search") == []
    assert "already" in state.fault
    tab.send(SavedViewsState, "begin", tabs(tab)[0].id)
    assert (state.name, state.may_share, state.fault) == ("Search", True, "")
    obey(tab, SavedViewsState, "save", {"name": "Found", "is_shared": "on"})
    assert [(each.name, each.is_shared) for each in tabs(tab)] == [("Found", True)]


def test_a_viewer_saves_for_themselves_and_changes_nothing_shared(acme: Actor) -> None:
    save(opened(acme, "?status=new"), "Ours", shared=True)
    tab = opened(as_member(acme, Role.VIEWER), "?q=search")
    assert save(tab, "Mine", shared=True) == ["Saved Mine, for you alone"]
    shared, own = tabs(tab)
    assert [(each.name, each.is_shared, each.may_change) for each in (shared, own)] == [
        ("Ours", True, False),
        ("Mine", False, True),
    ]
    for refused in (
        tab.send(SavedViewsState, "replace", shared.id, "q=x"),
        tab.send(SavedViewsState, "delete", shared.id),
    ):
        assert "needs the role editor" in words(refused)[0]
    assert names(tab) == ["Ours", "Mine"]


def test_an_editor_renames_what_somebody_else_shares_and_it_stays_shared(acme: Actor) -> None:
    save(opened(acme, "?status=new"), "Ours", shared=True)
    tab = opened(as_member(acme, Role.EDITOR))
    tab.send(SavedViewsState, "begin", tabs(tab)[0].id)
    assert not tab.state(SavedViewsState).may_share
    obey(tab, SavedViewsState, "save", {"name": "All of ours", "is_shared": ""})
    assert [(each.name, each.is_shared) for each in tabs(tab)] == [("All of ours", True)]


@pytest.mark.parametrize(
    "read", [lambda shown: of_query(shown.kept), lambda shown: of_view(shown.as_view())]
)
def test_filters_come_back_as_they_were(read: Callable[[Filters], Filters]) -> None:
    shown = Filters(
        "a & b=c", "new", "high", "slack", "none", "slow & old", "30", "severity", page=3
    )
    assert read(shown) == shown.at_page(1)
