"""Every page of the dashboard at an address that shows something: those of a sample workspace.

The addresses come from `pmflow_ui.routes`, so that no page is left out; a parameter that nothing
here knows is `unknown`, and its page says that there is nothing.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from pmflow_ui.access import Access
from pmflow_ui.routes import ROUTES, Route
from tests.e2e.sample import PASSWORD, Sample

MINUTE = 60_000
PARAMETER = re.compile(r"\[(\w+)\]")
LOADING = ".sk, [aria-busy=true]"


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is looked at; sizes in CSS pixels."""

    name: str
    dark: bool = False
    width: int = 1440
    height: int = 900


LIGHT, DARK, PHONE = Look("light"), Look("dark", dark=True), Look("phone", width=360, height=800)
LOOKS = (LIGHT, DARK, PHONE)


@dataclass(frozen=True, slots=True)
class Stop:
    """A page of the tour; `name` is its route, as a file may be called."""

    name: str
    address: str
    route: Route


def stops(sample: Sample) -> list[Stop]:
    """Return every page, those for people who have not signed in first."""
    ordered = sorted(ROUTES, key=lambda route: route.permission is not Access.ANYONE)
    return [
        Stop(page_name(route.path), _filled(route.path, sample.parameters), route)
        for route in ordered
    ]


def sign_in(page: Page, email: str) -> None:
    """Sign in by the form and return when that is done."""
    page.goto("/login")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"^(?!.*/login)"))


def visit(page: Page, address: str) -> None:
    """Open a page and return when it has loaded what it shows."""
    _shape(page, LIGHT)
    page.goto(address)
    expect(page.locator("h1").first).to_be_visible(timeout=MINUTE)
    expect(page.locator(LOADING)).to_have_count(0, timeout=MINUTE)


def look(page: Page, how: Look) -> None:
    """Show the open page in another theme or size."""
    _shape(page, how)
    expect(page.locator("html.dark" if how.dark else "html.light")).to_have_count(1)


def _shape(page: Page, how: Look) -> None:
    page.emulate_media(color_scheme="dark" if how.dark else "light", reduced_motion="reduce")
    page.set_viewport_size({"width": how.width, "height": how.height})


def take_picture(page: Page, file: Path) -> None:
    """Save what is to be seen as WebP: a quarter of a PNG, for these are kept in the repository."""
    browser = page.context.new_cdp_session(page)
    shot = browser.send("Page.captureScreenshot", {"format": "webp", "quality": 82})
    file.write_bytes(base64.b64decode(shot["data"]))
    browser.detach()


def page_name(path: str) -> str:
    """Return a route as a file may be called: `/w/[slug]/runs/[run_id]` is `runs-one`."""
    parts = [part for part in PARAMETER.sub("", path).split("/") if part not in ("", "w")]
    shown = "-".join(parts) or "home"
    return f"{shown}-one" if path.endswith("]") else shown


def _filled(path: str, given: Mapping[str, str]) -> str:
    return PARAMETER.sub(lambda found: given.get(found[1], "unknown"), path)
