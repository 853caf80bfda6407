"""The main job in a real browser: from an account to a PRD whose claims lead to signals."""

import re
from importlib.resources import as_file, files

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Product, Watched

pytestmark = pytest.mark.e2e
MINUTE = 60_000


def test_from_an_account_to_a_cited_prd(product: Product, watched: Watched) -> None:
    page = watched.page
    sign_up(page)
    create_workspace(page, "Bank app")
    import_messages(page)
    make_project_of_largest_theme(page)
    run_discovery(page)
    approve_and_watch_the_prd(page)
    follow_a_citation(page)
    in_the_other_theme(page)

    assert watched.foreign == []
    assert watched.errors == []
    assert product.frontend_errors() == []


def sign_up(page: Page, email: str = "lead@example.com") -> None:
    page.goto("/signup")
    page.get_by_label("Name").fill("Product lead")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Workspaces")).to_be_visible()


def create_workspace(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create workspace").click()
    page.wait_for_url(f"**/w/{name.lower().replace(' ', '-')}/board")
    expect(page.get_by_text("No project yet")).to_be_visible()


def import_messages(page: Page) -> None:
    page.get_by_role("navigation", name="Main", exact=True).get_by_text("Signals").click()
    page.get_by_role("button", name="Import").first.click()
    with as_file(files("pmflow_core.demo") / "bank_app.jsonl") as path:
        page.set_input_files("input[type=file]", path)
        page.get_by_role("dialog").get_by_role("button", name="Import", exact=True).click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text(re.compile("390 (new )?signals"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("row")).to_have_count(51)
    expect(page.get_by_text("waits to be read")).to_have_count(0, timeout=2 * MINUTE)


def make_project_of_largest_theme(page: Page) -> None:
    page.get_by_role("navigation", name="Main", exact=True).get_by_text("Themes").click()
    expect(page.get_by_role("row").nth(5)).to_be_visible(timeout=MINUTE)
    page.get_by_role("button", name="Create project").first.click()
    page.wait_for_url("**/projects/BAN-1")
    expect(page.get_by_text("In Inbox, nothing has run here yet").first).to_be_visible()


def run_discovery(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Move")).first.click()
    page.get_by_role("dialog").get_by_text("Discovery", exact=True).click()
    page.get_by_role("button", name=re.compile("^Run Discovery")).click()
    waits = page.get_by_text("All gates of Discovery passed; waits for approval")
    expect(waits.first).to_be_visible(timeout=MINUTE)


def approve_and_watch_the_prd(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Approve")).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).click()
    page.get_by_role("link", name="Open run").click()
    page.wait_for_url("**/runs/*")
    for title in ("Product requirements", "Design brief", "Engineering specification"):
        expect(page.get_by_text(f"{title} done")).to_be_visible(timeout=MINUTE)
    expect(page.get_by_text("gate Evidence")).to_be_visible(timeout=MINUTE)
    expect(page.get_by_text("completed", exact=True).first).to_be_visible()


def follow_a_citation(page: Page) -> None:
    page.get_by_role("link", name="Product requirements").first.click()
    page.wait_for_url("**/documents/prd")
    for section in ("Problem Statement", "Requirements", "Success Metrics", "Open Questions"):
        expect(page.get_by_role("heading", level=2, name=section)).to_be_visible()
    chip = page.get_by_role("main").get_by_role("link", name=re.compile(r"^S-\d+$")).first
    number = chip.inner_text()
    chip.click()
    page.wait_for_url("**/signals?signal=*")
    expect(page.get_by_text("Why it is here")).to_be_visible()
    expect(page.get_by_text(number, exact=True).first).to_be_visible()


def in_the_other_theme(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto("/w/bank-app/board")
    expect(page.get_by_text("BAN-1").first).to_be_visible()
    expect(page.locator("html.dark")).to_have_count(1)
