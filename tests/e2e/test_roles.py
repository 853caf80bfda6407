"""What each role finds on its screens: nothing it may not use, and nothing that is then refused.

The walks press each control of each page once, and those of the dialogs that open. Left out are,
with the reason: `NOT_PRESSED`, which would end the walk (signing out, leaving) or leave the browser
(a file, a print); `EVERYWHERE`, the frame of all pages, whose palette, bell and theme have tests of
their own; `OWN_PAGES`, which are the same for every role; what stands in menus that only open by a
pointer (switch, sort, filter, link, move), whose events the wall's tests send as each role; and
dragging a card. Fields are not filled in: the journeys of the other files do that.
"""

from collections.abc import Callable, Iterator, Mapping

import pytest
from playwright.sync_api import BrowserContext

from pmflow_core.accounts.actor import Role
from tests.e2e.conftest import ADDRESS, Product
from tests.e2e.controls import KEEP_REFUSALS, controls, press_all, reachable
from tests.e2e.sample import Sample, make_sample
from tests.e2e.tour import sign_in, visit

pytestmark = pytest.mark.e2e
EVERYWHERE = {"Notifications", "Search ⌘ K", "Theme", "Sign out", "S Sample bank app"}
SORTED_BY = {"Customers", "Signals", "Strength", "Value", "Eight weeks"}
VIEWERS: Mapping[str, set[str]] = {
    "home": {"Name", "Create workspace", "Load the sample"},
    "account": {
        "Name",
        "Save the name",
        "Present password",
        "New password",
        "Change the password",
        "Sign out all others",
        "Sign out Chromium on Linux",
        "Sign out Python",
        "Delete the account…",
    },
    "inbox": {
        "Open",
        "Accepted",
        "Dismissed",
        "Everything",
        "Duplicates #",
        "New projects #",
        "PRDs #",
    },
    "projects-one": {"Copy link"},
    "projects-documents-one": {"Copy link", "Download Markdown", "Print, or save as PDF"},
    "signals": {
        "Recent",
        "Critical this week",
        "New",
        "In no theme",
        "Search signals",
        "Filter",
        "Newest",
        "Open S-#",
        "Next page",
    },
    "themes": SORTED_BY,
    "customers": {
        "Search customers",
        "Bin",
        "Customer",
        "Annual value",
        "Signals",
        "Finance lead",
        "Shop owner",
        "Travel lead",
    },
    "personas": {"Frequent traveller votes Plus plan, # signals"},
    "knowledge": {"What we never promise told to no run yet"},
    "runs": {"All", "Open", "Failed", "Ended"},
    "runs-one": {
        "Log",
        "Calls",
        "Attempts",
        "All",
        "Info",
        "Warn #",
        "Error #",
        "Find in the log",
        "Wrap lines",
    },
    "recipes-one": {
        "# Product requirements generate document · prd # checks",
        "# Design brief generate document · design brief # checks",
        "# Engineering specification generate document · engineering spec # checks",
        "# Go-to-market brief generate document · gtm brief # checks",
        "# PRD sections sections exist · prd",
        "# Design brief exists document exists · design brief",
        "# Evidence evidence · prd",
    },
    "insights": {"# days", "# weeks", "# year"},
    "search": {
        "Search the workspace",
        "Results",
        "Evidence",
        "All",
        "Signals",
        "Themes",
        "Projects",
        "Documents",
        "Filter",
    },
    "settings-automation": {"All", "Done and proposed", "Skipped", "Show older"},
    "settings-members": {"Leave"},
    "settings-webhooks": {"Support form Any program On"},
}
"""What a viewer may press or fill in, page by page; a page without an entry shows nothing more."""
NOT_PRESSED = {
    "Sign out",
    "Leave",
    "Print, or save as PDF",
    "Download Markdown",
}
WANT_OF_RIGHT = "needs the role"
WORKED_ON = {"inbox", "board", "projects-one", "projects-documents-one", "signals", "themes"}
OWN_PAGES = {"home", "account"}
"""Of no workspace, so that every role has the same there; test_account.py walks them."""


def test_a_viewer_sees_no_control_that_they_may_not_use(
    product: Product, walker: BrowserContext, sample: Sample
) -> None:
    page = walker.new_page()
    sign_in(page, sample.people[Role.VIEWER])

    faults: list[str] = []
    for stop in reachable(sample, Role.VIEWER):
        visit(page, stop.address)
        seen, may = controls(page) - EVERYWHERE, VIEWERS.get(stop.name, set[str]())
        faults += [f"{stop.name} shows viewers {name!r}" for name in sorted(seen - may)]
        faults += [f"{stop.name} has no {name!r} any more" for name in sorted(may - seen)]
    page.close()
    faults += walk(product, walker, sample, Role.VIEWER)

    assert not faults, "\n".join(faults)
    assert product.frontend_errors() == []


def test_editors_and_admins_are_refused_nothing_that_their_screens_offer(
    product: Product, walker: BrowserContext
) -> None:
    own = make_sample(product.port, product.environment, "walked")
    faults: list[str] = []
    # the admin last: one of the controls puts the others out
    for role in (Role.EDITOR, Role.ADMIN):
        page = walker.new_page()
        sign_in(page, own.people[role])
        page.close()
        faults += walk(product, walker, own, role)

    assert not faults, "\n".join(faults)
    assert product.frontend_errors() == []


@pytest.fixture
def walker(open_context: Callable[..., BrowserContext]) -> Iterator[BrowserContext]:
    """A browser whose tabs keep what they were refused."""
    context = open_context(base_url=ADDRESS, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(60_000)
    context.add_init_script(KEEP_REFUSALS)
    yield context
    context.close()


def walk(product: Product, context: BrowserContext, sample: Sample, role: Role) -> Iterator[str]:
    """Press what each page offers the role; yield what was refused for want of a right."""
    before = len(refused_events(product))
    for stop in reachable(sample, role):
        if stop.name in OWN_PAGES:
            continue
        pressed, refused = press_all(context, stop, NOT_PRESSED | EVERYWHERE)
        yield from (
            f"{stop.name} refuses {role}: {text}" for text in refused if WANT_OF_RIGHT in text
        )
        if role is not Role.VIEWER and stop.name in WORKED_ON:
            assert pressed, f"{stop.name} offers {role} nothing"
    yield from refused_events(product)[before:]


def refused_events(product: Product) -> list[str]:
    """Return what the wall refused, as the log says it."""
    lines = product.log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line for line in lines if "event.refused" in line]
