"""Every page of the dashboard at an address that shows something: those of the sample workspace.

The addresses come from `pmflow_ui.routes`, so a new page is visited by who adds it, or by nobody.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from pmflow_ui.access import Access
from pmflow_ui.routes import ROUTES

MINUTE = 60_000
SAMPLE = "/w/sample"
PARAMETER = re.compile(r"\[(\w+)\]")


@dataclass(frozen=True, slots=True)
class Stop:
    """A page of the tour; `name` is its route, as a file may be called."""

    name: str
    address: str


def load_sample(page: Page, email: str) -> None:
    """Sign up and load the sample workspace; return when its story is told to the end."""
    page.goto("/signup")
    page.get_by_label("Name").fill("Product lead")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("button", name="Load the sample").click()
    page.wait_for_url("**/w/sample*/**", timeout=5 * MINUTE)


def stops(page: Page) -> list[Stop]:
    """Return the pages that need nobody signed in last, for they may sign out who is."""
    slug = page.url.split("/w/")[1].split("/")[0]
    given = {"slug": slug, "document_type": "prd", "stage": "prd"}
    given |= _found(page, f"/w/{slug}")
    ordered = sorted(ROUTES, key=lambda route: route.permission is Access.ANYONE)
    return [
        Stop(_name(route.path), _filled(route.path, given))
        for route in ordered
        if route.permission is not Access.OPERATOR
    ]


def visit(page: Page, stop: Stop) -> None:
    """Open a page and return when it has loaded what it shows."""
    page.goto(stop.address)
    expect(page.locator("main, [role=main], form").first).to_be_visible(timeout=MINUTE)
    expect(page.locator(".sk")).to_have_count(0, timeout=MINUTE)


def _found(page: Page, workspace: str) -> Mapping[str, str]:
    return {
        "project_key": _linked(page, f"{workspace}/board", "projects"),
        "theme_id": _linked(page, f"{workspace}/themes", "themes"),
        "run_id": _linked(page, f"{workspace}/runs", "runs"),
    }


def _linked(page: Page, address: str, kind: str) -> str:
    page.goto(address)
    # the last on the board is the furthest, and has documents
    link = page.locator(f'main a[href*="/{kind}/"]').last
    expect(link).to_be_visible(timeout=5 * MINUTE)
    return str(link.get_attribute("href")).split(f"/{kind}/")[1].split("/")[0].split("?")[0]


def _filled(path: str, given: Mapping[str, str]) -> str:
    return PARAMETER.sub(lambda found: given.get(found[1], "unknown"), path)


def _name(path: str) -> str:
    parts = [part for part in PARAMETER.sub("", path).split("/") if part not in ("", "w")]
    shown = "-".join(parts) or "home"
    return f"{shown}-one" if path.endswith("]") else shown
