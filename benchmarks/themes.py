"""Themes against labels, and how often a theme's name says what its texts are about.

`python -m benchmarks themes FILE… [--sample 10000 --samples 3]`; files also come from
`PMFLOW_BENCH_THEMES`, separated by colons. No data ships with the project.
"""

import argparse
import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pmflow_core.embedding.selection import get_embedder
from pmflow_core.evals.labelled import Labelled, read_labelled
from pmflow_core.evals.themes import compare, theme
from pmflow_core.themes.labels import name_themes
from pmflow_core.themes.phrases import stem
from pmflow_core.themes.vectors import Indices

ROW = "{:28} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6} {:>8} {:>8}"
WORD = re.compile(r"[^\W_]+")


def main(arguments: Sequence[str]) -> None:
    """Print one row per file, or per sample of it."""
    options = _options(arguments)
    print(
        ROW.format(
            "file", "n", "true", "themes", "noise", "ari", "nmi", "names", "embed s", "theme s"
        )
    )
    embedder = get_embedder("local", options.threads)
    for path in options.files:
        whole = read_labelled(path, options.text, options.label, options.exclude)
        for labelled in _samples(whole, options.sample, options.samples):
            clustering, seconds = theme(labelled.texts, embedder)
            report = compare(labelled, clustering, seconds)
            shown = (report.ari, report.nmi, named_share(labelled, clustering.labels))
            times = (report.seconds.embed, report.seconds.cluster)
            print(
                ROW.format(
                    path.name.partition(".")[0],
                    report.n,
                    len(set(labelled.labels)),
                    report.themes,
                    report.noise,
                    *(f"{value:.3f}" for value in shown),
                    *(f"{value:.1f}" for value in times),
                ),
                flush=True,
            )


def named_share(labelled: Labelled, themes: Indices) -> float:
    """Return the share of themed texts whose theme's name shares a stem with its usual label."""
    right = 0
    for number, name in name_themes(labelled.texts, themes).items():
        inside = [labelled.labels[row] for row in np.flatnonzero(themes == number)]
        usual = Counter(inside).most_common(1)[0][0]
        if _stems(usual) & _stems(" ".join((name.label, *name.keywords))):
            right += len(inside)
    return right / max(int((themes >= 0).sum()), 1)


def _stems(text: str) -> set[str]:
    return {stem(word) for word in WORD.findall(text.replace("_", " "))}


def _samples(whole: Labelled, size: int | None, count: int) -> list[Labelled]:
    if size is None or size >= len(whole.texts):
        return [whole]
    return [_sample(whole, size, seed) for seed in range(count)]


def _sample(whole: Labelled, size: int, seed: int) -> Labelled:
    drawn = np.random.default_rng(seed).choice(len(whole.texts), size, replace=False)
    rows = np.sort(drawn).tolist()
    return Labelled([whole.texts[row] for row in rows], [whole.labels[row] for row in rows])


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks themes", description=__doc__)
    listed = [Path(name) for name in os.environ.get("PMFLOW_BENCH_THEMES", "").split(":") if name]
    parser.add_argument("files", nargs="*" if listed else "+", type=Path, default=listed)
    parser.add_argument("--text", default="text", help="column of the text")
    parser.add_argument("--label", default="label", help="column of the label")
    parser.add_argument("--exclude", action="append", default=[], help="label to leave out")
    parser.add_argument("--sample", type=int, help="rows to draw; absent means all")
    parser.add_argument("--samples", type=int, default=3, help="how often to draw")
    parser.add_argument("--threads", type=int, default=1, help="threads of the model")
    return parser.parse_args(arguments)
