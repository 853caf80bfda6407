"""Saved views in real browsers: kept, shared, seen live by another tab, changed and taken back."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import Product, Watched

pytestmark = pytest.mark.e2e
MINUTE = 60_000
SAID = "Search is gone\nIt crashes when I open it\nI love the search"


def test_a_view_is_saved_and_every_tab_sees_it(
    product: Product, watched: Watched, open_context: Callable[..., BrowserContext]
) -> None:
    page = watched.page
    page.emulate_media(reduced_motion="reduce")
    arrive(page)
    page.get_by_label("Search signals").fill("search")
    expect(page.get_by_text("2 match")).to_be_visible(timeout=MINUTE)
    page.wait_for_url("**/signals?q=search")
    save(page, "About the search")
    tab = page.get_by_role("button", name="About the search")
    expect(tab).to_have_attribute("aria-pressed", "true", timeout=MINUTE)
    page.wait_for_url("**/signals?q=search&view=*")
    faults = Axe().run(page).response["violations"]
    assert [fault["id"] for fault in faults] == []

    phone = on_a_phone(page, open_context)
    page.get_by_role("button", name="Newest").click()
    page.get_by_role("menuitem", name="Oldest").click()
    page.get_by_role("button", name="Update view").click()
    expect(page.get_by_text("Updated About the search")).to_be_visible(timeout=MINUTE)
    expect(page.get_by_role("button", name="Update view")).to_have_count(0)
    save(page.context.new_page(), "Crashes", page.url.replace("q=search", "q=crashes"))
    expect(page.get_by_role("button", name="Crashes")).to_be_visible(timeout=MINUTE)

    page.get_by_role("button", name="All views").click()
    page.get_by_role("menuitem", name="Delete the view").click()
    expect(tab).to_have_count(0, timeout=MINUTE)
    expect(phone.get_by_role("button", name="View: Filtered")).to_be_visible(timeout=MINUTE)
    expect(page.get_by_text("Deleted the view About the search")).to_be_visible(timeout=MINUTE)
    page.get_by_role("button", name="Undo").last.click()
    expect(tab).to_have_attribute("aria-pressed", "true", timeout=MINUTE)
    assert watched.foreign == []
    assert watched.errors == []
    assert product.frontend_errors() == []


def arrive(page: Page) -> None:
    """Sign up, make a workspace and paste what people said."""
    page.goto("/signup")
    page.get_by_label("Name").fill("Product lead")
    page.get_by_label("Email").fill("views-lead@example.com")
    page.get_by_label("Password").fill("tide anchor lamp")
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Name").fill("Views team")
    page.get_by_role("button", name="Create workspace").click()
    page.wait_for_url("**/board")
    page.goto(page.url.replace("/board", "/signals"))
    page.get_by_role("button", name="Add signal").click(timeout=MINUTE)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What people said").fill(SAID)
    dialog.get_by_role("button", name="one per line").click()
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_label("Search signals")).to_be_visible(timeout=MINUTE)


def save(page: Page, name: str, url: str = "") -> None:
    """Save what the list shows, shared with the workspace."""
    if url:
        page.goto(url)
    page.get_by_role("button", name="Save").filter(has_text="view").click(timeout=MINUTE)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_text("Share it with everybody").click()
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog).to_have_count(0, timeout=MINUTE)


def on_a_phone(page: Page, open_context: Callable[..., BrowserContext]) -> Page:
    """Return the same list on a phone, where the views are one menu and the palette fits."""
    state = page.context.storage_state()
    context = open_context(
        viewport={"width": 360, "height": 740}, storage_state=state, has_touch=True
    )
    phone = context.new_page()
    phone.goto(page.url)
    views = phone.get_by_role("button", name="View: About the search")
    expect(views).to_be_visible(timeout=MINUTE)
    phone.get_by_role("button", name="Commands and search").tap()
    phone.get_by_label("Command or search").fill("search crashes")
    expect(phone.get_by_role("option", name="S-2")).to_be_visible(timeout=MINUTE)
    box = phone.locator("#palette").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    phone.get_by_role("button", name="Close").tap()
    expect(phone.get_by_role("dialog")).to_have_count(0)
    return phone
