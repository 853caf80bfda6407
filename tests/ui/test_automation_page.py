"""The page of automation and the bell: said in plain words, changed by admins only."""

from uuid import UUID

import pytest
from sqlalchemy import Connection, select
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import notifications
from pmflow_core.activity.notifications import Notice
from pmflow_core.automation import maintaining, maintenance, service
from pmflow_core.automation.evaluating import evaluate
from pmflow_core.automation.models import Chore
from pmflow_core.automation.settings import AutomationSettings, Depth
from pmflow_core.db.transaction import transaction
from pmflow_core.projects.models import Project
from pmflow_ui.state.automation import AutomationState
from pmflow_ui.state.automation_rows import AutomationForm, as_values, parse_form
from pmflow_ui.state.bell import BellState
from tests.core.automation.conftest import make_theme
from tests.ui.tab import Tab, as_member, goes_to, make_acme, words

PAGE = "/w/acme/settings/automation"


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    return make_acme()


def opened(actor: Actor, path: str = PAGE) -> Tab:
    tab = Tab(actor, path)
    tab.send(AutomationState, "load")
    return tab


def typed(**changes: str) -> dict[str, str]:
    return as_values(AutomationSettings()) | changes


def theme(actor: Actor, label: str = "Export", size: int = 6) -> UUID:
    with transaction(actor.workspace_id) as session:
        return make_theme(session, actor, label, size=size)


def test_the_form_goes_there_and_back() -> None:
    settings = AutomationSettings(
        depth=Depth.FULL_AUTO, notify_at=None, archival=True, min_confidence=0.55
    )

    assert parse_form(AutomationForm(**as_values(settings))) == (settings, {})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("daily_cap", "many", "A number from 0 to 1,000."),
        ("cooldown_min", "-1", "A number from 0 to 10,080."),
        ("min_confidence", "70", "A number from 0 to 1."),
        ("initiative_at", "", "A number from 2 to 10,000."),
        ("depth", "", "Choose one of these."),
        ("min_severity", "awful", "Choose one of these."),
        ("prd_at", "2", "A PRD needs at least as many signals as a project."),
    ],
)
def test_each_fault_stands_under_its_field_in_words(name: str, value: str, said: str) -> None:
    settings, errors = parse_form(AutomationForm(**typed(**{name: value})))

    assert (settings, errors) == (None, {name: said})


def test_saving_changes_what_pmflow_may_do_and_a_fault_changes_nothing(acme: Actor) -> None:
    tab = opened(acme)
    assert tab.state(AutomationState).depth == "suggest"

    said = words(tab.send(AutomationState, "save", typed(depth="full_auto", daily_cap="4")))
    assert said == ["Saved. It counts from the next look at the themes on."]
    tab.send(AutomationState, "save", typed(depth="manual", daily_cap="-4"))

    assert tab.state(AutomationState).errors == {"daily_cap": "A number from 0 to 1,000."}
    with transaction(acme.workspace_id) as session:
        stored = service.read_settings(session, acme)
    assert (stored.depth, stored.daily_cap) == (Depth.FULL_AUTO, 4)


def test_only_admins_save_and_only_editors_run_chores(acme: Actor) -> None:
    editor, viewer = as_member(acme, Role.EDITOR), as_member(acme, Role.VIEWER)

    assert "needs the role admin" in words(opened(editor).send(AutomationState, "save", typed()))[0]
    refused = words(opened(viewer).send(AutomationState, "run", "orphans"))
    assert "needs the role editor" in refused[0]
    tab = opened(editor)
    tab.send(AutomationState, "run", "orphans")
    lines = {line.name: line for line in tab.state(AutomationState).chores}
    assert lines["orphans"].running


