"""Hostile texts in every column of every table, and every page that shows them, in a browser."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Dialog, Error, Page, Request, expect

from pmflow_core import onboarding
from pmflow_core.accounts.actor import Role
from pmflow_core.db.transaction import configure, transaction
from pmflow_ui import routes
from tests.e2e.conftest import ADDRESS, browser_before
from tests.e2e.hostile import ADDRESSES, ELEMENTS, HIT, SHORT, Words
from tests.walls.live import Live, live
from tests.walls.rows import SAID, Furnishing
from tests.walls.things import Side
from tests.walls.world import make_user, session_of

pytestmark = pytest.mark.e2e
NUMBER = 7
MINUTE = 60_000
# Reads what a page has become; what it returns should not be there.
INSPECT = """() => {
    const found = window.hit === undefined ? [] : ['a script ran'];
    const leads = ['href', 'src', 'action', 'formaction', 'data', 'poster', 'xlink:href'];
    const say = (element, attribute) =>
        found.push(`<${element.localName} ${attribute.name}="${attribute.value.slice(0, 80)}">`);
    const isFine = (element, value) => {
        const at = new URL(value, location.href);
        if (element.localName === 'a')
            return ['http:', 'https:', 'mailto:'].includes(at.protocol)
                && (at.host !== 'evil.example' || /^https?:/i.test(value));
        return at.host === location.host || value.startsWith('data:image/');
    };
    for (const element of document.querySelectorAll('*'))
        for (const attribute of element.attributes) {
            const { name, value } = attribute;
            if (name.startsWith('on') || name === 'srcdoc') say(element, attribute);
            if (leads.includes(name) && !isFine(element, value)) say(element, attribute);
            if (name === 'style' && /url\\(|evil/.test(value)) say(element, attribute);
        }
    for (const element of document.querySelectorAll('script, style, noscript'))
        if (/window\\.hit|evil\\.example/.test(element.textContent)) found.push(element.outerHTML);
    for (const tag of ['iframe', 'object', 'embed', 'base', 'marquee', 'video', 'math'])
        for (const element of document.querySelectorAll(tag))
            if (element.className !== 'prototype') found.push(element.outerHTML.slice(0, 200));
    return found;
}"""
INSERT = "words => document.body.insertAdjacentHTML('beforeend', words)"
WATCH = """
    window.refusals = [];
    document.addEventListener('securitypolicyviolation', (event) =>
        window.refusals.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


def spec() -> dict[str, Any]:
    """Return a recipe whose titles are hostile."""
    step = {"key": "look", "title": SHORT, "skill": "generate_document"}
    return {"stage": "inbox", "title": SHORT, "steps": [step]}


def addressed() -> dict[str, dict[str, Any]]:
    """Return what rows must hold for a page to find them, and what stands inside their JSON."""
    return {
        "memberships": {"role": Role.ADMIN},
        "projects": {"key": "HOS-7"},
        "documents": {"latest": NUMBER, "type": "research"},
        "document_versions": {"template": "research"},
        "document_drafts": {"type": "research"},
        "comments": {"document_type": None, "section": None},
        "recipe_versions": {"spec": spec()},
    }


@pytest.fixture(scope="module")
def hostile(
    make_server_folder: Callable[[], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Live, Side, str]]:
    """A web process, a workspace full of hostile texts, and the cookie of an admin."""
    log = tmp_path_factory.mktemp("hostile") / "web.log"
    with live(make_server_folder(), log) as product, product.owner.begin() as connection:
        configure(connection)
        workspace_id = uuid4()
        admin, guest = make_user(SHORT), make_user(SHORT)
        with transaction(workspace_id) as session:
            onboarding.create_workspace(
                session, workspace_id, name=SHORT, slug="hostile", admin_user_id=admin.id
            )
        said = {**SAID, **addressed()}
        furnishing = Furnishing(
            connection, workspace_id, guest.id, SHORT, NUMBER, word=Words(), said=said
        )
        side = Side(workspace_id, "hostile", furnishing.furnish())
        # What is a person's own, such as their notifications, is the guest's.
        cookie = session_of(guest)["cookie"].partition("=")[2]
        connection.commit()
        yield product, side, cookie


# Pages that show no text of anybody's but the names in their frame, or only what is in the address.
WITHOUT_TEXTS = ("/recipes/inbox", "/search", "/settings", "/general", "/stages", "/trash")


def full_pages(side: Side) -> list[str]:
    """Return the pages of the workspace that show texts, with what can be opened on them."""
    at = f"/w/{side.slug}"
    return [
        *(each for each in pages(side) if not each.endswith(WITHOUT_TEXTS)),
        f"{at}/signals?signal={NUMBER}",
        f"{at}/customers?customer={side.id_of('customers')}",
        f"{at}/personas?persona={side.id_of('personas')}",
        f"{at}/knowledge?record={side.id_of('knowledge')}",
        f"{at}/search?q=beacon",
    ]


def pages(side: Side) -> list[str]:
    """Return every page of the workspace by its address alone."""
    parts = {
        "slug": side.slug,
        "project_key": "HOS-7",
        "document_type": "research",
        "theme_id": side.id_of("themes"),
        "run_id": side.id_of("stage_runs"),
        "stage": "inbox",
    }
    inside = [each.path for each in routes.ROUTES if isinstance(each.permission, Role)]
    return [re.sub(r"\[(\w+)\]", lambda found: parts[found.group(1)], path) for path in inside]


def other_pages(side: Side) -> list[str]:
    """Return the other pages, and addresses that are hostile themselves."""
    at, inside = f"/w/{side.slug}", quote(SHORT, safe="")
    return [
        *(each for each in pages(side) if each.endswith(WITHOUT_TEXTS)),
        f"{at}/search?q={inside}",
        f"{at}/{inside}",
        f"/signup?email={inside}&next={quote('//evil.example')}",
        f"/login?next={quote(ADDRESSES[0])}",
        f"/invite/{inside}",
        f"/reset/{inside}",
        f"/account?{inside}#{inside}",
        f"/?{inside}#{inside}",
    ]


@dataclass
class Inspector:
    """Looks at what a page has become, and keeps what should not be there."""

    page: Page
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._asked)
        self.page.on("dialog", self._interrupted)
        self.page.on("pageerror", lambda error: self._note(f"an error: {error}"))

    def look(self) -> None:
        """Look at the page as it is."""
        for fault in self._told(INSPECT):
            self._note(fault)
        for refusal in self._told("window.refusals || []"):
            self._note(f"refused by the policy: {refusal}")

    def _told(self, script: str) -> list[str]:
        """Return what a script tells of the page, of the next one if this one sends on."""
        while True:
            try:
                return list(self.page.evaluate(script))
            except Error as error:
                if "context was destroyed" not in str(error):
                    raise
                self.page.wait_for_load_state()

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((ADDRESS, "data:", "blob:")):
            self._note(f"a request to {request.url}")

    def _interrupted(self, dialog: Dialog) -> None:
        self._note(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _note(self, fault: str) -> None:
        self.faults.append(f"{self.page.url}: {fault}")


def test_no_page_takes_a_text_for_more_than_text(hostile: tuple[Live, Side, str]) -> None:
    product, side, cookie = hostile
    with browser_before(product.port) as browser:
        context = browser.new_context(base_url=ADDRESS, viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "pmflow_session", "value": cookie, "url": ADDRESS}])
        context.add_init_script(WATCH)
        inspector = Inspector(context.new_page())
        visit(inspector, side)
        assert inspector.faults == []
        assert_it_would_be_seen(context)


