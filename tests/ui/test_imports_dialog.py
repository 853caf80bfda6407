"""Bringing signals in by pasting, and how far imports are."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.intake import imports
from pmflow_ui.state.imports import ImportsState
from tests.ui.tab import Tab, as_member, make_acme, words


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    return make_acme()


def test_an_empty_workspace_begins_with_the_checklist(acme: Actor) -> None:
    tab = Tab(acme, "/w/acme/board")
    assert not tab.state(ImportsState).empty
    tab.send(ImportsState, "load")
    assert tab.state(ImportsState).empty
    imports.paste(acme, "Search is gone")
    tab.send(ImportsState, "refresh")
    assert not tab.state(ImportsState).empty


@pytest.mark.parametrize(("how", "count"), [("lines", 3), ("paragraphs", 2), ("one", 1)])
def test_pasted_text_is_split_as_asked(acme: Actor, how: str, count: int) -> None:
    tab = Tab(acme, "/w/acme/signals")
    tab.send(ImportsState, "show_paste", True)
    tab.send(ImportsState, "split", how)
    said = words(tab.send(ImportsState, "paste", {"text": "One\nmore\n\nAnother"}))
    assert said == [f"Added {count} signal{'s' if count > 1 else ''}"]
    assert not tab.state(ImportsState).pasting


def test_the_dialogs_stay_open_over_a_lost_connection(acme: Actor) -> None:
    tab = Tab(acme, "/w/acme/signals", sid="before")
    tab.send(ImportsState, "show_import", True)
    tab.send(ImportsState, "shown_in", "1795771.5")
    tab.send(ImportsState, "show_paste", True)
    tab.sid = "after"
    tab.send(ImportsState, "load")
    tab.send(ImportsState, "shown_in", "1795771.5")
    state = tab.state(ImportsState)
    assert (state.importing, state.pasting) == (True, True)


def test_a_dialog_left_open_does_not_come_back_over_a_page_loaded_anew(acme: Actor) -> None:
    tab = Tab(acme, "/w/acme/signals")
    tab.send(ImportsState, "show_import", True)
    tab.send(ImportsState, "shown_in", "1795771.5")
    tab.send(ImportsState, "load")
    tab.send(ImportsState, "shown_in", "1795999.5")
    assert not tab.state(ImportsState).importing

    tab.send(ImportsState, "show_import", True)
    tab.send(ImportsState, "shown_in", "1795999.5")
    assert tab.state(ImportsState).importing


def test_nothing_pasted_is_said_under_the_field(acme: Actor) -> None:
    tab = Tab(acme, "/w/acme/signals")
    tab.send(ImportsState, "show_paste", True)
    tab.send(ImportsState, "paste", {"text": "  \n "})
    state = tab.state(ImportsState)
    assert state.pasting
    assert "no text" in state.paste_error


def test_an_import_says_how_far_it_is_and_what_it_refused(acme: Actor, tmp_path: Path) -> None:
    file = tmp_path / "said.csv"
    file.write_text("id,text\n1,Search is gone\n2,\n1,Search is gone\n")
    imports.import_file(acme, file, "said.csv")
    tab = Tab(acme, "/w/acme/signals")
    tab.send(ImportsState, "load")
    (row,) = tab.state(ImportsState).rows
    assert row.words == "1 signal: 0 prepared for themes, 1 duplicate, 1 line rejected"
    assert (row.running, row.percent) == (True, 0)
    assert [(line.line, line.reason) for line in row.rejected] == [
        (3, "the text is empty (column text)")
    ]
    assert tab.state(ImportsState).running == [row]


def test_a_viewer_brings_nothing_in(acme: Actor) -> None:
    tab = Tab(as_member(acme, Role.VIEWER), "/w/acme/signals")
    assert words(tab.send(ImportsState, "paste", {"text": "Search is gone"}))
    tab.send(ImportsState, "load")
    assert tab.state(ImportsState).empty
