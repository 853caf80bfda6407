"""Repeats: how many labelled ones are found, and how many texts of a corpus are identical.

`python -m benchmarks duplicates FILE… [--text text --body body]`; files have a `dup_group`. No data
ships with the project.
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pmflow_core.embedding.selection import get_embedder
from pmflow_core.evals.duplicates import of_groups, read_groups
from pmflow_core.signals.normalise import text_hash
from pmflow_core.signals.thresholds import thresholds_for

ROW = "{:24} {:>6} {:>9} {:>6} {:>6} {:>6} {:>6} {:>6} {:>8} {:>7}"


def main(arguments: Sequence[str]) -> None:
    """Print one row per file."""
    options = _options(arguments)
    names = ("file", "n", "identical", "P", "R", "r@1", "r@5", "r@10", "embed s", "rank s")
    print(ROW.format(*names))
    embedder = get_embedder("local", options.threads)
    limits = thresholds_for(embedder.name).duplicates
    for path in options.files:
        texts, groups = read_groups(path, options.text, options.body)
        started = time.perf_counter()
        vectors = embedder.embed(texts)
        embedded = time.perf_counter()
        report = of_groups(texts, groups, vectors, limits)
        ranked = time.perf_counter()
        repeats = sum(many - 1 for many in Counter(map(text_hash, texts)).values())
        shown = (report.precision, report.recall, *report.recall_at.values())
        print(
            ROW.format(
                path.name.partition(".")[0],
                report.n,
                repeats,
                *(f"{value:.3f}" for value in shown),
                f"{embedded - started:.1f}",
                f"{ranked - embedded:.1f}",
            ),
            flush=True,
        )


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks duplicates", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--text", default="text", help="column of the text")
    parser.add_argument("--body", default="body", help="column of what follows it")
    parser.add_argument("--threads", type=int, default=1, help="threads of the model")
    return parser.parse_args(arguments)
