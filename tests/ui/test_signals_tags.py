"""Tags on the page of signals: asked for many or one, put on, taken off, filtered by."""

import pytest
from sqlalchemy import Connection

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.intake import imports
from pmflow_core.intake.schemas import PasteAs
from pmflow_ui.state.saved_views import SavedViewsState
from pmflow_ui.state.signals import SignalsState
from pmflow_ui.state.signals_detail import SignalDetailState
from pmflow_ui.state.signals_tags import SignalTagsState
from tests.ui.tab import Tab, as_member, make_acme, words


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    actor = make_acme()
    imports.paste(actor, "Search is gone\nIt crashes\nI love it", split=PasteAs.LINES)
    return actor


def opened(actor: Actor, query: str = "?sort=number") -> Tab:
    tab = Tab(actor, f"/w/acme/signals{query}")
    tab.send(SignalsState, "load")
    return tab


def tags(tab: Tab) -> list[list[str]]:
    """Return the tags of the rows, the highest number first."""
    tab.send(SignalsState, "refresh")
    return [row.tags for row in tab.state(SignalsState).rows]


def put(tab: Tab, *rows: int, tag: str) -> list[str]:
    """Select some rows and tag them; return what the page says."""
    tab.send(SignalsState, "select_none")
    for row in rows:
        tab.send(SignalsState, "select", tab.state(SignalsState).rows[row].id)
    tab.send(SignalTagsState, "begin")
    return words(tab.send(SignalTagsState, "add", {"tag": tag}))


def test_selected_signals_are_tagged_and_it_is_taken_back(acme: Actor) -> None:
    tab = opened(acme)
    assert put(tab, 0, 1, tag=" Churn  risk ") == ["Tagged 2 signals: Churn risk"]
    assert tab.state(SignalTagsState).asking == []
    assert tab.state(SignalsState).selected == []
    assert tags(tab) == [["Churn risk"], ["Churn risk"], []]

    tab.send(SignalsState, "take_back", 0)
    assert tags(tab) == [[], [], []]


def test_the_dialog_says_which_tags_some_carry_and_offers_the_others(acme: Actor) -> None:
    tab = opened(acme)
    put(tab, 0, tag="search")
    put(tab, 0, 1, 2, tag="web")
    tags(tab)
    for row in tab.state(SignalsState).rows[:2]:
        tab.send(SignalsState, "select", row.id)
    tab.send(SignalTagsState, "begin")
    asked = tab.state(SignalTagsState)
    assert asked.title == "Tag 2 signals"
    assert [(tag.name, tag.note) for tag in asked.on] == [
        ("web", "on 2 of 2"),
        ("search", "on 1 of 2"),
    ]
    assert asked.others == ["search"]

    assert words(tab.send(SignalTagsState, "take", "web")) == ["Untagged 2 signals: web"]
    assert tags(tab) == [["search"], [], ["web"]]


def test_a_name_that_says_nothing_is_refused_under_the_field(acme: Actor) -> None:
    tab = opened(acme)
    assert put(tab, 0, tag="   ") == []
    asked = tab.state(SignalTagsState)
    assert (asked.fault, len(asked.asking)) == ("A tag has 1 to 40 characters.", 1)
    tab.send(SignalTagsState, "keep_open", False)
    assert tab.state(SignalTagsState).asking == []


def test_the_open_signal_shows_its_tags_and_loses_one(acme: Actor) -> None:
    tab = opened(acme, "?sort=number&signal=3")
    card = tab.state(SignalDetailState).card
    tab.send(SignalTagsState, "begin_one", card.id, 3)
    assert tab.state(SignalTagsState).title == "Tag S-3"
    tab.send(SignalTagsState, "put", "praise")
    tab.send(SignalsState, "refresh")
    assert tab.state(SignalDetailState).card.tags == ["praise"]

    tab.send(SignalTagsState, "take_one", card.id, "praise")
    tab.send(SignalsState, "refresh")
    assert tab.state(SignalDetailState).card.tags == []


def test_the_list_is_narrowed_by_a_tag_in_the_address_and_in_a_saved_view(acme: Actor) -> None:
    tab = opened(acme)
    put(tab, 0, 2, tag="churn risk")
    narrowed = opened(acme, "?tag=Churn%20risk&sort=number")
    assert [row.number for row in narrowed.state(SignalsState).rows] == [3, 1]
    assert narrowed.state(SignalsState).address.endswith("?tag=Churn+risk&sort=number")
    assert [each.label for each in narrowed.state(SignalsState).tags] == ["churn risk (2)"]

    narrowed.send(SavedViewsState, "load")
    narrowed.send(SavedViewsState, "begin")
    narrowed.send(SavedViewsState, "save", {"name": "Churn", "is_shared": ""})
    narrowed.send(SavedViewsState, "refresh")
    (view,) = narrowed.state(SavedViewsState).tabs
    elsewhere = opened(acme)
    elsewhere.send(SignalsState, "show_view", view.id)
    assert elsewhere.state(SignalsState).filters.tag == "Churn risk"


def test_a_row_shows_two_tags_and_names_the_others(acme: Actor) -> None:
    tab = opened(acme)
    for tag in ("web", "search", "iOS"):
        put(tab, 0, tag=tag)
    tags(tab)
    row = tab.state(SignalsState).rows[0]
    assert (row.tags, row.more_tags) == (["iOS", "search"], "web")


def test_a_viewer_tags_nothing(acme: Actor) -> None:
    tab = opened(as_member(acme, Role.VIEWER))
    assert put(tab, 0, tag="mine")
    assert tab.state(SignalTagsState).asking == []
    assert tags(tab) == [[], [], []]
