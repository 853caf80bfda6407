"""Two people in real browsers: one names the other, who hears at once and puts it off."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import ADDRESS, Product

pytestmark = pytest.mark.e2e
PASSWORD = "correct horse battery"
NAMED = "mentions-named@example.com"


def test_somebody_is_named_hears_at_once_and_puts_it_off(
    product: Product, open_context: Callable[..., BrowserContext]
) -> None:
    lead, named = (person(open_context) for _ in range(2))
    begin(lead)
    join(named, invite(lead))
    name_by_keyboard(lead)
    hears_at_once(named)
    puts_off_and_takes_back(named)
    opens_the_comment(named)

    assert product.frontend_errors() == []


def person(open_context: Callable[..., BrowserContext]) -> Page:
    context = open_context(base_url=ADDRESS, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    return page


def begin(page: Page) -> None:
    page.goto("/signup")
    page.get_by_label("Name").fill("Mentions lead")
    page.get_by_label("Email").fill("mentions-lead@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Name").fill("Mentions team")
    page.get_by_role("button", name="Create workspace").click()
    page.wait_for_url("**/w/mentions-team/board")
    page.get_by_role("button", name="New project").first.click()
    page.get_by_label("Name").fill("Bring search back")
    page.get_by_role("dialog").get_by_role("button", name="Create project").click()
    expect(page.get_by_text("Bring search back").first).to_be_visible()


def invite(page: Page) -> str:
    page.goto("/w/mentions-team/settings/members")
    page.get_by_label("E-mail").fill(NAMED)
    page.get_by_role("button", name="Invite", exact=True).click()
    shown = page.get_by_role("textbox", name=f"Link for {NAMED}")
    expect(shown).to_be_visible()
    return shown.input_value()


def join(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_label("Email")).to_have_value(NAMED)
    page.get_by_label("Name").fill("Support lead")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("button", name="Join Mentions team").click()
    page.wait_for_url("**/w/mentions-team/board")


def name_by_keyboard(page: Page) -> None:
    page.goto("/w/mentions-team/board")
    card = page.locator('a[href*="/projects/"]').first
    page.goto(str(card.get_attribute("href")))
    field = page.get_by_role("textbox", name="New comment")
    field.click()
    page.keyboard.type("Since when? @sup")
    expect(page.get_by_role("option", name="@Support lead")).to_be_visible()
    page.keyboard.press("Enter")
    expect(field).to_have_value("Since when? @Support lead ")
    page.keyboard.type("<b>says</b>")
    page.keyboard.press("Control+Enter")
    said = page.get_by_role("region", name="Comments").get_by_role("listitem")
    expect(said).to_contain_text("Since when? @Support lead <b>says</b>")
    expect(field).to_have_value("")


def hears_at_once(page: Page) -> None:
    bell = page.get_by_role("button", name="Notifications, 1 unread")
    expect(bell).to_be_visible()
    inbox = page.get_by_role("navigation", name="Main", exact=True).get_by_text("Inbox")
    inbox.click()
    page.wait_for_url("**/inbox*")
    expect(page.get_by_role("option")).to_contain_text("Mentions lead named you on")


def puts_off_and_takes_back(page: Page) -> None:
    page.keyboard.press("h")
    tomorrow = page.get_by_role("dialog").get_by_role("button", name="Tomorrow")
    expect(tomorrow).to_be_visible()
    tomorrow.press("Enter")
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    expect(page.get_by_role("button", name="Notifications", exact=True)).to_be_visible()
    page.get_by_role("button", name="Snoozed 1").click()
    expect(page.get_by_text("Back on")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_text("Nothing is put off")).to_be_visible()
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("option")).to_have_count(1)
    expect(page.get_by_role("button", name="Notifications, 1 unread")).to_be_visible()


def opens_the_comment(page: Page) -> None:
    page.get_by_role("option").click()
    page.keyboard.press("Enter")
    page.wait_for_url("**/projects/*")
    expect(page.get_by_role("region", name="Comments")).to_contain_text("Since when?")
    expect(page.get_by_role("button", name="Notifications", exact=True)).to_be_visible()
