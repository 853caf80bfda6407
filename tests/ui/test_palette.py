"""The palette: one list of keys that pages keep to, and what is found and remembered."""

import re
from pathlib import Path

import pytest
import reflex as rx
from sqlalchemy import Connection

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.intake import imports
from pmflow_core.intake.schemas import PasteAs
from pmflow_ui.components.nav import SETTINGS, Item
from pmflow_ui.components.palette import palette
from pmflow_ui.components.shortcuts import GO, PAGES, PLACES, commands
from pmflow_ui.routes import ROUTES, Route
from pmflow_ui.state.palette import PaletteState, Section
from tests.ui.tab import Tab, make_acme

# Pages whose keys are of another page's name in the shell, by their address.
HERE = re.compile(r'className:"main p-([a-z]+)"')
PRESSED = re.compile(r'"data-key"\s*:\s*"([a-z0-9/])"')
LISTENED = re.compile(r'keys:\[((?:"[^"]+",?\s*)*)\]')


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    return make_acme()


def opened(actor: Actor, *recent: str) -> Tab:
    tab = Tab(actor, "/w/acme/board")
    tab.send(PaletteState, "open", list(recent))
    return tab


def told(tab: Tab) -> dict[str, list[str]]:
    sections: list[Section] = tab.state(PaletteState).sections
    return {
        each.title: [
            " ".join([line.lead, "".join(piece.text for piece in line.pieces)]).strip()
            for line in each.lines
        ]
        for each in sections
    }


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.path.startswith("/w/")], ids=lambda each: each.path
)
def test_every_key_of_a_page_is_in_the_list_that_people_are_shown(route: Route) -> None:
    drawn = str(route.page().render()).replace("\\", "")
    [here] = set(HERE.findall(drawn)) or {""}
    listened = {key for keys in LISTENED.findall(drawn) for key in re.findall(r'"([^"]+)"', keys)}
    used = listened | set(PRESSED.findall(drawn))
    assert used <= {command.key for command in PAGES.get(here, ())}, here


def test_a_letter_leads_to_one_place_and_a_key_does_one_thing() -> None:
    letters = [item.key for item in GO]
    assert all(letters)
    assert len(letters) == len(set(letters))
    for here, listed in PAGES.items():
        keys = [command.key for command in listed]
        assert len(keys) == len(set(keys)), here


def test_every_page_of_the_settings_can_be_gone_to() -> None:
    assert {item.path for item in SETTINGS} <= {item.path for item in (*GO, *PLACES)}


def test_the_palette_offers_what_has_a_name_and_no_walking() -> None:
    assert [command.key for command in commands("board")] == ["c"]


def test_words_find_what_the_search_finds_and_lead_there(acme: Actor) -> None:
    imports.paste(acme, "Search is gone\nI love it", split=PasteAs.LINES)
    with transaction(acme.workspace_id) as session:
        project = board.create_project(session, acme, "Bring search back")
        run = board.start_run(session, acme, project.id, "inbox")
    tab = opened(acme)
    tab.send(PaletteState, "ask", "search")
    found = told(tab)
    assert found["Projects"] == [f"{project.key} Bring search back"]
    assert found["Signals"] == ["S-1 Search is gone"]
    assert tab.state(PaletteState).everything == "/w/acme/search?q=search"
    tab.send(PaletteState, "ask", f"run {run.number}")
    [line] = next(each.lines for each in tab.state(PaletteState).sections if each.title == "Runs")
    assert line.href == f"/w/acme/runs/{run.id}"
    tab.send(PaletteState, "ask", "> search")
    assert told(tab) == {}


def test_recent_pages_are_named_again_and_what_is_not_ours_is_left_out(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        project = board.create_project(session, acme, "Bring search back")
        run = board.start_run(session, acme, project.id, "inbox")
    recent = (
        f"/w/acme/runs/{run.id}",
        f"/w/acme/projects/{project.key}",
        "/w/acme/projects/OTHER-1",
        f"/w/other/projects/{project.key}",
        "/w/acme/runs/00000000-0000-0000-0000-000000000000",
        "javascript:alert(1)",
        "/w/acme/../../api/auth/logout",
    )
    assert told(opened(acme, *recent)) == {
        "Recent": [
            f"Run {run.number} Inbox of {project.key} Bring search back",
            f"{project.key} Bring search back",
        ]
    }


def test_the_browser_keeps_addresses_only() -> None:
    source = Path("pmflow_ui/components/palette.jsx").read_text(encoding="utf-8")
    assert source.count("localStorage.setItem") == 1
    assert "keep(window.location.pathname)" in source


@pytest.mark.parametrize("item", [*GO, *PLACES], ids=lambda item: item.path)
def test_the_palette_leads_admins_only_to_pages_for_admins(item: Item) -> None:
    path = f"/w/[slug]/{item.path}"
    [route] = [route for route in ROUTES if route.path == path]
    drawn = str(palette("board", [(item, rx.Var.create(path))]).render())
    assert path in drawn
    assert ("can_admin" in drawn) == (route.permission is Role.ADMIN)
