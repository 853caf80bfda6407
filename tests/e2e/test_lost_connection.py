"""A connection that is lost for a moment, in a real browser: nothing that was begun is gone."""

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import Product, Watched
from tests.e2e.sample import PASSWORD

pytestmark = pytest.mark.e2e
# The sockets that the page opens, so that the newest can be closed as a network would do it, and
# how often the newest has brought what the dialogs are about.
KEEP_SOCKETS = """
window.sockets = [];
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    window.sockets.push(this);
    this.told = 0;
    this.addEventListener("message", ({ data }) => {
      this.told += String(data).includes("imports_state");
    });
  }
};
"""
TABLE = b"stars,summary,said\n5,Good,Search is gone\n1,Bad,No search bar any more\n"


def test_a_mapping_and_a_pasted_text_outlive_a_lost_connection(
    product: Product, watched: Watched
) -> None:
    page = watched.page
    page.add_init_script(KEEP_SOCKETS)
    enter_a_new_workspace(page)
    page.get_by_role("button", name="Import").first.click()
    table: FilePayload = {"name": "reviews.csv", "mimeType": "text/csv", "buffer": TABLE}
    page.set_input_files("input[type=file]", table)
    column = page.get_by_label("Text column")
    expect(column).to_have_value("summary")
    column.select_option("stars")
    expect(page.get_by_text("“stars” holds numbers, not words.")).to_be_visible()
    column.select_option("said")
    lose_the_connection(page)
    expect(column).to_have_value("said")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(dialog.get_by_text("2 new signals")).to_be_visible()

    page.reload()
    expect(page.get_by_role("heading", name="Signals", exact=True)).to_be_visible()
    expect(dialog).to_have_count(0)

    page.get_by_role("button", name="Add signal").first.click()
    page.get_by_label("What people said").fill("Search is gone")
    lose_the_connection(page)
    expect(page.get_by_label("What people said")).to_have_value("Search is gone")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Added 1 signal")).to_be_visible()
    assert watched.errors == []
    assert product.frontend_errors() == []


def enter_a_new_workspace(page: Page) -> None:
    page.goto("/signup")
    page.get_by_label("Name").fill("Support lead")
    page.get_by_label("Email").fill("lost-connection@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Name").fill("Lost connection")
    page.get_by_role("button", name="Create workspace").click()
    page.wait_for_url("**/w/lost-connection/board")
    expect(page.get_by_text("No project yet")).to_be_visible()
    page.get_by_role("navigation", name="Main", exact=True).get_by_text("Signals").click()
    expect(page.get_by_role("heading", name="Signals", exact=True)).to_be_visible()


def lose_the_connection(page: Page) -> None:
    """Close the socket, and wait until another has brought the whole state and what loads then."""
    before = page.evaluate("sockets.length")
    page.evaluate("sockets.at(-1).close()")
    page.wait_for_function(
        "before => sockets.length > before && sockets.at(-1).told > 1", arg=before
    )
