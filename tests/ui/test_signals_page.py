"""The list of signals: what the address says, what keys do, what can be taken back."""

from uuid import UUID

import pytest
from sqlalchemy import Connection

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.intake import imports
from pmflow_core.intake.schemas import PasteAs
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Severity
from pmflow_core.signals.schemas import SignalEdit
from pmflow_ui.state.imports import ImportsState
from pmflow_ui.state.signals import SignalsState
from pmflow_ui.state.signals_detail import SignalDetailState
from pmflow_ui.state.signals_filters import Filters, parse
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
    return tab


def shown(tab: Tab) -> list[int]:
    return [row.number for row in tab.state(SignalsState).rows]


def test_the_address_narrows_the_list_and_opens_a_signal(acme: Actor) -> None:
    tab = opened(acme, "?q=search&sort=number&signal=3")
    assert sorted(shown(tab)) == [1, 3]
    assert tab.state(SignalDetailState).card.text == "I love the search"
    assert tab.state(SignalsState).address == "/w/acme/signals?q=search&sort=number&signal=3"


def test_what_an_address_cannot_mean_is_left_out() -> None:
    given = {"status": "x", "severity": "1", "theme": "y", "since": "8", "page": "-1", "sort": "z"}
    assert parse(given) == Filters()


def test_a_filter_starts_again_on_the_first_page_and_lets_go_of_the_selection(acme: Actor) -> None:
    tab = opened(acme)
    tab.send(SignalsState, "select_all")
    tab.send(SignalsState, "choose", "q", "crashes")
    state = tab.state(SignalsState)
    assert (shown(tab), state.selected, state.filters.page) == ([2], [], 1)
    assert state.total_words == "1 match"


def test_keys_walk_select_open_and_close(acme: Actor) -> None:
    tab = opened(acme, "?sort=number")
    first, second, _ = shown(tab)
    for key in ("j", "j", "x", "Enter"):
        tab.send(SignalsState, "press", key)
    state, detail = tab.state(SignalsState), tab.state(SignalDetailState)
    assert (state.current, detail.number, len(state.selected)) == (second, second, 1)
    tab.send(SignalsState, "press", "k")
    assert tab.state(SignalDetailState).number == first
    tab.send(SignalsState, "press", "Escape")
    assert tab.state(SignalDetailState).number == 0
    tab.send(SignalsState, "press", "Escape")
    assert tab.state(SignalsState).selected == []


def test_archived_signals_leave_the_list_and_come_back(acme: Actor) -> None:
    tab = opened(acme)
    tab.send(SignalsState, "select_all")
    assert words(tab.send(SignalsState, "archive")) == ["Archived 3 signals"]
    tab.send(SignalsState, "refresh")
    assert shown(tab) == []
    assert words(tab.send(SignalsState, "take_back", 0)) == ["Taken back"]
    tab.send(SignalsState, "refresh")
    assert sorted(shown(tab)) == [1, 2, 3]
    assert tab.send(SignalsState, "take_back", 7) == []


def test_linked_signals_show_their_project(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        project = board.create_project(session, acme, "Bring search back")
    tab = opened(acme)
    row = next(row for row in tab.state(SignalsState).rows if row.number == 1)
    said = words(tab.send(SignalsState, "link_one", row.id, project.id))
    assert said == [f"Linked 1 signal to {project.key}"]
    tab.send(SignalsState, "refresh")
    tab.send(SignalsState, "open", 1)
    detail = tab.state(SignalDetailState)
    assert [(place.key, place.note) for place in detail.linked] == [(project.key, "linked by hand")]
    found = next(row for row in tab.state(SignalsState).rows if row.number == 1)
    assert (found.project, found.status) == (project.key, "Linked")


def test_an_editor_corrects_the_severity(acme: Actor) -> None:
    tab = opened(acme, "?signal=1")
    tab.send(SignalDetailState, "set_severity", "critical")
    card = tab.state(SignalDetailState).card
    assert (card.severity, card.severity_by) == ("critical", "given")


def test_a_viewer_reads_and_changes_nothing(acme: Actor) -> None:
    tab = opened(as_member(acme, Role.VIEWER), "?signal=1")
    assert len(shown(tab)) == 3
    tab.send(SignalsState, "select_all")
    assert words(tab.send(SignalsState, "archive"))
    assert words(tab.send(SignalDetailState, "set_severity", "low"))
    tab.send(SignalsState, "press", "c")
    assert not tab.state(ImportsState).pasting
    with transaction(acme.workspace_id) as session:
        assert signals.get_signal(session, acme, 1).row.status.value == "new"


def test_a_signal_that_is_not_there_says_so(acme: Actor) -> None:
    assert opened(acme, "?signal=99").state(SignalDetailState).missing


def test_a_page_beyond_the_last_is_the_last(acme: Actor) -> None:
    tab = opened(acme, "?page=9")
    assert (tab.state(SignalsState).filters.page, len(shown(tab))) == (1, 3)


def test_another_workspace_s_signal_cannot_be_archived(acme: Actor) -> None:
    tab = opened(acme)
    assert words(tab.send(SignalsState, "archive_one", UUID(int=7)))
    with transaction(acme.workspace_id) as session:
        signals.edit(session, acme, 1, SignalEdit(severity=Severity.LOW))
    tab.send(SignalsState, "refresh")
    assert len(shown(tab)) == 3


def test_selected_signals_are_unlinked_from_what_some_of_them_prove(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        project = board.create_project(session, acme, "Bring search back")
        board.create_project(session, acme, "Another")
    tab = opened(acme, "?sort=number")
    state = tab.state(SignalsState)
    tab.send(SignalsState, "link_one", state.rows[0].id, project.id)
    tab.send(SignalsState, "refresh")
    tab.send(SignalsState, "select", state.rows[1].id)
    assert tab.state(SignalsState).linked == []
    tab.send(SignalsState, "select_all")
    assert [each.value for each in tab.state(SignalsState).linked] == [str(project.id)]

    said = words(tab.send(SignalsState, "unlink", project.id))
    assert said == [f"Unlinked 1 signal from {project.key}"]
    tab.send(SignalsState, "refresh")
    assert [row.project for row in tab.state(SignalsState).rows] == ["", "", ""]
    tab.send(SignalsState, "take_back", 1)
    tab.send(SignalsState, "refresh")
    assert [row.project for row in tab.state(SignalsState).rows] == [project.key, "", ""]
