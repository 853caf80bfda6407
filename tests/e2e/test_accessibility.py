"""Every page in both themes by the rules of WCAG 2.2 AA, as far as a program can tell."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.conftest import Product, Watched
from tests.e2e.tour import load_sample, stops, visit

pytestmark = pytest.mark.e2e
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def violations(page: Page) -> list[str]:
    """Return each fault with its rule, what it says, and where."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{fault['id']}: {fault['help']} at {', '.join(map(str, node['target']))}"
        for fault in found
        for node in fault["nodes"]
    ]


def test_no_page_breaks_a_rule_in_either_theme(product: Product, watched: Watched) -> None:
    page = watched.page
    load_sample(page, "accessibility@example.com")

    faults: list[str] = []
    for stop in stops(page):
        visit(page, stop)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            faults += [f"{stop.name} {scheme}: {fault}" for fault in violations(page)]

    assert "\n".join(faults) == ""
    assert watched.foreign == []
    assert watched.errors == []
    assert product.frontend_errors() == []
