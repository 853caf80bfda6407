"""What each role finds on its screens: nothing it may not use, and nothing that is then refused.

The walks press each control of each page once, and those of the drawers, dialogs and forms that
open, and what selects again for each action on a selection; menus are opened and read, and of each
`ITEMS` items are pressed but for viewers, whose menus are of filters and orders. Left out are, with
the reason: `NOT_PRESSED`, which would end the walk (leaving), never end it (from a signal to one
like it), or leave the browser (a file, a print); `EVERYWHERE`, the frame of all pages, whose
palette, bell and theme have tests of their own; what a question before something heavy would do,
which is answered with Keep; and dragging a card. Fields are not filled in, so that forms say what
they want: the journeys of the other files do that. The pages of a person's own, which are the same
for every role, are walked by test_account.py.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest
from playwright.sync_api import BrowserContext

from pmflow_core.accounts.actor import Role
from tests.e2e.conftest import ADDRESS, Product
from tests.e2e.controls import (
    KEEP_REFUSALS,
    Walked,
    closed_links,
    listed,
    press_all,
    reachable,
)
from tests.e2e.sample import Sample, done, make_sample, signed_in
from tests.e2e.tour import Stop, sign_in

pytestmark = pytest.mark.e2e
Contexts = Callable[..., BrowserContext]
EVERYWHERE = ("Notifications*", "Search K", "Theme", "Sign out", "S Sample bank app")
LIKE_IT = "#.# * S-#"
ITEMS = 3
NOT_PRESSED = ("Leave", "Print, or save as PDF", "Download Markdown", LIKE_IT)
DRAWER = ("Close", "Next (J)", "Previous (K)")
SORT = ("Newest", "Oldest", "Number", "Strength", "Value", "Eight weeks", "Signals", "Customers")
FILTER = ("Filter", "Remove the filter *", "Received", "Severity", "Source", "Status", "Project")
VIEWERS: Mapping[str, tuple[str, ...]] = {
    "inbox": (
        # which of them are shown
        *("Open", "Accepted", "Dismissed", "Snoozed*", "Everything", "Show *"),
        *("Duplicates #", "New projects #", "PRDs #", "Links #", "Archive #"),
        # when the person's own view shows it again
        *("Snooze H", "Another time H", "Back to the inbox*", "Later today*", "Tomorrow*"),
        *("Next week*", "On a day", "Snooze", "Close"),
    ),
    "projects-one": ("Copy link",),
    "projects-documents-one": ("Copy link", "Download Markdown", "Print, or save as PDF"),
    "signals": (
        # views that everybody has, and the person's own
        *("Recent", "Critical this week", "New", "In no theme", "Save view*"),
        *("Search signals", *FILTER, *SORT, "Next page", "Previous page"),
        # a row, its drawer, and signals that are like it, which open
        *("Open S-#", *DRAWER, LIKE_IT),
    ),
    "themes": SORT,
    "customers": (
        *("Search customers", "Bin", "Leave the bin", "Customer", "Annual value", *SORT),
        *("Finance lead", "Shop owner", "Travel lead", *DRAWER),
    ),
    "personas": ("Frequent traveller votes *", "Close"),
    "knowledge": ("What we never promise told to *", "History", "Close"),
    "runs": ("All", "Open", "Failed", "Ended"),
    # tabs of the run, and what of its log is shown
    "runs-one": (
        *("Log", "Calls", "Attempts", "All", "Info", "Warn #", "Error #"),
        *("Find in the log", "Wrap lines"),
    ),
    # its steps and gates, which open
    "recipes-one": ("# * document *", "# * exist · *", "# Evidence evidence · prd"),
    "insights": ("# days", "# weeks", "# year", "As a table"),
    "search": (
        *("Search the workspace", "Results", "Evidence", *FILTER),
        *("All", "Signals", "Themes", "Projects", "Documents"),
    ),
    "settings-automation": ("All", "Done and proposed", "Skipped", "Show older"),
    "settings-members": ("Leave",),
    # an endpoint, and how a program reaches it
    "settings-webhooks": ("Support form *", "Copy*", "Example for a shell"),
}
"""What a viewer may press or fill in, page by page, * for anything; elsewhere there is nothing."""
SAYS_NO = ("needs the role", "was not understood", "Something went wrong")
"""What a note says that no press of an offered control may lead to."""
WORKED_ON = {"inbox", "board", "projects-one", "projects-documents-one", "signals", "themes"}


def test_a_viewer_sees_no_control_that_they_may_not_use(
    product: Product, open_context: Contexts, sample: Sample
) -> None:
    faults: list[str] = []
    with walking(open_context, sample, Role.VIEWER) as context:
        for stop, walked in walk(context, sample, Role.VIEWER):
            may = (*EVERYWHERE, *VIEWERS.get(stop.name, ()))
            more = sorted(name for name in walked.seen if not listed(name, may))
            faults += [f"{stop.name} shows viewers {name!r}" for name in more]
            faults += [
                f"{stop.name} leads viewers to {link}"
                for link in closed_links(walked.links, Role.VIEWER)
            ]
            faults += said_no(stop, walked)
            if not walked.seen:
                faults.append(f"{stop.name} has nothing to press")

    assert not faults, "\n".join(faults)
    assert product.frontend_errors() == []


def test_editors_and_admins_are_refused_nothing_that_their_screens_offer(
    product: Product, open_context: Contexts
) -> None:
    own = make_sample(product.port, product.environment, "walked")
    faults: list[str] = []
    # A context for each: who is signed in is led away from the form. The admin's is the last, for
    # what they change would be missing from the editor's pages.
    for role in (Role.EDITOR, Role.ADMIN):
        with walking(open_context, own, role) as context:
            for stop, walked in walk(context, own, role):
                faults += said_no(stop, walked)
                if stop.name in WORKED_ON and not walked.pressed:
                    faults.append(f"{stop.name} offers {role} nothing")

    assert not faults, "\n".join(faults)
    assert refused_events(product, ids_of(product, own)) == []
    assert product.frontend_errors() == []


@contextmanager
def walking(open_context: Contexts, sample: Sample, role: Role) -> Iterator[BrowserContext]:
    """Yield a browser in which a role is signed in, and whose tabs keep what they were refused."""
    context = open_context(base_url=ADDRESS, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(60_000)
    context.add_init_script(KEEP_REFUSALS)
    page = context.new_page()
    sign_in(page, sample.people[role])
    page.close()
    yield context
    context.close()


def walk(context: BrowserContext, sample: Sample, role: Role) -> Iterator[tuple[Stop, Walked]]:
    """Press what each page offers a role; of an admin only what others may not use."""
    for stop in reachable(sample, role):
        if role is not Role.ADMIN or stop.name.startswith(("settings-", "recipes-")):
            items = 0 if role is Role.VIEWER else ITEMS
            yield stop, press_all(context, stop, EVERYWHERE + NOT_PRESSED, items)


def said_no(stop: Stop, walked: Walked) -> list[str]:
    """Return what a page refused though it offered it, and what took the page's place."""
    notes = [text for text in walked.refused if any(words in text for words in SAYS_NO)]
    return [f"{stop.name} says {text!r}" for text in (*notes, *sorted(walked.lost))]


def ids_of(product: Product, sample: Sample) -> set[str]:
    """Return the ids of a sample workspace's people, as the log names them."""
    ids: set[str] = set()
    for email in sample.people.values():
        with signed_in(product.port, email) as client:
            ids.add(str(done(client.get("/api/auth/me"))["id"]))
    return ids


def refused_events(product: Product, people: set[str]) -> list[str]:
    """Return what the wall refused some people, as the log says it."""
    lines = product.log.read_text(encoding="utf-8", errors="replace").splitlines()
    refusals = (line for line in lines if "event.refused" in line)
    return [line for line in refusals if any(one in line for one in people)]
