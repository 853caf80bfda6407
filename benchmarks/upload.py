"""A large file through the browser: when themes are seen, and what a click takes meanwhile.

`python -m benchmarks upload FILE [--texts 10000]`; FILE is a jsonl(.gz) with a column `text`. The
product runs as for the benchmark `browser`, with two workers. Seconds are from choosing the file;
clicks, in milliseconds by the page's own clock, go between Signals and Themes until all is placed.
"""

import argparse
import csv
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from playwright.sync_api import Page

from benchmarks.browser import CLICK, RECIPE, admit, signed_in, web
from benchmarks.house import house, make_desk, workers
from benchmarks.noop_steps import PLUGIN
from pmflow_core.evals.labelled import read_labelled

ROW = "{:44} {:>9}"
PATIENCE_S = 240.0


def main(arguments: Sequence[str]) -> None:
    """Print when what was seen, then the clicks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks upload", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--texts", type=int, default=10_000)
    options = parser.parse_args(arguments)
    texts = read_labelled(options.file, "text", "label", ()).texts[: options.texts]
    with (
        tempfile.TemporaryDirectory(prefix="pmflow-bench-") as folder,
        house(PLUGIN) as urls,
        workers(urls, PLUGIN),
    ):
        slug = admit(urls.database.replace("+psycopg", ""), make_desk(RECIPE, 1).actor.workspace_id)
        file = _write(Path(folder, "messages.csv"), texts)
        with web(urls) as server, signed_in(server.port) as page:
            _upload(page, slug, file)


def _write(path: Path, texts: Sequence[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "text"])
        table.writerows(enumerate(texts))
    return path


def _upload(page: Page, slug: str, file: Path) -> None:
    page.goto(f"/w/{slug}/signals")
    page.wait_for_selector("h1")
    page.get_by_role("button", name="Import").first.click()
    page.wait_for_selector("input[type=file]", state="attached")
    began = time.monotonic()

    def seen(what: str) -> None:
        print(ROW.format(what, f"{time.monotonic() - began:.1f} s"), flush=True)

    page.set_input_files("input[type=file]", file)
    page.get_by_role("dialog").get_by_role("button", name="Import", exact=True).click()
    page.wait_for_selector(f'[role="dialog"] li:has-text("{file.name}")')
    seen("its progress is seen")
    page.keyboard.press("Escape")
    clicks: dict[str, list[float]] = {"to themes": [], "to signals": [], "open the import": []}
    first = False
    while time.monotonic() - began < PATIENCE_S:
        for name in ("themes", "signals"):
            clicks[f"to {name}"].append(_go(page, slug, name))
            if name == "themes" and not first and page.locator('main a[href*="/themes/"]').count():
                first = True
                seen("first themes are seen")
        clicks["open the import"].append(_open_dialog(page))
        if not page.get_by_text("You can leave this page").count():
            break
    seen("all is placed")
    for name, taken in clicks.items():
        middle, late = np.percentile(taken, [50, 95])
        figures = f"p50 {middle:.0f}, p95 {late:.0f}, max {max(taken):.0f} ms"
        print(f"{name}: {len(taken)} clicks, {figures}")


def _go(page: Page, slug: str, name: str) -> float:
    """Follow a link of the navigation; return the milliseconds until its page has its rows."""
    target = f'nav[aria-label="Main"] a[href="/w/{slug}/{name}"]'
    page.wait_for_selector(target)
    taken = page.evaluate(CLICK, [target, f".p-{name}:not(:has([aria-label=Loading]))"])
    page.wait_for_timeout(300)
    return float(taken)


def _open_dialog(page: Page) -> float:
    """Press Import and close what opens; return the milliseconds until it was open."""
    page.get_by_role("button", name="Import").first.evaluate("it => { it.id = 'import' }")
    taken = page.evaluate(CLICK, ["#import", '[role="dialog"]'])
    page.keyboard.press("Escape")
    page.wait_for_selector('[role="dialog"]', state="detached")
    return float(taken)
