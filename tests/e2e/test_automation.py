"""Automation in a real browser: set, watched at work, explained, and a bell that rings."""

import re
from importlib.resources import as_file, files

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Product, Watched

pytestmark = pytest.mark.e2e
MINUTE = 60_000


def test_pmflow_acts_by_itself_and_says_why(product: Product, watched: Watched) -> None:
    page = watched.page
    sign_up(page)
    let_it_create_two_projects(page)
    import_messages(page)
    watch_it_act(page)
    run_a_chore(page)
    read_what_the_bell_says(page)
    on_a_phone_in_the_dark(page)

    assert watched.foreign == []
    assert watched.errors == []
    assert product.frontend_errors() == []


def sign_up(page: Page) -> None:
    page.goto("/signup")
    page.get_by_label("Name").fill("Workspace admin")
    page.get_by_label("Email").fill("admin@example.com")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Name").fill("Automatic bank")
    page.get_by_role("button", name="Create workspace").click()
    page.wait_for_url("**/w/automatic-bank/board")
    expect(page.get_by_text("No project yet")).to_be_visible(timeout=MINUTE)


def let_it_create_two_projects(page: Page) -> None:
    page.get_by_role("link", name="Settings").first.click()
    page.get_by_role("navigation", name="Settings").get_by_text("Automation").click()
    page.wait_for_url("**/w/automatic-bank/settings/automation")
    expect(page.get_by_role("radio", name=re.compile("^Propose"))).to_be_checked(timeout=MINUTE)
    page.get_by_role("radio", name=re.compile("^Create projects A project")).check()
    page.get_by_label("Actions in 24 hours").fill("many")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_have_text("A number from 0 to 1,000.", timeout=MINUTE)
    expect(page.get_by_label("Actions in 24 hours")).to_have_value("many")
    page.get_by_label("Actions in 24 hours").fill("2")
    page.get_by_label("Confidence of at least").fill("0.3")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. It counts from the next look")).to_be_visible(timeout=MINUTE)
    page.reload()
    expect(page.get_by_label("Actions in 24 hours")).to_have_value("2", timeout=MINUTE)
    expect(page.get_by_role("radio", name=re.compile("^Create projects A project"))).to_be_checked()


def import_messages(page: Page) -> None:
    page.get_by_role("navigation", name="Main", exact=True).get_by_text("Signals").click()
    page.get_by_role("button", name="Import").first.click()
    with as_file(files("pmflow_core.demo") / "bank_app.jsonl") as path:
        page.set_input_files("input[type=file]", path)
        page.get_by_role("dialog").get_by_role("button", name="Import", exact=True).click()
        expect(
            page.get_by_role("dialog").get_by_text(re.compile("390 (new )?signals"))
        ).to_be_visible(timeout=MINUTE)
    page.keyboard.press("Escape")


def watch_it_act(page: Page) -> None:
    """The page is open before anything happens, and shows it without a reload."""
    page.get_by_role("link", name="Settings").first.click()
    page.get_by_role("navigation", name="Settings").get_by_text("Automation").click()
    log = page.get_by_role("region", name="Log of automation")
    # Much is looked at again and again; what was done stays in a view of its own.
    log.get_by_role("button", name="Done and proposed").click()
    expect(log.get_by_text("Project created")).to_have_count(2, timeout=3 * MINUTE)
    log.get_by_role("button", name="Skipped").click()
    page.wait_for_url("**?log=skipped")
    expect(log.get_by_text("Project created")).to_have_count(0)
    expect(log.get_by_text("All 2 actions of 24 hours are used.").first).to_be_visible(
        timeout=MINUTE
    )
    log.get_by_role("button", name="Done and proposed").click()
    log.get_by_role("link", name="AUT-1").first.click()
    page.wait_for_url("**/projects/AUT-1")
    page.go_back()


def run_a_chore(page: Page) -> None:
    chores = page.get_by_role("region", name="Maintenance")
    line = chores.get_by_role("listitem").filter(has_text="Find orphans")
    line.get_by_role("button", name=re.compile("^Run now")).click()
    expect(line.get_by_text("0 orphans")).to_be_visible(timeout=MINUTE)


def read_what_the_bell_says(page: Page) -> None:
    page.get_by_role("button", name=re.compile(r"^Notifications, \d+ unread")).click()
    page.get_by_role("button", name="Mark all read").click()
    page.keyboard.press("Escape")
    quiet = page.get_by_role("button", name="Notifications", exact=True)
    expect(quiet).to_be_visible(timeout=MINUTE)
    quiet.click()
    page.get_by_role("button", name=re.compile(r"themes changed|has grown to")).first.click()
    page.wait_for_url("**/themes**")


def on_a_phone_in_the_dark(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/w/automatic-bank/settings")
    page.wait_for_url("**/settings/general")
    page.goto("/w/automatic-bank/settings/automation")
    expect(page.get_by_role("button", name="Save")).to_be_visible(timeout=MINUTE)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360
