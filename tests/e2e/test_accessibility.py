"""Every page in both themes and on a phone by the rules of WCAG 2.2 AA, as a program can tell.

`PMFLOW_TEST_PICTURES` names a folder that gets a picture of each page in each look; `make
screenshots` sets it.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from pmflow_core.accounts.actor import Role
from pmflow_ui.access import Access
from pmflow_ui.routes import ROUTES
from tests.e2e.conftest import Product, Watched
from tests.e2e.sample import Sample
from tests.e2e.tour import (
    DARK,
    LIGHT,
    LOOKS,
    PHONE,
    Look,
    look,
    sign_in,
    stops,
    take_picture,
    visit,
)

pytestmark = pytest.mark.e2e
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES: Mapping[Look, list[str]] = {LIGHT: WCAG, PHONE: WCAG, DARK: ["color-contrast"]}
"""The themes differ in nothing but colours."""
TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"


def test_no_page_breaks_a_rule_in_any_look(
    product: Product, watched: Watched, sample: Sample
) -> None:
    page, visited, faults, signed_in = watched.page, set[str](), list[str](), False
    for stop in stops(sample):
        if not signed_in and stop.route.permission is not Access.ANYONE:
            sign_in(page, sample.people[Role.ADMIN])
            signed_in = True
        visit(page, stop.address)
        visited.add(stop.route.path)
        for how in LOOKS:
            look(page, how)
            faults += [f"{stop.name} {how.name}: {fault}" for fault in faults_of(page, how)]
            keep_picture(page, f"{stop.name}-{how.name}")

    assert visited == {route.path for route in ROUTES}
    assert not faults, "\n".join(faults)
    assert watched.foreign == []
    assert watched.errors == []
    assert product.frontend_errors() == []


def test_the_rules_find_what_is_broken_on_purpose(watched: Watched) -> None:
    page = watched.page
    page.set_content(
        "<html><head><title>x</title></head><body><main><h1>x</h1><img src=''>"
        "<p style='color:#aaa;background:#fff'>pale</p><div style='width:3000px'>wide</div>"
        "</main></body></html>"
    )

    found = " ".join(faults_of(page, LIGHT))

    assert "image-alt" in found
    assert "color-contrast" in found
    assert "scrolls sideways" in found


def faults_of(page: Page, how: Look) -> Iterator[str]:
    """Yield each broken rule with what it says, and where."""
    options = {"runOnly": RULES[how], "resultTypes": ["violations"]}
    for broken in Axe().run(page, options=options).response["violations"]:
        for node in broken["nodes"]:
            yield f"{broken['id']}: {broken['help']} at {', '.join(map(str, node['target']))}"
    if page.evaluate(TOO_WIDE):
        yield "scrolls sideways"


def keep_picture(page: Page, name: str) -> None:
    """Save a picture where a folder for them was named."""
    folder = os.environ.get("PMFLOW_TEST_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        take_picture(page, Path(folder, f"{name}.webp"))
