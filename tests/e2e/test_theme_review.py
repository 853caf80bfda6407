"""A proposal reviewed in a real browser: what it changes, accepted, and taken back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Product, Watched
from tests.e2e.test_main_job import create_workspace, import_messages, sign_up

pytestmark = pytest.mark.e2e
MINUTE = 60_000


def test_a_proposal_is_reviewed_accepted_and_taken_back(product: Product, watched: Watched) -> None:
    page = watched.page
    sign_up(page, "themes@example.com")
    create_workspace(page, "Coarse bank")
    import_messages(page)
    ask_for_coarser_themes(page)
    review_the_first(page)

    assert watched.foreign == []
    assert watched.errors == []
    assert product.frontend_errors() == []


def ask_for_coarser_themes(page: Page) -> None:
    page.get_by_role("navigation", name="Main", exact=True).get_by_text("Themes").click()
    expect(page.get_by_text(re.compile("^Formed "))).to_be_visible(timeout=2 * MINUTE)
    page.get_by_role("button", name="Coarser").click()
    expect(page.get_by_text(re.compile(r"changes? to review"))).to_be_visible(timeout=2 * MINUTE)


def review_the_first(page: Page) -> None:
    card = page.get_by_role("article").first
    card.get_by_role("button", name="Compare the words").click()
    expect(card.get_by_text(re.compile(r"^S-\d+$")).first).to_be_visible()
    losing = card.get_by_role("link").first.get_attribute("href")
    card.get_by_role("button", name="Accept").click()
    expect(page.get_by_text(re.compile(r"Applied: \d+ signals? moved"))).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_text("Taken back")).to_be_visible()
    page.goto(losing or "")
    expect(page.get_by_text("Restored from").or_(page.get_by_text("Took in")).first).to_be_visible()
