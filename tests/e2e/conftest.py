"""The whole product, as `pmflow up` starts it, and a browser in front of it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.sample import Sample, make_sample

ROOT = Path(__file__).parents[2]
# The address is part of the built frontend; the browser is told to look for it elsewhere, so that
# neither a rebuild nor this very port is needed.
ADDRESS = "http://localhost:8000"
READY_S = 180
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Product:
    """A running pmflow."""

    port: int
    log: Path
    folder: Path
    environment: Mapping[str, str]

    def frontend_errors(self) -> list[str]:
        """Return the lines in which the browser's side reported an exception."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [line for line in lines if "Frontend Exception" in line or "Traceback" in line]


@contextmanager
def running(folder: Path, log: Path) -> Iterator[Product]:
    """Start everything on a free port with empty servers; stop it and leave nothing."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    without = {"DATABASE_URL", "REDIS_URL"}
    environment = {name: value for name, value in os.environ.items() if name not in without}
    environment |= {
        "PMFLOW_PORT": str(port),
        "PMFLOW_PUBLIC_URL": ADDRESS,
        "PMFLOW_DATA_DIR": str(folder),
        "PMFLOW_WORKERS": "1",
    }
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "worker", "up"],
            cwd=ROOT,
            env=environment,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        _wait_until_ready(port, process, log)
        yield Product(port, log, folder, environment)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


@pytest.fixture(scope="session")
def product(
    tmp_path_factory: pytest.TempPathFactory, make_server_folder: Callable[[], Path]
) -> Iterator[Product]:
    """The product that the tests of a process share."""
    log = tmp_path_factory.mktemp("up") / "up.log"
    with running(make_server_folder(), log) as started:
        yield started


@pytest.fixture(scope="session")
def sample(product: Product) -> Sample:
    """The sample workspace of all tests that only look at it."""
    return make_sample(product.port, product.environment, "tour")


def _wait_until_ready(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"pmflow did not start:\n{log.read_text(encoding='utf-8')}")


def _chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    assert found, "no Chromium: apt-get install chromium"
    return found


@contextmanager
def browser_before(port: int) -> Generator[Browser]:
    """Yield a browser that finds the product on a port behind its public address.

    For one test only: while Playwright lives, no other test of the process can run an event loop.
    """
    rules = f"--host-resolver-rules=MAP localhost:8000 127.0.0.1:{port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_chromium(), args=[*FLAGS, rules], headless=True
        )
        yield browser
        browser.close()


@pytest.fixture
def open_context(product: Product) -> Iterator[Callable[..., BrowserContext]]:
    """Open browser contexts that find the product behind its public address, for one test."""
    with browser_before(product.port) as browser:
        yield browser.new_context


@dataclass
class Watched:
    """A page, and what went wrong on it that nobody would see."""

    page: Page
    foreign: list[str]
    errors: list[str]


@pytest.fixture
def watched(open_context: Callable[..., BrowserContext]) -> Iterator[Watched]:
    """A page that notes requests to other hosts and errors of its scripts."""
    context = open_context(
        base_url=ADDRESS, viewport={"width": 1440, "height": 900}, color_scheme="light"
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    watched = Watched(page, [], [])
    own = (ADDRESS, "data:", "blob:", ADDRESS.replace("http", "ws"))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith(own) else watched.foreign.append(request.url)
        ),
    )
    page.on("pageerror", lambda error: watched.errors.append(str(error)))
    yield watched
    context.close()
