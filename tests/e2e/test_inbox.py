"""What pmflow suggests about new signals, decided in a real browser with one key each."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Product, Watched

pytestmark = pytest.mark.e2e
MINUTE = 60_000
SAID = (
    "The search bar disappeared after the update",
    "Please bring the search bar back, I cannot find it",
    "The pasta was cold and the waiter slow",
)


def test_a_signal_is_suggested_linked_and_taken_back(product: Product, watched: Watched) -> None:
    page = watched.page
    sign_up(page)
    make_project(page)
    paste_signals(page)
    wait_for_suggestions(page)
    accept_and_undo(page)
    dismiss_on_a_phone(page)

    assert watched.foreign == []
    assert watched.errors == []
    assert product.frontend_errors() == []


def sign_up(page: Page) -> None:
    page.goto("/signup")
    page.get_by_label("Name").fill("Product lead")
    page.get_by_label("Email").fill("triage@example.com")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Workspaces")).to_be_visible()
    page.get_by_label("Name").fill("Search app")
    page.get_by_role("button", name="Create workspace").click()
    page.wait_for_url("**/w/search-app/board")


def make_project(page: Page) -> None:
    page.get_by_role("button", name="New project").first.click()
    page.get_by_label("Name").fill("The search bar is gone since the update")
    page.get_by_role("dialog").get_by_role("button", name="Create project").click()
    expect(page.get_by_text("SEA-1").first).to_be_visible()


def paste_signals(page: Page) -> None:
    page.goto("/w/search-app/inbox")
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    page.goto("/w/search-app/signals")
    page.get_by_role("button", name="Add signal").first.click()
    page.get_by_label("What people said, word for word").fill("\n".join(SAID))
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Add")).click()
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=MINUTE)


def wait_for_suggestions(page: Page) -> None:
    page.get_by_role("navigation", name="Main", exact=True).get_by_text("Inbox").click()
    page.wait_for_url("**/inbox*")
    expect(page.get_by_role("option")).to_have_count(2, timeout=2 * MINUTE)
    expect(page.get_by_text("becomes evidence of SEA-1").first).to_be_visible()
    expect(page.get_by_text("pasta")).to_have_count(0)


def accept_and_undo(page: Page) -> None:
    page.keyboard.press("1")
    expect(page.get_by_text(re.compile(r"^Linked S-\d to SEA-1"))).to_be_visible(timeout=MINUTE)
    expect(page.get_by_role("option")).to_have_count(1, timeout=MINUTE)
    page.keyboard.press("z")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("j")
    expect(page.get_by_role("option", selected=True)).to_have_count(1)
    page.reload()
    expect(page.get_by_role("option").nth(1)).to_have_attribute("aria-selected", "true")


def dismiss_on_a_phone(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_role("option").first.click()
    sheet = page.get_by_role("region", name="What is marked")
    sheet.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("option")).to_have_count(1, timeout=MINUTE)
    sheet.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Dismissed").click()
    expect(page.get_by_text("Dismissed by Product lead")).to_have_count(1, timeout=MINUTE)
    page.get_by_role("option").first.click()
    sheet.get_by_role("button", name="Suggest again").click()
    expect(page.get_by_text("Nothing here yet")).to_be_visible(timeout=MINUTE)
