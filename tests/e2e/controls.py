"""What a page lets somebody press or fill in, and pressing all of it."""

import re

from playwright.sync_api import BrowserContext, Page

from pmflow_core.accounts.actor import Role
from pmflow_ui.access import Access
from tests.e2e.sample import Sample
from tests.e2e.tour import Stop, stops, visit

CONTROLS = (
    "button,input,select,textarea,[role=button],[role=checkbox],[role=switch],"
    "[contenteditable=true],[draggable=true]"
)
NAMED = f"""() => [...document.querySelectorAll({CONTROLS!r})]
  .filter(one => one.checkVisibility() && !one.disabled)
  .map(one => one.getAttribute("aria-label") || one.labels?.[0]?.innerText
    || one.innerText || one.title || one.name || one.outerHTML)"""
PRESS = f"""wanted => {{
  const name = one => (one.getAttribute("aria-label") || one.labels?.[0]?.innerText
    || one.innerText || one.title || one.name || one.outerHTML);
  const plain = text => text.replace(/\\d+/g, "#").replace(/\\s+/g, " ").trim();
  const found = [...document.querySelectorAll({CONTROLS!r})]
    .find(one => one.checkVisibility() && !one.disabled && plain(name(one)) === wanted);
  found?.click();
  return !!found;
}}"""
OPENING_MS = 300
# Notes go by themselves, so each is kept as it comes, also over a reload.
KEEP_REFUSALS = """
new MutationObserver(() => {
  const kept = JSON.parse(sessionStorage.getItem("refusals") || "[]");
  for (const note of document.querySelectorAll(".note.refused")) {
    const text = note.innerText.trim();
    if (!kept.includes(text)) kept.push(text);
  }
  sessionStorage.setItem("refusals", JSON.stringify(kept));
}).observe(document, { childList: true, subtree: true });
"""


def reachable(sample: Sample, role: Role) -> list[Stop]:
    """Return the pages that a role may open and that the navigation leads it to."""
    return [
        stop
        for stop in stops(sample)
        if stop.route.permission is Access.SIGNED_IN
        or (isinstance(stop.route.permission, Role) and role.rank >= stop.route.permission.rank)
    ]


def controls(page: Page) -> set[str]:
    """Return the names of what can be pressed or filled in, with # for every number."""
    return {plain(name) for name in page.evaluate(NAMED)}


def plain(name: str) -> str:
    """Return a control's name without what differs from one sample to the next."""
    return " ".join(re.sub(r"\d+", "#", name).split())


def _left(page: Page, but: set[str]) -> set[str]:
    """Return what is still to be pressed, also of what opens only when the server has answered."""
    found = controls(page) - but
    if not found:
        page.wait_for_timeout(OPENING_MS)
    return found or controls(page) - but


def press_all(context: BrowserContext, stop: Stop, but: set[str]) -> tuple[set[str], list[str]]:
    """Press each control of a page once, those of what opens too.

    Returns what was pressed, and what the person was told was refused.
    """
    # A tab of its own: what an event leads to after the tab has gone on would reach the next page.
    page = context.new_page()
    visit(page, stop.address)
    here, pressed = page.url, set[str]()
    while left := _left(page, but | pressed):
        name = min(left)
        pressed.add(name)
        if page.evaluate(PRESS, name) and page.url != here:
            visit(page, stop.address)
    # The tab's events are worked on in turn, so that loading comes after all of them.
    visit(page, stop.address)
    refused = page.evaluate("JSON.parse(sessionStorage.getItem('refusals') || '[]')")
    page.close()
    return pressed, refused
