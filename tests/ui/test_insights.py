"""Insights: the charts, the page of a workspace, and the same as programs read it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Connection

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Severity, Source
from pmflow_core.signals.schemas import SignalIn
from pmflow_ui.state.charts import BASE, NEAR, TOP, Chart, Values, ceiling, lines, stacked
from pmflow_ui.state.insights import InsightsState
from tests.core.runs.staging import answers, desk, extensions, make_engine, workspace_id
from tests.ui.api_world import World, world
from tests.ui.tab import Tab, goes_to, make_acme

__all__ = ["answers", "desk", "extensions", "make_engine", "workspace_id", "world"]

PATH = "/api/workspaces/{workspace}/insights"
STARTS = [datetime(2026, 9, 3, tzinfo=UTC) + timedelta(weeks=week) for week in range(13)]
COUNTS = st.lists(st.integers(0, 100_000), min_size=13, max_size=13)


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    return make_acme()


@example(11)
@given(st.integers(1, 10_000_000))
def test_an_axis_ends_at_an_even_number_that_holds_the_most(most: int) -> None:
    top = ceiling(most)
    assert most <= top <= max(2, 2 * most)
    assert top % 2 == 0


@given(st.lists(COUNTS, min_size=1, max_size=5))
def test_bars_stay_on_their_axes_and_the_table_says_the_same(several: list[list[int]]) -> None:
    series = [Values(f"c-{place}", f"S{place}", each) for place, each in enumerate(several)]
    chart = stacked(series, STARTS)
    for bar in chart.bars:
        assert float(bar.y) >= TOP - 1
        assert float(bar.y) + float(bar.height) <= BASE + 1
    told = sum(int(cell.replace(",", "")) for row in chart.rows for cell in row.cells)
    assert told == sum(map(sum, several))


@given(st.lists(COUNTS, min_size=1, max_size=4))
def test_labels_at_the_ends_of_lines_do_not_touch(several: list[list[int]]) -> None:
    series = [Values(f"c-{place}", f"S{place}", each) for place, each in enumerate(several)]
    heights = sorted(float(line.label_y) for line in lines(series, STARTS).lines)
    for above, below in pairwise(heights):
        assert below - above >= NEAR - 0.2


def test_nothing_to_draw_is_no_chart() -> None:
    assert stacked([Values("c-1", "None", [0] * 13)], STARTS) == Chart()
    assert lines([], STARTS) == Chart()


def test_a_new_workspace_is_told_what_to_do(acme: Actor) -> None:
    tab = Tab(acme, "/w/acme/insights")
    tab.send(InsightsState, "load")
    assert tab.state(InsightsState).is_new


def test_the_page_counts_what_came_in(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        rows = [SignalIn(text=f"Export fails {n}", severity=Severity.HIGH) for n in range(3)]
        signals.ingest(session, acme, rows, source=Source.API)
    tab = Tab(acme, "/w/acme/insights?days=30")
    tab.send(InsightsState, "load")
    state = tab.state(InsightsState)
    assert not state.is_new
    assert state.days == "30"
    assert [figure.value for figure in state.figures][:2] == ["3", "0"]
    assert next(bar.words for bar in state.severities.chart.bars).startswith("3 high, from ")
    assert state.severities.words == "Per day. 3 of the 3 with a severity are critical or high."
    assert state.costs.rows == []


def test_the_range_is_in_the_address(acme: Actor) -> None:
    tab = Tab(acme, "/w/acme/insights?days=7")
    tab.send(InsightsState, "load")
    assert tab.state(InsightsState).days == "90"
    assert goes_to(tab.send(InsightsState, "show", "365")) == ["/w/acme/insights?days=365"]
    assert goes_to(tab.send(InsightsState, "show", "90")) == ["/w/acme/insights"]


@pytest.mark.parametrize(
    ("caller", "status"),
    [
        ("anonymous", 401),
        ("stranger", 404),
        ("foreign key", 404),
        ("viewer", 200),
        ("editor key", 200),
    ],
)
def test_only_members_read_the_figures(world: World, caller: str, status: int) -> None:
    assert world.ask(caller, "GET", PATH).status_code == status


def test_programs_read_the_same_figures(world: World) -> None:
    answer = world.ask("viewer", "GET", f"{PATH}?days=30").json()
    assert answer["days"] == 30
    assert len(answer["starts"]) == 30
    assert sum(each["counts"][-1] for each in answer["outcomes"]) == 1
    assert world.ask("viewer", "GET", f"{PATH}?days=31").status_code == 422