def test_the_log_says_what_was_done_why_not_more_and_leads_there(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        wanted = AutomationSettings(depth=Depth.AUTO_CREATE, notify_at=None)
        service.write_settings(session, acme, wanted)
    about = theme(acme)
    theme(acme, "Search", size=2)
    evaluate(acme.workspace_id)

    lines = {line.theme: line for line in opened(acme).state(AutomationState).events}
    done, skipped = lines["Export"], lines["Search"]
    with transaction(acme.workspace_id) as session:
        made = session.scalars(select(col(Project.key))).one()
    assert (done.what, done.verdict, done.project) == ("Project created", "Done", made)
    assert done.project_href == f"/w/acme/projects/{made}"
    assert done.theme_href == f"/w/acme/themes/{about}"
    assert (skipped.what, skipped.verdict) == ("No project", "Too small")
    assert skipped.reason == "2 signals; a project needs 3."
    acted = opened(acme, PAGE + "?log=acted").state(AutomationState)
    assert {line.theme for line in acted.events} == {"Export"}
    shown = goes_to(opened(acme).send(AutomationState, "show", "skipped"))
    assert shown == [PAGE + "?log=skipped"]


def test_older_lines_come_when_asked_for(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        wanted = AutomationSettings(notify_at=None, daily_cap=0)
        service.write_settings(session, acme, wanted)
        for number in range(30):
            make_theme(session, acme, f"Matter{number}", size=3)
    evaluate(acme.workspace_id)
    tab = opened(acme)
    state = tab.state(AutomationState)
    assert (len(state.events), state.more) == (25, True)

    tab.send(AutomationState, "show_more")

    state = tab.state(AutomationState)
    assert (len(state.events), state.more) == (30, False)


@pytest.mark.parametrize("chore", list(maintenance.EVERY))
def test_what_a_chore_came_to_is_said_in_words(acme: Actor, chore: Chore) -> None:
    with transaction(acme.workspace_id) as session:
        asked = maintenance.request(session, acme, chore)
    maintaining.do_chore(acme.workspace_id, asked)

    line = {each.name: each for each in opened(acme).state(AutomationState).chores}[chore.value]

    assert line.result[0].isdigit()
    assert (line.failed, line.running) == (False, False)
    assert line.is_on is (chore is not Chore.ARCHIVAL)


def test_the_bare_settings_lead_to_their_first_page(acme: Actor) -> None:
    went = goes_to(Tab(acme, "/w/acme/settings").send(AutomationState, "go"))
    assert went == ["/w/acme/settings/general"]


def tell(actor: Actor, key: str, link: str | None = "signals") -> None:
    with transaction(actor.workspace_id) as session:
        notice = Notice(key, "inbox", f"Something about {key}.", link)
        notifications.tell_members(session, actor, notice)


def test_the_bell_counts_what_is_unread_and_opening_reads_it(acme: Actor) -> None:
    for key in ("first", "second"):
        tell(acme, key)
    tab = Tab(acme, "/w/acme/board")
    tab.send(BellState, "load")
    state = tab.state(BellState)
    assert (state.unread, state.label) == ("2", "Notifications, 2 unread")
    assert [told.text for told in state.items] == [
        "Something about second.",
        "Something about first.",
    ]

    assert goes_to(tab.send(BellState, "open", state.items[0].id)) == ["/w/acme/signals"]
    assert tab.state(BellState).unread == "1"
    tab.send(BellState, "read_all")
    assert tab.state(BellState).unread == ""


def test_a_viewer_is_told_nothing_and_sees_no_one_elses(acme: Actor) -> None:
    tell(acme, "first")
    tab = Tab(as_member(acme, Role.VIEWER), "/w/acme/board")
    tab.send(BellState, "load")

    assert tab.state(BellState).items == []


def tell_of_themes(actor: Actor, *themes: str) -> None:
    with transaction(actor.workspace_id) as session:
        for theme in themes:
            text = f"The theme “{theme}” has grown to 5 signals."
            notice = Notice(f"theme-{theme}-grown", "shapes", text, f"themes/{theme}")
            notifications.tell_members(session, actor, notice)


def test_many_themes_are_one_line_and_reading_it_reads_all_of_them(acme: Actor) -> None:
    tell_of_themes(acme, "search", "prices", "login")
    tell(acme, "first")
    tab = Tab(acme, "/w/acme/board")
    tab.send(BellState, "load")
    state = tab.state(BellState)
    assert [told.text for told in state.items] == ["Something about first.", "3 themes changed"]
    assert state.unread == "2"
    seen = state.items[1].id
    tell_of_themes(acme, "sync")

    assert goes_to(tab.send(BellState, "open", seen)) == ["/w/acme/themes"]

    state = tab.state(BellState)
    assert [(told.text, told.unread) for told in state.items] == [
        ("The theme “sync” has grown to 5 signals.", True),
        ("Something about first.", True),
        ("3 themes changed", False),
    ]
    assert state.unread == "2"
    assert goes_to(tab.send(BellState, "open", state.items[0].id)) == ["/w/acme/themes/sync"]
    assert tab.state(BellState).unread == "1"


def test_a_single_theme_is_named(acme: Actor) -> None:
    tell_of_themes(acme, "search")
    tab = Tab(acme, "/w/acme/board")
    tab.send(BellState, "load")
    [told] = tab.state(BellState).items
    assert (told.text, told.href) == (
        "The theme “search” has grown to 5 signals.",
        "/w/acme/themes/search",
    )
