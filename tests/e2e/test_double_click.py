"""A double click on a button does what one click does."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.conftest import ADDRESS, Product

pytestmark = pytest.mark.e2e


def test_a_double_click_makes_one_workspace(
    product: Product, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(base_url=ADDRESS, viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    page.goto("/signup")
    page.get_by_label("Name").fill("Quick lead")
    page.get_by_label("Email").fill("double-click@example.com")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Name").fill("Clicked twice")
    page.get_by_role("button", name="Create workspace").dblclick()
    page.wait_for_url("**/w/clicked-twice/board")
    expect(page.get_by_text("No project yet")).to_be_visible(timeout=60_000)
    page.goto("/")
    made = page.get_by_role("link", name=re.compile("Clicked twice"))
    expect(made).to_have_count(1, timeout=60_000)

    assert product.frontend_errors() == []
