"""The first steps on the screen: what is next, for whom, how it moves on, and how it goes."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Connection, update
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import first_run
from pmflow_core.board import service as board
from pmflow_core.board.first_run import FirstRunRead, FormingThemes, Step, ToRun
from pmflow_core.db.transaction import transaction
from pmflow_core.ids import uuid7
from pmflow_core.intake import imports
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.status import RunStatus
from pmflow_core.themes.schemas import ThemeTag
from pmflow_ui.components.first_run import first_run_strip
from pmflow_ui.routes import ROUTES
from pmflow_ui.state.first_run_rows import ALL_DONE, HIDDEN, OVER, STEPS, FirstRunView, as_view
from pmflow_ui.state.session import SessionState
from tests.core.automation.conftest import make_theme
from tests.ui.tab import Tab, as_member, make_acme, words

DRAWN_ON = {
    "/w/[slug]/board",
    "/w/[slug]/signals",
    "/w/[slug]/themes",
    "/w/[slug]/themes/[theme_id]",
    "/w/[slug]/projects/[project_key]",
}


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    return make_acme()


def entered(actor: Actor, page: str = "board") -> Tab:
    tab = Tab(actor, f"/w/acme/{page}")
    tab.send(SessionState, "enter_workspace")
    return tab


def shown(tab: Tab) -> FirstRunView:
    return tab.state(SessionState).first_run


def take_all_but_the_run(actor: Actor) -> str:
    """Take the first three steps, start the run of the fourth, and return the project's key."""
    with transaction(actor.workspace_id) as session:
        theme = make_theme(session, actor, "Search")
        project = board.create_from_theme(session, actor, theme)
        board.start_run(session, actor, project.id)
        return project.key


def complete_the_run(actor: Actor) -> None:
    with transaction(actor.workspace_id) as session:
        session.execute(update(StageRun).values(status=RunStatus.COMPLETED))


def test_a_new_workspace_says_what_is_first(acme: Actor) -> None:
    view = shown(entered(acme))
    assert view.shown
    assert (view.done, view.current) == ([False] * 4, 0)
    assert (view.action, view.href) == ("Add signals", "/w/acme/signals")


def test_it_moves_on_in_an_open_tab_as_rows_appear(acme: Actor) -> None:
    tab = entered(acme, "themes")
    imports.paste(acme, "Search is gone\nThe search bar vanished")
    assert tab.send(SessionState, "count") == []
    assert (shown(tab).current, shown(tab).href) == (1, "/w/acme/themes")
    with transaction(acme.workspace_id) as session:
        theme = make_theme(session, acme, "Search")
    tab.send(SessionState, "count")
    assert shown(tab).current == 2
    assert "“Search”" in shown(tab).text
    assert shown(tab).href == f"/w/acme/themes/{theme}"
    with transaction(acme.workspace_id) as session:
        key = board.create_from_theme(session, acme, theme).key
    tab.send(SessionState, "count")
    assert shown(tab).done == [True, True, True, False]
    assert f"Open {key} and choose Run Inbox." in shown(tab).text
    assert (shown(tab).action, shown(tab).href) == (f"Open {key}", f"/w/acme/projects/{key}")


def test_the_run_under_way_is_to_be_watched(acme: Actor) -> None:
    take_all_but_the_run(acme)
    view = shown(entered(acme))
    assert "is under way" in view.text
    assert view.action == "Watch the run"
    with transaction(acme.workspace_id) as session:
        assert view.href == f"/w/acme/runs/{session.query(col(StageRun.id)).scalar()}"


def test_with_the_first_completed_run_it_goes_and_says_so_once(acme: Actor) -> None:
    take_all_but_the_run(acme)
    tab, colleague = entered(acme), entered(as_member(acme, Role.EDITOR))
    complete_the_run(acme)
    assert words(tab.send(SessionState, "count")) == [ALL_DONE]
    assert shown(tab) == OVER
    assert words(tab.send(SessionState, "count")) == []
    colleague.send(SessionState, "count")
    assert not shown(colleague).shown
    assert words(Tab(acme, "/w/acme/board").send(SessionState, "enter_workspace")) == []


def test_who_comes_back_after_the_run_is_told_then(acme: Actor) -> None:
    take_all_but_the_run(acme)
    complete_the_run(acme)
    tab = Tab(acme, "/w/acme/board")
    assert words(tab.send(SessionState, "enter_workspace")) == [ALL_DONE]
    assert not shown(tab).shown


