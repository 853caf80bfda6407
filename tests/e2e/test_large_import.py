"""A large file in a real browser: its progress is seen, left and come back to; the page lives."""

import csv
import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Product, Watched

pytestmark = pytest.mark.e2e
MINUTE = 60_000
ROWS = 600
FILLER = "A note that the support desk keeps beside each message. " * 10


def test_a_large_file_is_read_while_one_looks_around(
    product: Product, watched: Watched, tmp_path: Path
) -> None:
    page = watched.page
    enter_a_new_workspace(page)
    page.set_input_files("input[type=file]", write_table(tmp_path / "messages.csv"))
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Import", exact=True).click()
    row = dialog.get_by_role("listitem").filter(has_text="messages.csv")
    expect(row).to_be_visible()

    page.keyboard.press("Escape")
    main = page.get_by_role("navigation", name="Main", exact=True)
    main.get_by_text("Themes").click()
    expect(page.get_by_role("heading", name="Themes")).to_be_visible()
    main.get_by_text("Signals").click()
    expect(page.get_by_role("row")).to_have_count(51, timeout=MINUTE)
    page.reload()
    page.get_by_role("button", name="Import").first.click()
    done = re.compile(rf"{ROWS} new signals: in \d+ themes")
    expect(row.get_by_text(done)).to_be_visible(timeout=3 * MINUTE)

    assert watched.foreign == []
    assert watched.errors == []
    assert product.frontend_errors() == []


def enter_a_new_workspace(page: Page) -> None:
    page.goto("/signup")
    page.get_by_label("Name").fill("Support lead")
    page.get_by_label("Email").fill("support@example.com")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Name").fill("Support desk")
    page.get_by_role("button", name="Create workspace").click()
    page.wait_for_url("**/w/support-desk/board")
    expect(page.get_by_text("No project yet")).to_be_visible()
    page.get_by_role("navigation", name="Main", exact=True).get_by_text("Signals").click()
    page.get_by_role("button", name="Import").first.click()


def write_table(path: Path) -> Path:
    """Write a table that is too large to be read before the answer."""
    text = (files("pmflow_core.demo") / "bank_app.jsonl").read_text(encoding="utf-8")
    said = [json.loads(line)["text"] for line in text.splitlines()]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "text", "remark"])
        table.writerows([n, said[n % len(said)], FILLER] for n in range(ROWS))
    return path
