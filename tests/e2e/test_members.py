"""A team in real browsers: invited, joined, demoted and put out while their tab is open."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import ADDRESS, Product

pytestmark = pytest.mark.e2e
INVITED = "members-invited@example.com"
PASSWORD = "correct horse battery"


def test_a_team_is_invited_and_somebody_is_put_out(
    product: Product, open_context: Callable[..., BrowserContext]
) -> None:
    admin, invited = (person(open_context) for _ in range(2))
    begin(admin)
    link = invite(admin)
    join(invited, link)
    expect(admin.get_by_text("Invited lead")).to_be_visible()
    only_looks(admin, invited)
    put_out(admin, invited)
    the_link_is_used(invited, link)
    delete_and_restore(admin)

    assert product.frontend_errors() == []


def person(open_context: Callable[..., BrowserContext]) -> Page:
    context = open_context(base_url=ADDRESS, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    return page


def begin(page: Page) -> None:
    page.goto("/signup")
    page.get_by_label("Name").fill("Members admin")
    page.get_by_label("Email").fill("members-admin@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Name").fill("Members team")
    page.get_by_role("button", name="Create workspace").click()
    page.wait_for_url("**/w/members-team/board")


def invite(page: Page) -> str:
    page.goto("/w/members-team/settings/members")
    page.get_by_label("E-mail").fill(INVITED)
    page.get_by_role("button", name="Invite", exact=True).click()
    shown = page.get_by_role("textbox", name=f"Link for {INVITED}")
    expect(shown).to_be_visible()
    return shown.input_value()


def join(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_label("Email")).to_have_value(INVITED)
    page.get_by_label("Name").fill("Invited lead")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("button", name="Join Members team").click()
    page.wait_for_url("**/w/members-team/board")


def only_looks(admin: Page, invited: Page) -> None:
    """Demote the other while their page is open: its controls go by themselves."""
    create = invited.get_by_role("button", name="New project")
    expect(create.first).to_be_visible()
    admin.get_by_label("Role of Invited lead").select_option("viewer")
    expect(create).to_have_count(0)


def put_out(admin: Page, invited: Page) -> None:
    admin.get_by_role("button", name="Remove Invited lead").click()
    admin.get_by_role("dialog").get_by_role("button", name="Remove").click()
    invited.wait_for_url(f"{ADDRESS}/")
    expect(invited.get_by_text("You have no access to Members team any more")).to_be_visible()
    expect(invited.get_by_text("No workspace yet")).to_be_visible()


def the_link_is_used(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", name="This invitation was accepted already")).to_be_visible()


def delete_and_restore(page: Page) -> None:
    page.goto("/w/members-team/settings/general")
    page.get_by_role("button", name="Delete…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Type Members team to delete it").fill("Members team")
    dialog.get_by_role("button", name="Delete the workspace").click()
    page.wait_for_url(f"{ADDRESS}/")
    page.get_by_role("button", name="Restore Members team").click()
    page.wait_for_url("**/w/members-team/board")