def test_once_over_a_tab_asks_no_more_until_its_next_page(acme: Actor) -> None:
    tab = entered(acme)
    tab.send(SessionState, "hide_first_run")
    tab.send(SessionState, "count")
    with transaction(acme.workspace_id) as session:
        first_run.show(session, acme)
    tab.send(SessionState, "count")
    assert not shown(tab).shown
    tab.send(SessionState, "enter_workspace")
    assert shown(tab).shown


def test_hidden_it_stays_hidden_for_everybody_until_that_is_taken_back(acme: Actor) -> None:
    tab, colleague = entered(acme), entered(as_member(acme, Role.EDITOR))
    replies = colleague.send(SessionState, "hide_first_run")
    assert words(replies) == [HIDDEN]
    tab.send(SessionState, "count")
    assert not shown(tab).shown
    assert not shown(entered(acme)).shown

    colleague.send(SessionState, "show_first_run")
    assert shown(colleague).shown
    assert shown(entered(acme)).shown


def test_viewers_neither_see_nor_hide_it(acme: Actor) -> None:
    tab = entered(as_member(acme, Role.VIEWER))
    assert shown(tab) == OVER
    for handler in ("hide_first_run", "show_first_run"):
        assert "needs the role editor" in words(tab.send(SessionState, handler))[0]
    assert shown(entered(acme)).shown


def test_who_is_made_a_viewer_meanwhile_loses_it(acme: Actor) -> None:
    tab = entered(acme)
    tab.actor = Actor(acme.workspace_id, Role.VIEWER, acme.user_id, acme.name)
    tab.send(SessionState, "count")
    assert not shown(tab).shown


def test_nothing_is_known_of_it_outside_of_any_workspace(acme: Actor) -> None:
    tab = entered(acme)
    tab.go("/")
    tab.send(SessionState, "enter")
    assert not shown(tab).known


def test_in_another_workspace_its_own_steps_are_shown(acme: Actor) -> None:
    take_all_but_the_run(acme)
    other = make_acme("other")
    tab = Tab(other, "/w/other/board")
    tab.send(SessionState, "enter_workspace")
    assert shown(tab).done == [False] * 4
    assert shown(tab).href == "/w/other/signals"


FEW = FormingThemes(12, 30, is_reading=False, was_tried=False)
ENOUGH = FormingThemes(40, 30, is_reading=False, was_tried=False)
WAYS: Mapping[str, tuple[FirstRunRead, str, str]] = {
    "few signals": (
        FirstRunRead(frozenset({Step.SIGNALS}), forming=FEW),
        "12 are here, 18 more are needed",
        "signals",
    ),
    "enough, before a worker came": (
        FirstRunRead(frozenset({Step.SIGNALS}), forming=ENOUGH),
        "being read",
        "themes",
    ),
    "enough, but each of another matter": (
        FirstRunRead(
            frozenset({Step.SIGNALS}),
            forming=FormingThemes(40, 30, is_reading=False, was_tried=True),
        ),
        "Too few signals speak of the same matter",
        "signals",
    ),
    "a single theme": (
        FirstRunRead(
            frozenset({Step.SIGNALS, Step.THEMES}), theme=ThemeTag(uuid7(), "Search"), themes=1
        ),
        "“Search” is the first theme",
        "themes/",
    ),
    "themes without signals": (
        FirstRunRead(frozenset({Step.SIGNALS, Step.THEMES})),
        STEPS[2].about,
        "themes",
    ),
    "an idea before any signal": (
        FirstRunRead(frozenset({Step.PROJECT})),
        "Paste what people said",
        "signals",
    ),
    "a project to run": (
        FirstRunRead(
            frozenset({Step.SIGNALS, Step.THEMES, Step.PROJECT}),
            to_run=ToRun("ACM-1", "Inbox", None, None),
        ),
        "choose Run Inbox",
        "projects/ACM-1",
    ),
}


@pytest.mark.parametrize("case", WAYS)
def test_the_current_step_says_what_to_do_and_leads_there(case: str) -> None:
    read, said, leads_to = WAYS[case]
    view = as_view(read, "acme")
    assert said in view.text
    assert view.href.startswith(f"/w/acme/{leads_to}")
    assert view.action


def test_it_is_drawn_on_the_pages_of_the_way_and_on_no_other() -> None:
    drawn = {route.path for route in ROUTES if "Getting started" in html(route.page())}
    assert drawn == DRAWN_ON


def test_the_strip_and_the_large_checklists_say_the_same() -> None:
    pages = {route.path: html(route.page()) for route in ROUTES}
    strip = html(first_run_strip("themes"))
    for step in STEPS:
        assert step.title in strip
        for path in ("/w/[slug]/board", "/w/[slug]/signals"):
            assert step.about in pages[path], path


def html(component: Any) -> str:
    return str(component.render())
