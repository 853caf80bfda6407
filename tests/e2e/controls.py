"""What a page lets somebody press, fill in or follow, and pressing all of it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page

from pmflow_core.accounts.actor import Role
from pmflow_ui.access import Access, Permission
from pmflow_ui.routes import ROUTES
from tests.e2e.sample import Sample
from tests.e2e.tour import PARAMETER, Stop, stops, visit

CONTROLS = (
    "button,input,select,textarea,summary,[role=button],[role=checkbox],[role=switch],"
    "[role=menuitem],[contenteditable=true],[draggable=true]"
)
FIND = f"""() => {{
  const name = one => (one.getAttribute("aria-label") || one.labels?.[0]?.innerText
    || one.innerText || one.title || one.name || one.outerHTML);
  const plain = text => text.replace(/\\d+/g, "#").replace(/\\s+/g, " ").trim();
  return [...document.querySelectorAll({CONTROLS!r})]
    .filter(one => one.checkVisibility() && !one.disabled && !one.closest(".note"))
    .map(one => [plain(name(one)), one]);
}}"""
NAMES = f"() => ({FIND})().map(([name]) => name)"
# What a question before something heavy offers besides keeping things as they are is not pressed.
PRESSABLE = f"""() => ({FIND})().filter(([name, one]) => {{
  const words = [...(one.closest("[role=dialog]")?.querySelectorAll("button") || [])];
  return name === "Keep" || !words.some(word => word.innerText.trim() === "Keep");
}}).filter(([, one]) => one.role !== "menuitem").map(([name]) => name)"""
# Radix opens its menus by a pointer or a key, and not by the event that is called click.
PRESS = f"""wanted => {{
  const found = ({FIND})().find(([name]) => name === wanted)?.[1];
  if (found?.ariaHasPopup === "menu")
    found.dispatchEvent(new KeyboardEvent("keydown", {{ key: "Enter", bubbles: true }}));
  else found?.click();
}}"""
ITEMS = f"() => ({FIND})().filter(([, one]) => one.role === 'menuitem').map(([name]) => name)"
MENU_IS_OPEN = """() => !!document.querySelector("[role=menu][data-state=open]")"""
CLOSE_MENU = """() => document.querySelector("[role=menu]")?.dispatchEvent(
  new KeyboardEvent("keydown", { key: "Escape", bubbles: true }))"""
LINKS = """() => [...document.querySelectorAll("a[href]")]
  .filter(one => one.checkVisibility() && one.origin === location.origin)
  .map(one => one.pathname)"""
TAKEN_OVER = ("Not for your role", "This did not work", "Nothing here")
"""The titles that stand on a page in place of its own."""
OPENING_MS = 300
SELECTS = ("Choose S-#", "Select S-#")
"""What offers a bar of actions, each of which ends the selection: pressed when nothing else is."""
SELECTIONS = 4
ENDS_SELECTION = ("Choose none", "Clear the selection")
"""What is pressed last of such a bar."""
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


@dataclass
class Walked:
    """What a page showed while everything on it was pressed.

    `seen` are names with # for every number, `links` paths of this site, `refused` the notes that
    said no, and `lost` the titles that took a page's place.
    """

    seen: set[str] = field(default_factory=set[str])
    pressed: set[str] = field(default_factory=set[str])
    links: set[str] = field(default_factory=set[str])
    refused: list[str] = field(default_factory=list[str])
    lost: set[str] = field(default_factory=set[str])
    selected: int = 0


def may_open(permission: Permission, role: Role) -> bool:
    """Return whether a member with a role, who is no operator, may open a page."""
    if isinstance(permission, Role):
        return role.rank >= permission.rank
    return permission is not Access.OPERATOR


def reachable(sample: Sample, role: Role) -> list[Stop]:
    """Return the pages of a workspace that a role may open, but for the one that only leads on."""
    of_workspace = (
        stop
        for stop in stops(sample)
        if isinstance(stop.route.permission, Role) and stop.name != "settings"
    )
    return [stop for stop in of_workspace if may_open(stop.route.permission, role)]


def closed_links(links: set[str], role: Role) -> Iterator[str]:
    """Yield the addresses of pages that a role may not open."""
    for link in sorted(links):
        for route in ROUTES:
            if re.fullmatch(PARAMETER.sub("[^/]+", route.path), link):
                if not may_open(route.permission, role):
                    yield link
                break


def press_all(context: BrowserContext, stop: Stop, but: Iterable[str], items: int) -> Walked:
    """Press each control of a page once, those of what opens too, but for some.

    Of a menu at most so many `items` are pressed; one of twenty themes does what the others do.
    """
    # A tab of its own: what an event leads to after the tab has gone on would reach the next page.
    page = context.new_page()
    visit(page, stop.address)
    here, walked = urlsplit(page.url).path, Walked()
    while left := _left(page, walked, but):
        # What lies over the page and what it is about comes before what changes all of it.
        name = left[-1]
        _note_press(walked, name)
        page.evaluate(PRESS, name)
        walked.seen |= set(page.evaluate(NAMES))
        _press_items(page, name, walked, but, items)
        page.evaluate(CLOSE_MENU)
        if urlsplit(page.url).path != here:
            visit(page, stop.address)
    if walked.pressed:
        # The tab's events are worked on in turn, so that loading comes after all of them.
        visit(page, stop.address)
    walked.refused = page.evaluate("JSON.parse(sessionStorage.getItem('refusals') || '[]')")
    page.close()
    return walked


def _note_press(walked: Walked, name: str) -> None:
    """Count a press; what selects is pressed several times, for each action on a selection."""
    selects = listed(name, SELECTS)
    walked.selected += selects
    if not selects or walked.selected == SELECTIONS:
        walked.pressed.add(name)


def _press_items(page: Page, menu: str, walked: Walked, but: Iterable[str], most: int) -> None:
    """Press items of the menu that is open, which a press closes, and open the menus inside it."""
    done = 0
    while done < most:
        names = [name for name in page.evaluate(ITEMS) if not listed(name, but)]
        # An item of one menu may be called like another's.
        item = next((name for name in names if f"{menu}: {name}" not in walked.pressed), None)
        if item is None:
            return
        walked.pressed.add(f"{menu}: {item}")
        page.evaluate(PRESS, item)
        walked.seen |= set(page.evaluate(NAMES))
        if not page.evaluate(MENU_IS_OPEN):
            done += 1
            page.evaluate(PRESS, menu)


def _left(page: Page, walked: Walked, but: Iterable[str]) -> list[str]:
    """Return what is still to be pressed, also of what opens only when the server has answered."""
    found = _look(page, walked, but)
    if not walked.pressed or any(_turn(name) for name in found):
        return found
    page.wait_for_timeout(OPENING_MS)
    return _look(page, walked, but)


def _look(page: Page, walked: Walked, but: Iterable[str]) -> list[str]:
    """Note what the page shows; return what of it is still to be pressed, in its order."""
    walked.seen |= set(page.evaluate(NAMES))
    walked.links |= set(page.evaluate(LINKS))
    walked.lost |= {one for one in page.locator("h1").all_inner_texts() if one in TAKEN_OVER}
    names = (name for name in page.evaluate(PRESSABLE) if name not in walked.pressed)
    left = [name for name in names if not listed(name, but)]
    return sorted(left, key=_turn)


def _turn(name: str) -> int:
    """Return when a control has its turn: the last of a list is pressed first."""
    if listed(name, SELECTS):
        return 0
    return 1 if listed(name, ENDS_SELECTION) else 2


def listed(name: str, names: Iterable[str]) -> bool:
    """Return whether a name is one of some, in which * stands for anything."""
    return any(fnmatchcase(name, one) for one in names)
