"""Themes against labels beside other rules, and how often a theme's name says what it is about.

`python -m benchmarks themes FILE… [--size 1000x4 --size 10000x3 --peers graph,greedy,bertopic]`;
files also come from `PMFLOW_BENCH_THEMES`, separated by colons. No data ships with the project.
Every rule gets the same vectors and one thread, in a process of its own; seconds are the
processor's, megabytes the most the process held.
"""

import argparse
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import numpy as np

from benchmarks.embedded_texts import Texts, read, samples
from benchmarks.rules import outcome
from pmflow_core.embedding.selection import get_embedder
from pmflow_core.evals.labelled import Labelled
from pmflow_core.evals.themes import Seconds, compare
from pmflow_core.themes.clustering import Clustering
from pmflow_core.themes.labels import name_themes
from pmflow_core.themes.phrases import stem
from pmflow_core.themes.vectors import Indices

PEERS = ("graph", "greedy", "bertopic")
SIZES = ((1000, 4), (10_000, 3))
ROW = "{:12} {:>7} {:>2} {:>5}  {:16} {:20} {:>5} {:13} {:>5} {:>6} {:>6} {:>8} {:>6} {:>6}"
HEAD = (
    *("file", "n", "of", "true", "rule", "themes", "ari", "from–to", "nmi", "names", "shown"),
    *("cpu s", "ratio", "MB"),
)
WORD = re.compile(r"[^\W_]+")
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Found:
    """What one rule made of one sample."""

    name: str
    themes: int
    ari: float
    nmi: float
    named: float
    shown: float
    seconds: float
    megabytes: float


def main(arguments: Sequence[str]) -> None:
    """Print one row per file, size and rule: means over the samples."""
    options = _options(arguments)
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    print(ROW.format(*HEAD), flush=True)
    embedder = get_embedder("local", 1)
    for path in options.files:
        whole = read(path, (options.text, options.label), options.exclude, embedder)
        sizes = {min(size, len(whole)): count for size, count in options.size or SIZES}
        for size, count in sizes.items():
            _print(path, samples(whole, size, count), ("pmflow", *options.peers))


def beside(peer: str, arguments: Sequence[str]) -> None:
    """Measure beside one peer only."""
    main([*arguments, "--peers", peer])


def _print(path: Path, drawn: Sequence[Texts], rules: Sequence[str]) -> None:
    usual = 0.0
    for rule in rules:
        found = [one for sample in drawn if (one := _found(rule, sample))]
        if not found:
            continue
        aris, seconds = [one.ari for one in found], mean(one.seconds for one in found)
        usual = usual or seconds
        cells = (
            f"{mean(aris):.3f}",
            f"{min(aris):.3f}–{max(aris):.3f}",
            f"{mean(one.nmi for one in found):.3f}",
            f"{mean(one.named for one in found):.3f}",
            f"{mean(one.shown for one in found):.3f}",
            f"{seconds:.1f}",
            f"{seconds / usual:.1f}",
            f"{max(one.megabytes for one in found):.0f}",
        )
        true = round(mean(len(set(sample.labelled.labels)) for sample in drawn))
        counts = " ".join(str(one.themes) for one in found)
        title = (path.name.partition(".")[0], len(drawn[0]), len(drawn), true)
        print(ROW.format(*title, found[0].name, counts, *cells), flush=True)


def _found(rule: str, sample: Texts) -> Found | None:
    made = outcome(rule, sample)
    if made is None:
        return None
    clustering = Clustering(made.labels, made.name, {})
    report = compare(sample.labelled, clustering, Seconds(0, made.seconds))
    return Found(
        name=made.name,
        themes=report.themes,
        ari=report.ari,
        nmi=report.nmi,
        named=named_share(sample.labelled, made.labels),
        shown=named_share(sample.labelled, made.labels, keywords=False),
        seconds=made.seconds,
        megabytes=made.megabytes,
    )


def named_share(labelled: Labelled, themes: Indices, *, keywords: bool = True) -> float:
    """Return the share of themed texts whose theme's name shares a stem with its usual label.

    Without `keywords` only what is shown as the name counts.
    """
    right = 0
    for number, name in name_themes(labelled.texts, themes).items():
        inside = [labelled.labels[row] for row in np.flatnonzero(themes == number)]
        usual = Counter(inside).most_common(1)[0][0]
        said = (name.label, *name.keywords) if keywords else (name.label,)
        if _stems(usual) & _stems(" ".join(said)):
            right += len(inside)
    return right / max(int((themes >= 0).sum()), 1)


def _stems(text: str) -> set[str]:
    return {stem(word) for word in WORD.findall(text.replace("_", " "))}


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks themes", description=__doc__)
    listed = [Path(name) for name in os.environ.get("PMFLOW_BENCH_THEMES", "").split(":") if name]
    parser.add_argument("files", nargs="*" if listed else "+", type=Path, default=listed)
    parser.add_argument("--text", default="text", help="column of the text")
    parser.add_argument("--label", default="label", help="column of the label")
    parser.add_argument("--exclude", action="append", default=[], help="label to leave out")
    parser.add_argument("--size", action="append", type=_size, help="texts x samples, as 10000x3")
    parser.add_argument(
        "--peers", type=_peers, default=PEERS, help="of " + ",".join(PEERS) + ", or none"
    )
    return parser.parse_args(arguments)


def _size(text: str) -> tuple[int, int]:
    texts, _, count = text.partition("x")
    return int(texts), int(count or 1)


def _peers(text: str) -> tuple[str, ...]:
    names = tuple(name for name in text.split(",") if name and name != "none")
    if unknown := [name for name in names if name not in PEERS]:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}")
    return names
