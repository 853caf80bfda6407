"""Merging from the drawer: side by side, one of two, and back."""

import pytest
from sqlalchemy import Connection

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db.transaction import transaction
from pmflow_core.intake import imports
from pmflow_core.intake.schemas import PasteAs
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import SignalStatus
from pmflow_core.signals.schemas import SignalQuery
from pmflow_ui.state.signals import SignalsState
from pmflow_ui.state.signals_detail import SignalDetailState
from pmflow_ui.state.signals_merge import MergeState
from tests.ui.tab import Tab, as_member, make_acme, words

SAID = "The export fails\nExporting fails"


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    actor = make_acme()
    imports.paste(actor, SAID, split=PasteAs.LINES)
    return actor


def opened(actor: Actor, number: int) -> Tab:
    tab = Tab(actor, f"/w/acme/signals?signal={number}")
    tab.send(SignalsState, "load")
    return tab


def ids_of(actor: Actor) -> list[str]:
    with transaction(actor.workspace_id) as session:
        page = signals.list_signals(session, actor, SignalQuery())
    return [str(row.id) for row in sorted(page.items, key=lambda row: row.number)]


def test_two_are_compared_merged_and_taken_apart(acme: Actor) -> None:
    one, other = ids_of(acme)
    tab = opened(acme, 2)
    tab.send(MergeState, "compare", other, one)
    pair = tab.state(MergeState).pair
    assert (pair.kept.number, pair.merged.number) == (1, 2)
    assert words(tab.send(MergeState, "merge")) == ["Merged into S-1"]
    assert not tab.state(MergeState).comparing

    tab.send(SignalsState, "open", 1)
    assert [row.number for row in tab.state(SignalDetailState).copies] == [2]
    tab.send(SignalsState, "open", 2)
    assert tab.state(SignalDetailState).card.kept == 1
    assert words(tab.send(MergeState, "take_back", [other]))
    tab.send(SignalsState, "open", 2)
    assert tab.state(SignalDetailState).card.kept == 0


def test_a_viewer_merges_nothing(acme: Actor) -> None:
    one, other = ids_of(acme)
    tab = opened(as_member(acme, Role.VIEWER), 1)
    assert words(tab.send(MergeState, "compare", one, other))
    assert words(tab.send(MergeState, "merge"))
    with transaction(acme.workspace_id) as session:
        assert signals.get_signal(session, acme, 2).row.status is SignalStatus.NEW
