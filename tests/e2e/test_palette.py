"""The palette in a real browser: opened, asked, obeyed and left by the keyboard alone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Product, Watched

pytestmark = pytest.mark.e2e
MINUTE = 60_000


def test_everything_is_reached_from_the_keyboard(product: Product, watched: Watched) -> None:
    page = watched.page
    # what is still fading in has no contrast yet
    page.emulate_media(reduced_motion="reduce")
    arrive(page)
    box = page.get_by_label("Command or search")

    page.keyboard.press("Control+k")
    expect(box).to_be_focused(timeout=MINUTE)
    expect(page.get_by_role("option", name="New project")).to_have_attribute(
        "aria-selected", "true"
    )
    faults = Axe().run(page).response["violations"]
    assert [fault["id"] for fault in faults] == []

    box.press_sequentially("insi")
    expect(page.get_by_role("option", name="New project")).to_be_hidden()
    expect(page.get_by_role("option", name="Insights")).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    page.wait_for_url("**/insights")
    expect(page.get_by_text("Nothing to count yet")).to_be_visible(timeout=MINUTE)

    page.keyboard.press("g")
    page.keyboard.press("b")
    page.wait_for_url("**/board")
    expect(page.get_by_text("No project yet")).to_be_visible(timeout=MINUTE)
    page.keyboard.press("Control+k")
    expect(box).to_be_focused(timeout=MINUTE)
    box.press_sequentially("new")
    box.press("Enter")
    expect(page.get_by_role("dialog", name="New project")).to_be_visible(timeout=MINUTE)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    look_at_the_keys(page)
    act_on_what_is_in_view(page)

    assert watched.foreign == []
    assert watched.errors == []
    assert product.frontend_errors() == []


def look_at_the_keys(page: Page) -> None:
    """Open the sheet of keys and the palette, and leave both by Esc."""
    palette = page.get_by_role("dialog", name="Commands and search")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible(timeout=MINUTE)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(palette).to_be_visible(timeout=MINUTE)
    page.keyboard.press("Escape")
    expect(palette).to_have_count(0)


def act_on_what_is_in_view(page: Page) -> None:
    """Open a new project from its card and move it from its page, by the palette alone."""
    page.keyboard.press("c")
    page.get_by_role("dialog").get_by_label("Name").fill("Bring search back")
    page.get_by_role("button", name="Create project").click()
    card = page.get_by_role("link", name="Bring search back")
    expect(card).to_be_visible(timeout=MINUTE)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("j")
    expect(card).to_be_focused()
    page.keyboard.press("Control+k")
    on_card = page.get_by_role("group", name="On this card")
    expect(on_card.get_by_role("option", name="Open")).to_have_attribute(
        "aria-selected", "true", timeout=MINUTE
    )
    page.keyboard.press("Escape")
    expect(card).to_be_focused(timeout=MINUTE)
    page.keyboard.press("Control+k")
    expect(on_card.get_by_role("option", name="Open")).to_be_visible(timeout=MINUTE)
    page.keyboard.press("Enter")
    page.wait_for_url("**/projects/*")
    expect(page.get_by_role("button", name="Move…")).to_be_visible(timeout=MINUTE)
    page.keyboard.press("Control+k")
    on_project = page.get_by_role("group", name="On this project")
    expect(on_project.get_by_role("option", name="Archive this project")).to_be_visible(
        timeout=MINUTE
    )
    expect(on_project.get_by_role("option", name="Approve…")).to_have_count(0)
    page.get_by_label("Command or search").press_sequentially("move")
    expect(on_project.get_by_role("option", name="Move…")).to_have_attribute(
        "aria-selected", "true"
    )
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Move")).to_be_visible(timeout=MINUTE)
    page.keyboard.press("Escape")


def arrive(page: Page) -> None:
    """Sign up and make an empty workspace."""
    page.goto("/signup")
    page.get_by_label("Name").fill("Product lead")
    page.get_by_label("Email").fill("palette-lead@example.com")
    page.get_by_label("Password").fill("tide anchor lamp")
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Name").fill("Palette team")
    page.get_by_role("button", name="Create workspace").click()
    page.wait_for_url("**/board")
    # drawn from the state, so the page hears keys by then
    expect(page.get_by_text("No project yet")).to_be_visible(timeout=MINUTE)
