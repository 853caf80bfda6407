"""Search in a real browser: instant, by keyboard, in both themes and on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Product, Watched

pytestmark = pytest.mark.e2e
MINUTE = 60_000
SAID = b"""text
The machine swallowed my card and I want it back
My card does not work abroad
I was charged twice for one payment
Please add a dark theme
"""


def test_a_question_is_answered_while_it_is_typed(product: Product, watched: Watched) -> None:
    page = watched.page
    arrive(page)
    bring_in(page)
    page.keyboard.press("g")
    page.keyboard.press("f")
    page.wait_for_url("**/search")
    expect(page.get_by_text("Ask in your own words")).to_be_visible()

    box = page.get_by_label("Search the workspace")
    box.fill("my card was swallowed by the machine")
    first = page.get_by_role("region", name="Signals").get_by_role("listitem").first
    expect(first).to_be_visible()
    expect(first.locator("mark").first).to_be_visible()
    page.wait_for_url("**/search?q=my+card*")
    page.reload()
    expect(box).to_have_value("my card was swallowed by the machine")

    page.get_by_role("button", name="Evidence").click()
    expect(
        page.get_by_role("region", name="Evidence").get_by_role("listitem").first
    ).to_be_visible()

    box.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/signals?signal=*")

    page.go_back()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    box.fill('"no text holds these words"')
    expect(page.get_by_text("Nothing speaks to that")).to_be_visible()
    on_a_phone_in_the_dark(page)

    assert watched.foreign == []
    assert watched.errors == []
    assert product.frontend_errors() == []


def arrive(page: Page) -> None:
    page.goto("/signup")
    page.get_by_label("Name").fill("Research lead")
    page.get_by_label("Email").fill("research@example.com")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Name").fill("Finding app")
    page.get_by_role("button", name="Create workspace").click()
    page.wait_for_url("**/w/finding-app/board")
    expect(page.get_by_text("No project yet")).to_be_visible(timeout=MINUTE)


def bring_in(page: Page) -> None:
    page.get_by_role("navigation", name="Main", exact=True).get_by_text("Signals").click()
    page.get_by_role("button", name="Import").first.click()
    file = {"name": "said.csv", "mimeType": "text/csv", "buffer": SAID}
    page.set_input_files("input[type=file]", file)  # pyright: ignore[reportArgumentType]
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(dialog.get_by_text(re.compile("4 (new )?signals"))).to_be_visible(timeout=MINUTE)
    page.keyboard.press("Escape")
    expect(page.get_by_role("row")).to_have_count(5)
    expect(page.get_by_text("waits to be read")).to_have_count(0, timeout=MINUTE)


def on_a_phone_in_the_dark(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme="dark")
    page.goto("/w/finding-app/search")
    box = page.get_by_label("Search the workspace")
    box.fill("card")
    expect(page.locator("mark").first).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
