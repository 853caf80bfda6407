"""The list of themes and one theme: figures, names that stay, and projects made of them."""

from collections.abc import Mapping
from uuid import UUID

import pytest
from sqlalchemy import Connection

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.intake import imports
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import DIMENSIONS, Severity, Signal
from pmflow_core.signals.schemas import SignalQuery, SignalSort
from pmflow_core.themes.models import PlacedBy, Theme, ThemeMembership
from pmflow_ui.guard import NoticeState
from pmflow_ui.state.signals import SignalsState
from pmflow_ui.state.theme import ThemeState
from pmflow_ui.state.themes import ThemesState
from pmflow_ui.state.themes_rows import chart, rated_words, spark
from tests.ui.tab import Tab, as_member, goes_to, make_acme, words


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    actor = make_acme()
    imports.paste(actor, "Search is gone\nThe search bar vanished\nI love it")
    return actor


@pytest.fixture
def theme(acme: Actor) -> UUID:
    """A theme of the first two signals."""
    with transaction(acme.workspace_id) as session:
        query = SignalQuery(sort=SignalSort.NUMBER)
        found = signals.list_signals(session, acme, query).items
        ids = [row.id for row in sorted(found, key=lambda row: row.number)]
        made = Theme(
            workspace_id=acme.workspace_id,
            label="Search disappears",
            keywords=["search", "bar"],
            centroid=[1.0] + [0.0] * (DIMENSIONS - 1),
            changed_at=utcnow(),
        )
        session.add(made)
        session.flush()
        for signal in ids[:2]:
            session.add(
                ThemeMembership(
                    workspace_id=acme.workspace_id,
                    theme_id=made.id,
                    signal_id=signal,
                    similarity=0.87,
                    placed_by=PlacedBy.PLACEMENT,
                )
            )
        return made.id


def opened(actor: Actor, theme: UUID | str) -> Tab:
    tab = Tab(actor, f"/w/acme/themes/{theme}")
    tab.send(ThemeState, "load")
    return tab


def test_an_empty_list_says_how_many_signals_are_needed(acme: Actor) -> None:
    tab = Tab(acme, "/w/acme/themes")
    tab.send(ThemesState, "load")
    state = tab.state(ThemesState)
    assert (state.rows, state.needed) == ([], 30)
    assert state.missing == 30 - state.themable
    assert "Themes need 30 signals" in words(tab.send(ThemesState, "rebuild"))[0]
    assert not tab.state(ThemesState).rebuilding


def test_a_row_has_size_trend_and_a_way_to_its_signals(acme: Actor, theme: UUID) -> None:
    tab = Tab(acme, "/w/acme/themes")
    tab.send(ThemesState, "load")
    (row,) = tab.state(ThemesState).rows
    assert (row.label, row.size, row.trend_words) == (
        "Search disappears",
        2,
        "Per week: 0, 0, 0, 0, 0, 0, 0, 2",
    )
    tab.go(row.signals_href)
    tab.send(SignalsState, "load")
    state = tab.state(SignalsState)
    assert sorted(signal.number for signal in state.rows) == [1, 2]
    assert (state.theme_name, state.filters.theme) == ("Search disappears", str(theme))


def test_a_project_is_made_of_a_theme(acme: Actor, theme: UUID) -> None:
    tab = Tab(acme, "/w/acme/themes")
    (address,) = goes_to(tab.send(ThemesState, "make_project", theme))
    assert address.startswith("/w/acme/projects/")
    tab.send(ThemesState, "load")
    (row,) = tab.state(ThemesState).rows
    assert row.project_href == address
    assert words(tab.send(ThemesState, "make_project", theme))


def test_a_theme_shows_its_words_and_weeks(acme: Actor, theme: UUID) -> None:
    state = opened(acme, theme).state(ThemeState)
    assert state.row is not None
    assert (state.row.label, state.size_words, state.keywords) == (
        "Search disappears",
        "2 signals",
        ["search", "bar"],
    )
    assert {quote.number for quote in state.quotes} == {1, 2}
    assert state.placed_words == "2 joined since"
    assert state.weeks.words == "2 signals in four weeks, none before"


def test_shares_by_severity_are_of_the_signals_that_have_one(acme: Actor, theme: UUID) -> None:
    with transaction(acme.workspace_id) as session:
        query = SignalQuery(sort=SignalSort.NUMBER)
        for row in signals.list_signals(session, acme, query).items:
            severity = Severity.CRITICAL if row.number == 1 else None
            session.get_one(Signal, row.id).severity = severity
    state = opened(acme, theme).state(ThemeState)
    assert [(share.name, share.percent) for share in state.severities] == [("critical", "100%")]
    assert state.severity_words == "Of the 1 with a severity; 1 has none recorded."


@pytest.mark.parametrize(
    ("rated", "whole", "said"),
    [
        (5, 5, ""),
        (0, 0, ""),
        (0, 3, "None of them has a severity recorded."),
        (1_200, 1_203, "Of the 1,200 with a severity; 3 have none recorded."),
    ],
)
def test_what_shares_leave_out_is_said(rated: int, whole: int, said: str) -> None:
    assert rated_words(rated, whole) == said


def test_a_person_s_name_stays_and_a_bad_one_is_said_under_the_field(
    acme: Actor, theme: UUID
) -> None:
    tab = opened(acme, theme)
    tab.send(ThemeState, "ask_name", True)
    tab.send(ThemeState, "rename", {"label": "  "})
    assert tab.state(ThemeState).renaming
    assert "1 to 120" in tab.state(ThemeState).name_error
    tab.send(ThemeState, "rename", {"label": "No search bar"})
    state = tab.state(ThemeState)
    assert state.row is not None
    assert (state.row.label, state.named_by_person, state.renaming) == (
        "No search bar",
        True,
        False,
    )


def test_a_theme_is_locked_and_let_go(acme: Actor, theme: UUID) -> None:
    tab = opened(acme, theme)
    for locked in (True, False):
        tab.send(ThemeState, "lock", locked)
        row = tab.state(ThemeState).row
        assert row is not None
        assert row.locked is locked


@pytest.mark.parametrize("address", ["nonsense", str(UUID(int=1))])
def test_an_unknown_theme_takes_the_page_s_place(acme: Actor, address: str) -> None:
    assert opened(acme, address).state(NoticeState).kind == "not_found"


def test_a_viewer_changes_no_theme(acme: Actor, theme: UUID) -> None:
    tab = opened(as_member(acme, Role.VIEWER), theme)
    assert tab.state(ThemeState).row is not None
    for name, given in (("rename", [{"label": "Mine"}]), ("lock", [True]), ("make_project", [])):
        assert "role" in words(tab.send(ThemeState, name, *given))[0]


def test_a_chart_stacks_severities_and_says_how_it_changes() -> None:
    calm: Mapping[Severity | None, int] = {Severity.LOW: 1}
    loud: Mapping[Severity | None, int] = {Severity.HIGH: 4}
    drawn = chart([calm] * 4 + [loud] * 4)
    assert drawn.words == "4.0 times as many as in the four weeks before"
    assert [bar.tone for bar in drawn.bars] == ["low"] * 4 + ["high"] * 4
    assert [mark.text for mark in drawn.levels] == ["0", "2", "4"]


def test_the_newest_bar_of_a_trend_stands_out() -> None:
    bars = spark([0, 2, 4])
    assert [(bar.height, bar.tone) for bar in bars] == [("1.5", ""), ("10.0", ""), ("20.0", "now")]