def visit(inspector: Inspector, side: Side) -> None:
    """Open every page, the bell and the palette, and look at each."""
    page = inspector.page
    for at in full_pages(side):
        page.goto(at)
        expect(page.get_by_text("Shown").first).to_be_attached(timeout=MINUTE)
        assert HIT in page.inner_text("body")
        inspector.look()
    for at in other_pages(side):
        # What sends its visitor on must be through with it.
        page.goto("about:blank")
        page.goto(at)
        drawn = page.get_by_role("heading", level=1).or_(page.get_by_text("404"))
        expect(drawn.first).to_be_visible(timeout=MINUTE)
        inspector.look()
    page.goto(f"/w/{side.slug}/board")
    page.get_by_role("button", name=re.compile("^Notifications")).click()
    expect(page.get_by_role("dialog").get_by_text(HIT).first).to_be_attached(timeout=MINUTE)
    inspector.look()


def assert_it_would_be_seen(context: BrowserContext) -> None:
    """Put each element into a page as markup: an inspector must find fault with it."""
    silent: list[str] = []
    for words in ELEMENTS:
        inspector = Inspector(context.new_page())
        inspector.page.goto("/account")
        inspector.page.evaluate(INSERT, words)
        inspector.look()
        silent += [] if inspector.faults else [words]
        inspector.page.close()
    # A part of a page has no body of its own: the parser itself leaves that one out.
    assert silent == [words for words in ELEMENTS if words.startswith("<body")]
