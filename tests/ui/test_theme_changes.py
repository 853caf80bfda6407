"""Proposals and changes by hand, as the pages of themes send them."""

from uuid import UUID

import pytest
from reflex.event import EventSpec
from sqlalchemy import Connection

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db.transaction import transaction
from pmflow_core.ids import uuid7
from pmflow_core.themes.models import ProposalKind
from pmflow_core.themes.stored import NewTheme
from pmflow_ui.state.theme import ThemeState
from pmflow_ui.state.theme_changes import ThemeChangesState
from pmflow_ui.state.theme_hand import ThemeHandState
from pmflow_ui.state.themes import ThemesState
from tests.core.themes.conftest import Stage
from tests.ui.tab import Tab, as_member, goes_to, make_acme, words


def sent(tab: Tab, name: str, *given: object) -> list[EventSpec]:
    """Return what an event of the chosen signals answers with, one by one."""
    replies = tab.send(ThemeHandState, name, *given)
    return [each for reply in replies for each in (reply if isinstance(reply, list) else [reply])]


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    return make_acme()


@pytest.fixture
def split(acme: Actor) -> tuple[UUID, UUID, list[UUID]]:
    """A proposal, its theme and the theme's signals; another theme stands beside."""
    with transaction(acme.workspace_id) as session:
        stage = Stage(session, acme)
        stage.theme("Search", ["No search", "Search fails", "Search is gone"])
        theme, ids = stage.theme("Export", [f"Export fails on page {n}" for n in range(6)])
        made = NewTheme(id=uuid7(), label="Pages")
        moves = [(signal, theme, made.id) for signal in ids[:4]]
        return stage.propose(ProposalKind.SPLIT, moves, made=made), theme, ids


def test_a_proposal_is_shown_accepted_and_taken_back(
    acme: Actor, split: tuple[UUID, UUID, list[UUID]]
) -> None:
    tab = Tab(acme, "/w/acme/themes")
    tab.send(ThemeChangesState, "load")
    state = tab.state(ThemeChangesState)
    (card,) = state.cards
    assert (state.words, card.title, card.moves) == (
        "1 change to review",
        "Split proposed",
        "4 signals move",
    )
    assert [(side.label, side.after, side.change, side.tag) for side in card.after] == [
        ("Export", 2, "−4", ""),
        ("Pages", 4, "+4", "new"),
    ]
    assert "4 signals moved" in words(tab.send(ThemeChangesState, "apply", split[0]))[0]
    assert tab.state(ThemeChangesState).cards == []
    assert words(tab.send(ThemeChangesState, "apply", split[0])) == ["It has been applied already."]
    assert words(tab.send(ThemeChangesState, "take_back", split[0])) == ["Taken back"]


def test_a_dismissed_proposal_is_gone_and_can_come_back(
    acme: Actor, split: tuple[UUID, UUID, list[UUID]]
) -> None:
    tab = Tab(acme, f"/w/acme/themes/{split[1]}")
    tab.send(ThemeChangesState, "load")
    tab.send(ThemeChangesState, "open", split[0])
    assert tab.state(ThemeChangesState).opened == str(split[0])
    tab.send(ThemeChangesState, "dismiss", split[0])
    assert tab.state(ThemeChangesState).cards == []
    tab.send(ThemeChangesState, "take_back", split[0])
    assert len(tab.state(ThemeChangesState).cards) == 1


def opened(actor: Actor, theme: UUID) -> Tab:
    tab = Tab(actor, f"/w/acme/themes/{theme}")
    for state in (ThemeState, ThemeHandState):
        tab.send(state, "load")
    return tab


def test_chosen_signals_are_split_off_moved_and_taken_out(
    acme: Actor, split: tuple[UUID, UUID, list[UUID]]
) -> None:
    _, theme, ids = split
    tab = opened(acme, theme)
    tab.send(ThemeState, "choose", ids[0])
    tab.send(ThemeHandState, "ask_split", True)
    tab.send(ThemeHandState, "split", {"label": " "})
    assert "1 to 120" in tab.state(ThemeHandState).split_error
    assert "1 signal split off" in words(sent(tab, "split", {"label": "Own"}))[-1]
    assert tab.state(ThemeState).chosen == []
    search = tab.state(ThemeHandState).others[0]
    tab.send(ThemeState, "choose", ids[1])
    assert "1 signal moved" in words(sent(tab, "move", UUID(search.id)))[-1]
    tab.send(ThemeState, "choose", ids[2])
    assert "taken out" in words(sent(tab, "take_out"))[-1]
    assert goes_to(sent(tab, "merge", UUID(search.id)))
    tab.send(ThemeState, "load")
    ended = tab.state(ThemeState)
    assert not ended.active
    assert [tag.text for tag in ended.went_to] == [search.label]


def test_pressing_twice_does_it_once_and_is_not_refused(
    acme: Actor, split: tuple[UUID, UUID, list[UUID]]
) -> None:
    _, theme, ids = split
    tab = opened(acme, theme)
    tab.send(ThemeState, "choose", ids[0])
    tab.send(ThemeHandState, "ask_split", True)
    sent(tab, "split", {"label": "Own"})
    assert sent(tab, "split", {"label": "Own"}) == []
    tab.send(ThemeState, "choose", ids[1])
    sent(tab, "take_out")
    assert sent(tab, "take_out") == []
    assert sent(tab, "move", theme) == []


def test_what_somebody_else_moved_away_is_chosen_no_longer(
    acme: Actor, split: tuple[UUID, UUID, list[UUID]]
) -> None:
    _, theme, ids = split
    mine, other = (Tab(acme, f"/w/acme/themes/{theme}") for _ in range(2))
    for tab in (mine, other):
        tab.send(ThemeState, "load")
        tab.send(ThemeState, "choose", ids[0])
    mine.send(ThemeState, "choose", ids[1])
    sent(other, "take_out")
    mine.send(ThemeState, "refresh")
    assert mine.state(ThemeState).chosen == [str(ids[1])]
    mine.send(ThemeState, "load")
    assert mine.state(ThemeState).chosen == [str(ids[1])]


def test_praise_and_the_unthemed_are_listed_apart(
    acme: Actor, split: tuple[UUID, UUID, list[UUID]]
) -> None:
    tab = Tab(acme, f"/w/acme/themes/{split[1]}")
    tab.send(ThemeHandState, "load")
    tab.send(ThemeState, "choose", split[2][0])
    tab.send(ThemeHandState, "take_out")
    tab.go("/w/acme/themes?view=praise")
    tab.send(ThemesState, "load")
    state = tab.state(ThemesState)
    assert (state.view, state.praise, len(state.apart)) == ("praise", 1, 1)


def test_a_viewer_decides_nothing(acme: Actor, split: tuple[UUID, UUID, list[UUID]]) -> None:
    tab = Tab(as_member(acme, Role.VIEWER), "/w/acme/themes")
    tab.send(ThemeChangesState, "load")
    assert len(tab.state(ThemeChangesState).cards) == 1
    for name in ("apply", "dismiss", "take_back"):
        assert "role" in words(tab.send(ThemeChangesState, name, split[0]))[0]
    assert "role" in words(tab.send(ThemesState, "set_fineness", 1.4))[0]
