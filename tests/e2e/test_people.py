"""Customers and personas in a real browser: from a file to who speaks in a signal."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Product, Watched

pytestmark = pytest.mark.e2e


def test_from_a_file_to_who_speaks(product: Product, watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    begin(page)
    bring_signals(page, tmp_path / "signals.csv")
    import_worth(page, tmp_path / "crm.csv")
    correct_and_take_back(page)
    merge_and_take_apart(page)
    write_a_persona(page)
    who_speaks(page)
    on_a_phone(page)

    assert watched.foreign == []
    assert watched.errors == []
    assert product.frontend_errors() == []


def begin(page: Page) -> None:
    page.goto("/signup")
    page.get_by_label("Name").fill("Research lead")
    page.get_by_label("Email").fill("people@example.com")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Name").fill("People")
    page.get_by_role("button", name="Create workspace").click()
    page.wait_for_url("**/w/people/board")
    expect(page.get_by_text("No project yet")).to_be_visible()
    records(page, "Customers")
    expect(page.get_by_text("No customers yet")).to_be_visible()


def records(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Records").get_by_text(name).click()


def bring_signals(page: Page, file: Path) -> None:
    buyer = ("Buyer", "buyer@example.com", "Enterprise")
    rows = [("The export is slow", *buyer), ("The export takes minutes", *buyer)]
    rows.append(("I cannot find the invoice", "B. Uyer", "", "Enterprise"))
    with file.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows([("text", "name", "email", "segment"), *rows])
    page.get_by_role("navigation", name="Main", exact=True).get_by_text("Signals").click()
    page.wait_for_url("**/signals")
    expect(page.get_by_role("heading", name="Signals", level=1)).to_be_visible()
    page.get_by_role("button", name="Import").first.click()
    page.set_input_files("input[type=file]", file)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(dialog.get_by_text(re.compile("3 (new )?signals")).first).to_be_visible()
    page.keyboard.press("Escape")
    records(page, "Customers")
    expect(page.get_by_role("button", name="Buyer", exact=True)).to_be_visible()


def import_worth(page: Page, file: Path) -> None:
    file.write_text('email,tier,arr\nbuyer@example.com,pro,"12,000"\n', encoding="utf-8")
    page.keyboard.press("i")
    page.set_input_files("input[type=file]", file)
    expect(page.get_by_text("0 new, 1 changed, 0 as they were.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("cell", name="12,000")).to_be_visible()


def correct_and_take_back(page: Page) -> None:
    page.get_by_role("button", name="Buyer", exact=True).click()
    page.keyboard.press("e")
    page.get_by_label("Annual value").fill("-4")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("is a sum of at least 0")).to_be_visible()
    page.get_by_label("Annual value").fill("15,000")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("cell", name="15,000")).to_be_visible()
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_role("cell", name="12,000")).to_be_visible()


def merge_and_take_apart(page: Page) -> None:
    expect(page.get_by_role("heading", name="Buyer", exact=True)).to_be_visible()
    page.get_by_role("button", name="Merge another in").click()
    page.get_by_role("list").get_by_role("button", name="B. Uyer").click()
    expect(page.get_by_text("Merged into this one")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("button", name="Take apart").click()
    expect(page.get_by_role("row")).to_have_count(3)


def write_a_persona(page: Page) -> None:
    records(page, "Personas")
    page.get_by_role("button", name="Write a persona").click()
    page.get_by_label("Name").fill("Finance lead")
    page.get_by_label("Segment").fill("enterprise")
    page.get_by_label("Description of the persona").fill("# Who\n\nCloses the <b>books</b>.")
    expect(page.get_by_role("heading", name="Who", exact=True)).to_be_visible()
    expect(page.get_by_text("Closes the <b>books</b>.").last).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("3 signals").first).to_be_visible()


def who_speaks(page: Page) -> None:
    page.goto("/w/people/signals?signal=1")
    drawer = page.get_by_role("complementary", name="Details")
    expect(drawer.get_by_role("link", name="Buyer")).to_be_visible()
    drawer.get_by_role("button", name="Take Finance lead off").click()
    expect(drawer.get_by_role("button", name="Take Finance lead off")).to_have_count(0)
    undo_of(page, "Took the persona off")
    expect(drawer.get_by_role("button", name="Take Finance lead off")).to_be_visible()
    drawer.get_by_role("button", name="Change", exact=True).click()
    drawer.get_by_role("button", name="B. Uyer").click()
    expect(drawer.get_by_role("link", name="B. Uyer")).to_be_visible()


def undo_of(page: Page, said: str) -> None:
    """Take back what a note says; notes of earlier steps may still be there."""
    note = page.get_by_role("status").filter(has_text=said)
    note.get_by_role("button", name="Undo").click()


def on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/w/people/customers")
    page.get_by_role("navigation", name="Main", exact=True).get_by_text("More").click()
    page.get_by_role("menuitem", name="Personas").click()
    page.wait_for_url("**/personas")
    expect(page.get_by_text("Finance lead").first).to_be_visible()
    wider = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wider
