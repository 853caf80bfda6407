"""The first run in a real browser: each page says what is next, until a first run has completed."""

import re
from importlib.resources import as_file, files

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Product, Watched
from tests.e2e.test_accessibility import faults_of
from tests.e2e.test_main_job import sign_up
from tests.e2e.tour import LIGHT, LOOKS, look

pytestmark = pytest.mark.e2e
MINUTE = 60_000
STEPS = ("Bring in signals", "Let themes form", "Turn one into a project", "Run the first stage")


def test_a_newcomer_is_led_from_an_empty_workspace_to_the_first_document(
    product: Product, watched: Watched
) -> None:
    page = watched.page
    page.set_default_timeout(MINUTE)
    sign_up(page, "newcomer@example.com")
    page.get_by_label("Name").fill("First steps")
    page.get_by_role("button", name="Create workspace").click()
    page.wait_for_url("**/w/first-steps/board")
    the_empty_board_begins(page)
    hidden_and_shown_again(page)
    breaks_no_rule_in_any_look(page)
    bring_signals_in(page)
    make_a_project(page)
    run_its_stage(page)

    for place in ("Board", "Signals", "Themes"):
        to(page, place)
        expect(page.get_by_role("heading", name=place, level=1)).to_be_visible()
        expect(strip(page)).to_have_count(0)
    assert watched.errors == []
    assert product.frontend_errors() == []


def strip(page: Page) -> Locator:
    return page.get_by_role("region", name="Getting started")


def current(page: Page) -> Locator:
    """Return the step of the strip that is marked as the current one."""
    return strip(page).locator("[aria-current=step]")


def to(page: Page, place: str) -> None:
    page.get_by_role("navigation", name="Main", exact=True).get_by_text(place).click()


def the_empty_board_begins(page: Page) -> None:
    expect(page.get_by_text("Start with what customers say")).to_be_visible(timeout=MINUTE)
    for step in STEPS:
        expect(page.get_by_role("heading", name=step)).to_be_visible()
    expect(page.get_by_role("button", name="Paste text")).to_be_visible()
    expect(strip(page)).to_have_count(0)


def hidden_and_shown_again(page: Page) -> None:
    to(page, "Themes")
    expect(current(page)).to_contain_text(STEPS[0], timeout=MINUTE)
    strip(page).get_by_role("button", name="Hide").click()
    expect(strip(page)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(current(page)).to_contain_text(STEPS[0])


def breaks_no_rule_in_any_look(page: Page) -> None:
    """Check the strip, and the checklist that is the whole board, by the rules of every page."""
    for shown in (strip(page), page.get_by_role("heading", name=STEPS[0])):
        for how in LOOKS:
            look(page, how)
            expect(shown).to_be_visible()
            assert list(faults_of(page, how)) == []
        look(page, LIGHT)
        to(page, "Board")
    to(page, "Themes")


def bring_signals_in(page: Page) -> None:
    strip(page).get_by_role("link", name="Add signals").click()
    page.wait_for_url("**/signals")
    page.get_by_role("button", name="Paste text").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("Search is gone")
    page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    expect(current(page)).to_contain_text(STEPS[1])
    page.get_by_role("button", name="Import").first.click()
    with as_file(files("pmflow_core.demo") / "bank_app.jsonl") as path:
        page.set_input_files("input[type=file]", path)
        page.get_by_role("dialog").get_by_role("button", name="Import", exact=True).click()
        known = page.get_by_role("dialog").get_by_text(re.compile("390 (new )?signals"))
        expect(known).to_be_visible(timeout=MINUTE)
    page.keyboard.press("Escape")
    expect(current(page)).to_contain_text(STEPS[2], timeout=4 * MINUTE)


def make_a_project(page: Page) -> None:
    to(page, "Board")
    expect(page.get_by_text("is the largest of").filter(visible=True)).to_have_count(1)
    page.get_by_role("link", name="Open the theme").click()
    page.wait_for_url("**/themes/*")
    expect(current(page)).to_contain_text(STEPS[2])
    # It is where it leads to.
    expect(strip(page).get_by_role("link")).to_have_count(0)
    page.get_by_role("button", name="Create project").first.click()
    page.wait_for_url("**/projects/*")
    expect(current(page)).to_contain_text(STEPS[3])


def run_its_stage(page: Page) -> None:
    to(page, "Board")
    page.reload()
    expect(current(page)).to_contain_text(STEPS[3], timeout=MINUTE)
    strip(page).get_by_role("link", name=re.compile("^Open FIR-1")).click()
    page.wait_for_url("**/projects/*")
    page.get_by_role("button", name=re.compile("^Run Inbox")).click()
    expect(page.get_by_text("All four first steps are done")).to_be_visible(timeout=2 * MINUTE)
    expect(strip(page)).to_have_count(0)
