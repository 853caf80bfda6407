"""What a click takes in a real browser: a board of 500 cards, a list of 100,000 signals.

`python -m benchmarks browser [REVIEWS] [--cards 500 --signals 100000 --vectors FILE.npy]`; REVIEWS
as in the benchmark `search`, without it only the board. The frontend must be built
(`make frontend`) and Chromium be there (`CHROMIUM` names it). Milliseconds from the click to the
change of the document, by the page's own clock; a first load is a page opened anew, to its rows.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
import psycopg
from playwright.sync_api import Page, sync_playwright

from benchmarks.house import ROOT, house, make_desk
from benchmarks.noop_steps import PLUGIN, SKILL
from benchmarks.search import fill, multiplied, read_reviews
from pmflow_core.accounts import service as accounts
from pmflow_core.connections import Urls
from pmflow_core.db.transaction import transaction
from pmflow_core.recipes.spec import RecipeSpec, StepSpec

RECIPE = RecipeSpec(
    stage="discovery", title="Nothing", steps=(StepSpec(key="n", title="N", skill=SKILL),)
)
# The built frontend knows this address; the browser is told where it is.
ADDRESS = "http://localhost:8000"
EMAIL, PASSWORD = "browser@example.com", "correct horse battery"
CLICKS = 30
LOADS = 8
READY_S = 120.0
ROW = "{:44} {:>5} {:>8} {:>8} {:>8}"
CLICK = """([target, wanted]) => new Promise((resolve) => {
    const found = () => document.querySelector(wanted);
    const began = performance.now();
    const seen = new MutationObserver(() => {
        if (found()) { seen.disconnect(); resolve(performance.now() - began); }
    });
    seen.observe(document.body, { subtree: true, childList: true, attributes: true });
    document.querySelector(target).click();
})"""


@dataclass(frozen=True, slots=True)
class Web:
    """A running web process."""

    port: int
    pid: int


@dataclass(frozen=True, slots=True)
class Act:
    """A click on `target` after which `wanted` is there, both CSS; `back` makes it undone."""

    name: str
    target: str
    wanted: str
    back: Callable[[Page], None]


def main(arguments: Sequence[str]) -> None:
    """Print a row for each thing that a person does."""
    options = _options(arguments)
    with house(PLUGIN) as urls:
        desk = make_desk(RECIPE, options.cards)
        owner = urls.database.replace("+psycopg", "")
        _spread(owner, desk.actor.workspace_id)
        slugs = [admit(owner, desk.actor.workspace_id)]
        if options.reviews:
            reviews = read_reviews(options.reviews, options.vectors)
            slugs.append(admit(owner, fill(owner, *multiplied(reviews, options.signals))))
        print(ROW.format("", "times", "p50 ms", "p95 ms", "max ms"), flush=True)
        with web(urls) as server, signed_in(server.port) as page:
            _board(page, slugs[0], options.cards)
            if options.reviews:
                _signals(page, slugs[1], options.signals)


def _board(page: Page, slug: str, cards: int) -> None:
    address = f"/w/{slug}/board"
    _load(page, address, ".card", f"board of {cards} cards, first load")
    shut = '[role="dialog"]'
    acts = (
        Act("open the dialog that moves a card", ".card .card-m", shut, _escape),
        Act(
            "show what needs me",
            'nav.seg a[href*="show=waiting"]',
            'nav.seg a[href*="show=waiting"][aria-current=page]',
            lambda page: page.click("nav.seg a >> nth=0"),
        ),
        Act(
            "collapse a lane",
            '.lane-h a[aria-label="Collapse Inbox"]',
            '.lane[data-shut=true][aria-label^="Inbox"]',
            lambda page: page.click('a[aria-label="Expand Inbox"]'),
        ),
    )
    for act in acts:
        _click(page, act)


def _signals(page: Page, slug: str, count: int) -> None:
    address = f"/w/{slug}/signals"
    _load(page, address, 'tr[id^="signal-"]', f"list of {count:,} signals, first load")
    size = page.locator('tr[id^="signal-"]').count()
    second = f"#signal-{count - size}"
    _click(page, Act("open a signal", 'tr[id^="signal-"]', "aside .verb", _close))
    _click(
        page,
        Act(
            "next page",
            '[aria-label="Next page"]',
            second,
            lambda page: page.click('[aria-label="Previous page"]'),
        ),
    )
    narrowed = f"{address}?severity=critical"
    page.goto(narrowed)
    _click(
        page,
        Act(
            "take a filter away",
            ".filter .x",
            "body:not(:has(.filter))",
            lambda page: page.goto(narrowed) and None,
        ),
    )


def _close(page: Page) -> None:
    page.click('aside [aria-label="Close"]')


def _escape(page: Page) -> None:
    page.keyboard.press("Escape")
    page.wait_for_selector('[role="dialog"]', state="detached")


def _click(page: Page, act: Act) -> None:
    taken: list[float] = []
    for _ in range(CLICKS):
        page.wait_for_selector(act.target)
        taken.append(page.evaluate(CLICK, [act.target, act.wanted]))
        act.back(page)
        page.wait_for_function("wanted => !document.querySelector(wanted)", arg=act.wanted)
    _print(act.name, taken)


def _load(page: Page, address: str, wanted: str, name: str) -> None:
    taken: list[float] = []
    for _ in range(LOADS):
        page.goto("about:blank")
        began = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.wait_for_selector(wanted)
        taken.append((time.perf_counter() - began) * 1000)
    _print(name, taken)


def _print(name: str, taken: Sequence[float]) -> None:
    middle, late = np.percentile(taken, [50, 95])
    cells = (f"{middle:.0f}", f"{late:.0f}", f"{max(taken):.0f}")
    print(ROW.format(name, len(taken), *cells), flush=True)


@contextmanager
def web(urls: Urls) -> Generator[Web]:
    """Yield a web process on these servers once it is ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    told = {
        **os.environ,
        "DATABASE_URL": urls.database,
        "REDIS_URL": urls.redis or "",
        "PMFLOW_PORT": str(port),
        "PMFLOW_PUBLIC_URL": ADDRESS,
    }
    process = subprocess.Popen([sys.executable, "-m", "worker", "web"], cwd=ROOT, env=told)
    try:
        _await(port)
        yield Web(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def signed_in(port: int) -> Generator[Page]:
    """Yield a page of a person who is a member of the benchmark's workspaces."""
    names = ("chromium", "chromium-browser", "google-chrome")
    browser = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    rules = f"--host-resolver-rules=MAP localhost:8000 127.0.0.1:{port}"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--disable-gpu", rules]
        )
        context = started.new_context(
            base_url=ADDRESS, viewport={"width": 1440, "height": 900}, bypass_csp=True
        )
        page = context.new_page()
        page.goto("/login")
        page.fill("input[name=email]", EMAIL)
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        yield page
        started.close()


