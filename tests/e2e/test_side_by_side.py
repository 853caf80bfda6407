"""Two browsers side by side show each other's changes, whatever was restarted in between."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import ADDRESS, Product, browser_before, running

pytestmark = pytest.mark.e2e
PASSWORD = "correct horse battery"
PATIENCE_MS = 90_000
# What the command line of each process holds.
PROCESSES = {
    "web": b"-m\0worker\0web",
    "worker": b"-m\0worker\0worker",
    "Redis": b"valkey-server",
    "PostgreSQL": b"pginstall/bin/postgres\0",
}


@pytest.fixture
def own(tmp_path: Path, make_server_folder: Callable[[], Path]) -> Iterator[Product]:
    """A product of this test's own, as others would not like what is done to it."""
    with running(make_server_folder(), tmp_path / "up.log") as started:
        yield started


def test_each_shows_the_others_changes_after_every_restart(own: Product) -> None:
    with browser_before(own.port) as browser:
        mine, other = people(browser.new_context)
        shows(mine, other, "Before anything")
        for name in PROCESSES:
            kill(own, name)
            shows(other, mine, f"After {name}")
            mine, other = other, mine


def people(open_context: Callable[..., BrowserContext]) -> tuple[Page, Page]:
    """Return two browsers of one person, both on the board."""
    expect.set_options(timeout=PATIENCE_MS)
    context = open_context(base_url=ADDRESS, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/signup")
    page.get_by_label("Name").fill("Product lead")
    page.get_by_label("Email").fill("side-by-side@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Name").fill("Side by side")
    page.get_by_role("button", name="Create workspace").click()
    page.wait_for_url("**/w/side-by-side/board")
    elsewhere = open_context(base_url=ADDRESS, viewport={"width": 1440, "height": 900})
    second = elsewhere.new_page()
    second.set_default_timeout(PATIENCE_MS)
    elsewhere.add_cookies([each for each in context.cookies() if "token" not in each["name"]])
    second.goto("/w/side-by-side/board")
    return page, second


def shows(mine: Page, other: Page, name: str) -> None:
    """Make a project in one browser, by keyboard alone, and see it in both without a reload."""
    expect(mine.get_by_role("status").filter(has_text=re.compile("^Live"))).to_be_visible()
    mine.get_by_role("button", name="New project").first.click()
    mine.get_by_label("Name").fill(name)
    mine.keyboard.press("Enter")
    for page in (mine, other):
        expect(page.locator(".card").get_by_text(name)).to_be_visible()


def kill(own: Product, name: str) -> None:
    """Kill the processes of that name with no warning, and wait until they are up again."""
    before = pids(own, name)
    assert before, f"no process of {name}"
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + PATIENCE_MS / 1000
    while not pids(own, name) - before and time.monotonic() < until:
        time.sleep(0.1)
    assert pids(own, name) - before, f"{name} stayed away"


def pids(own: Product, name: str) -> set[int]:
    """Return the product's processes of that name, known by its data folder."""
    folder = os.fsencode(own.folder)
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes()
            around = (entry / "environ").read_bytes()
        except OSError:
            continue
        if PROCESSES[name] in line and folder in around + line:
            found.add(int(entry.name))
    return found
