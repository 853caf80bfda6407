"""Importing short texts, from the file to placed in themes and searchable.

`python -m benchmarks imports FILE [--texts 10000 --peers script]`; FILE is a jsonl(.gz) with a
column `text`. Three rows of one run: the shipped model alone on all cores, pmflow with two workers
and its own servers, and what one would write instead: sentence-transformers, then BERTopic, with
nothing stored. Seconds are the clock's; loading the libraries of the script is not counted.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from benchmarks.house import house, make_desk, workers
from benchmarks.noop_steps import PLUGIN, SKILL
from benchmarks.peers import SCRIPT, run
from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.embedding.selection import get_embedder
from pmflow_core.evals.labelled import read_labelled
from pmflow_core.intake.imports import import_file
from pmflow_core.intake.waiting import wait_for_processing
from pmflow_core.recipes.spec import RecipeSpec, StepSpec
from pmflow_core.signals.parsing.records import CLI_MAX_BYTES, ParseOptions
from pmflow_core.themes.models import ThemeMembership

RECIPE = RecipeSpec(
    stage="discovery", title="Nothing", steps=(StepSpec(key="n", title="N", skill=SKILL),)
)
ROW = "{:34} {:>6} {:>8} {:>9} {:>8}"


def main(arguments: Sequence[str]) -> None:
    """Print one row each for the model alone, pmflow, and the script."""
    options = _options(arguments)
    texts = read_labelled(options.file, "text", "label", ()).texts[: options.texts]
    print(ROW.format("import", "texts", "seconds", "texts/s", "ratio"), flush=True)
    bare = _bare(texts)
    _print("shipped model alone", texts, bare, bare)
    first, placed = _ours(texts)
    _print("pmflow: first texts in themes", texts, first, bare)
    _print("pmflow: all placed", texts, placed, bare)
    if options.peers:
        theirs = _script(texts)
        _print("sentence-transformers + BERTopic", texts, theirs, bare)
        print(f"pmflow is {theirs / placed:.1f} times as fast as the script")


def _print(name: str, texts: Sequence[str], seconds: float, bare: float) -> None:
    rate = len(texts) / seconds
    print(ROW.format(name, len(texts), f"{seconds:.1f}", f"{rate:.0f}", f"{bare / seconds:.2f}"))


def _bare(texts: Sequence[str]) -> float:
    embedder = get_embedder("local", os.cpu_count() or 1)
    embedder.embed(texts[:100])
    started = time.perf_counter()
    embedder.embed(texts)
    return time.perf_counter() - started


def _ours(texts: Sequence[str]) -> tuple[float, float]:
    """Return the seconds until the first texts were in themes, and until all were looked at."""
    with tempfile.TemporaryDirectory(prefix="pmflow-bench-") as folder, house(PLUGIN) as urls:
        file = Path(folder, "texts.jsonl")
        file.write_text("\n".join(json.dumps({"text": text}) for text in texts), encoding="utf-8")
        actor = make_desk(RECIPE, 1).actor
        with workers(urls, PLUGIN):
            first: list[float] = []
            started = time.perf_counter()
            made = import_file(actor, file, file.name, ParseOptions(max_bytes=CLI_MAX_BYTES))

            def look(_progress: object) -> None:
                if not first and _in_themes(actor):
                    first.append(time.perf_counter() - started)

            wait_for_processing(actor, made.id, look)
            placed = time.perf_counter() - started
    return first[0] if first else placed, placed


def _in_themes(actor: Actor) -> int:
    with transaction(actor.workspace_id) as session:
        return _count(session)


def _count(session: Session) -> int:
    return session.scalars(select(func.count(col(ThemeMembership.id)))).one()


def _script(texts: Sequence[str]) -> float:
    with tempfile.TemporaryDirectory(prefix="pmflow-bench-") as folder:
        file = Path(folder, "texts.json")
        file.write_text(json.dumps(list(texts)), encoding="utf-8")
        answer = run("script", SCRIPT, {"texts": str(file)})
    return float("nan") if answer is None else float(answer["seconds"])


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks imports", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--peers", default="script", help="script, or empty for none")
    return parser.parse_args(arguments)