def _await(port: int) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the web process was not ready in {READY_S:g} s")


def _spread(owner: str, workspace: UUID) -> None:
    """Put the projects into all stages alike."""
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(
            "update projects p set stage_id = s.id from ("
            "  select id, row_number() over (order by position) - 1 as place,"
            "  count(*) over () as many from stages where workspace_id = %(w)s) s"
            " where p.workspace_id = %(w)s and p.number %% s.many = s.place",
            {"w": workspace},
        )


def admit(owner: str, workspace: UUID) -> str:
    """Make the benchmark's person an admin of a workspace and return its slug."""
    with transaction(None) as session:
        person = accounts.find_user_by_email(session, EMAIL)
        person = person or accounts.create_user(session, EMAIL, PASSWORD, "Product lead")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(
            "insert into memberships (id, created_at, workspace_id, user_id, role)"
            " values (gen_random_uuid(), now(), %s, %s, 'admin')",
            (workspace, person.id),
        )
        row = connection.execute("select slug from workspaces where id = %s", [workspace])
        return str((row.fetchone() or ("",))[0])


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks browser", description=__doc__)
    parser.add_argument("reviews", type=Path, nargs="?")
    parser.add_argument("--cards", type=int, default=500)
    parser.add_argument("--signals", type=int, default=100_000)
    parser.add_argument("--vectors", type=Path)
    return parser.parse_args(arguments)
