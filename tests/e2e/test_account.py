"""One's own account in real browsers: signed out from afar, a new password, and the end."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import ADDRESS, Product

pytestmark = pytest.mark.e2e
EMAIL, PASSWORD, NEW = "account@example.com", "correct horse battery", "another battery horse"
LOGIN, ACCOUNT = re.compile(r"/login/?(\?|$)"), re.compile(r"/account/?$")
Open = Callable[..., BrowserContext]


def test_signed_out_from_afar_and_a_new_password(product: Product, open_context: Open) -> None:
    here, there = page_of(open_context), page_of(open_context)
    sign_up(here)
    sign_in(there, PASSWORD)
    there.goto("/account")
    expect(there.get_by_text("This browser")).to_be_visible()

    here.goto("/account")
    here.get_by_role("button", name="Sign out all others").click()
    expect(there).to_have_url(LOGIN, timeout=30_000)
    expect(here.get_by_text("1 other browser is signed out.")).to_be_visible()

    stale = here.context.new_page()
    stale.goto("/account")
    expect(stale.get_by_label("Name")).to_have_value("Product lead")
    change_password(here)
    # Its socket still carries the cookie of before; its browser has the new one.
    stale.get_by_label("Name").fill("Head of product")
    stale.get_by_role("button", name="Save the name").click()
    expect(stale).to_have_url(ACCOUNT, timeout=30_000)
    expect(stale.get_by_label("Name")).to_have_value("Product lead")

    sign_in(there, NEW)
    forgotten(there)
    end(here)
    expect(there).to_have_url(LOGIN, timeout=30_000)
    assert product.frontend_errors() == []


def page_of(open_context: Open) -> Page:
    page = open_context(base_url=ADDRESS, viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(30_000)
    return page


def sign_up(page: Page) -> None:
    page.goto("/signup")
    page.get_by_label("Name").fill("Product lead")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("No workspace yet")).to_be_visible()


def sign_in(page: Page, password: str) -> None:
    page.goto("/login")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("No workspace yet")).to_be_visible()


def change_password(page: Page) -> None:
    page.get_by_label("Present password").fill("not this one")
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("That is not your present password.")).to_be_visible()
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("Your password is changed.")).to_be_visible()


def forgotten(page: Page) -> None:
    page.goto("/reset")
    expect(page.get_by_text("This installation sends no mail")).to_be_visible()
    page.goto("/reset/a-link-that-nobody-made-here")
    expect(page.get_by_text("This link is not valid.")).to_be_visible()
    page.goto("/login?next=%2Faccount")
    expect(page).to_have_url(ACCOUNT, timeout=30_000)


def end(page: Page) -> None:
    page.get_by_role("button", name="Delete the account…").click()
    page.get_by_label("Your password").fill(NEW)
    page.get_by_role("button", name="Delete for good").click()
    expect(page).to_have_url(LOGIN, timeout=30_000)
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(NEW)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("do not match")).to_be_visible()
