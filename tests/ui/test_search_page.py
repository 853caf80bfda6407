"""The search page: its address, its filters, its marks and its evidence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from pmflow_core.accounts.actor import Actor
from pmflow_core.intake import imports
from pmflow_core.intake.schemas import PasteAs
from pmflow_core.search.spans import Span, marks
from pmflow_ui.state.search import SearchState
from pmflow_ui.state.search_rows import Look, parse, pieces
from tests.ui.tab import Tab, make_acme

SAID = "Search is gone\nIt crashes when I open it\nI love the search"


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    actor = make_acme()
    imports.paste(actor, SAID, split=PasteAs.LINES)
    return actor


def opened(actor: Actor, query: str = "") -> Tab:
    tab = Tab(actor, f"/w/acme/search{query}")
    tab.send(SearchState, "load")
    return tab


def found(tab: Tab) -> list[str]:
    return sorted(row.lead for group in tab.state(SearchState).groups for row in group.rows)


def test_the_address_asks_and_is_kept(acme: Actor) -> None:
    tab = opened(acme, "?q=search&kind=signal")

    assert found(tab) == ["S-1", "S-3"]
    assert tab.state(SearchState).address == "/w/acme/search?q=search&kind=signal"
    [group] = tab.state(SearchState).groups
    marked = [piece.text for piece in group.rows[0].pieces if piece.marked]
    assert [word.lower() for word in marked] == ["search"]


def test_what_is_typed_is_answered_and_a_filter_narrows_it(acme: Actor) -> None:
    tab = opened(acme)
    assert found(tab) == []
    tab.send(SearchState, "type", "crashing")
    assert found(tab) == ["S-2"]
    tab.send(SearchState, "choose", "status", "archived")
    assert found(tab) == []
    tab.send(SearchState, "choose", "status", "")
    assert found(tab) == ["S-2"]


def test_evidence_stands_in_the_place_of_results(acme: Actor) -> None:
    tab = opened(acme, "?q=search")
    tab.send(SearchState, "press", "v")
    state = tab.state(SearchState)

    assert state.groups == []
    assert {row.quote for row in state.quotes} == {"Search is gone", "I love the search"}
    assert state.words == "2 signals speak to this"
    assert state.address == "/w/acme/search?q=search&view=evidence"


def test_what_an_address_cannot_mean_is_left_out() -> None:
    given_ = {"kind": "x", "severity": "1", "theme": "y", "since": "8", "view": "z", "status": "?"}
    assert parse(given_) == Look()


@given(st.text(max_size=80), st.sets(st.sampled_from(["a", "0", "the"])))
def test_a_text_that_is_cut_at_its_marks_is_whole(text: str, words: set[str]) -> None:
    cut = pieces(text, marks(text, words))
    assert "".join(piece.text for piece in cut) == text
    assert all(piece.text.lower() in words for piece in cut if piece.marked)


def test_a_text_without_marks_is_one_piece() -> None:
    assert [piece.text for piece in pieces("all of it", ())] == ["all of it"]
    assert [piece.marked for piece in pieces("all", (Span(0, 3),))] == [True]
