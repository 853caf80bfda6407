"""What a set of themes loses while it grows: new texts only placed, and very many texts.

`python -m benchmarks growth FILE… [--samples 3 --scale 100000:25000]`. First table: 8,000 texts are
themed and 2,000 come. Second: texts beyond a limit are placed among the others, as beyond
`MAX_TEXTS`; sets larger than the file repeat its texts with vectors shaken a little.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_rand_score

from benchmarks.embedded_texts import Texts, read, samples
from benchmarks.rules import outcome
from pmflow_core.embedding.selection import get_embedder
from pmflow_core.themes.clustering import cluster
from pmflow_core.themes.matching import match_themes
from pmflow_core.themes.placement import place
from pmflow_core.themes.vectors import UNTHEMED, Indices, unit_rows

KNOWN = 0.8
SIZE = 10_000
SHAKEN = 0.3
PLACED = "{:12} {:>6} {:>6} {:>8} {:>8} {:>8} {:>10} {:>10}"
SCALED = "{:12} {:>7} {:>8} {:>7} {:>6} {:>8} {:>8}"


def main(arguments: Sequence[str]) -> None:
    """Print both tables."""
    options = _options(arguments)
    embedder = get_embedder("local", 1)
    sets = [
        (path.name.partition(".")[0], read(path, ("text", "label"), options.exclude, embedder))
        for path in options.files
    ]
    heads = ("file", "n", "new", "placed", "again", "loss", "cold moved", "warm moved")
    print(PLACED.format(*heads), flush=True)
    for name, whole in sets:
        for sample in samples(whole, SIZE, options.samples):
            print(PLACED.format(name, len(sample), *_placement(sample)), flush=True)
    heads = ("file", "n", "limit", "themes", "ari", "cpu s", "MB")
    print(SCALED.format(*heads), flush=True)
    for name, whole in sets:
        for size, limit in options.scale:
            print(SCALED.format(name, size, limit, *_scale(whole, size, limit)), flush=True)


def _placement(sample: Texts) -> tuple[str, ...]:
    """Return how the new texts fare, and the share of old ones that change theme."""
    order = np.random.default_rng(0).permutation(len(sample))
    known = np.sort(order[: int(KNOWN * len(order))])
    new = np.setdiff1d(order, known)
    old = sample.at(known)
    before = cluster(old.vectors, old.labelled.texts).labels
    placed = place(sample.vectors[new], old.vectors, before, int(before.max()) + 1).labels
    previous = np.full(len(sample), UNTHEMED)
    previous[known] = before
    again = cluster(sample.vectors, sample.labelled.texts).labels
    warm = cluster(sample.vectors, sample.labelled.texts, previous=previous).labels
    truth = sample.at(new).labelled.labels
    fares = adjusted_rand_score(truth, placed), adjusted_rand_score(truth, again[new])
    moved = (_moved(before, again[known]), _moved(before, warm[known]))
    return (
        str(len(new)),
        *(f"{value:.3f}" for value in (*fares, fares[1] - fares[0])),
        *(f"{share:.1%}" for share in moved),
    )


def _moved(before: Indices, after: Indices) -> float:
    """Return the share of themed texts that are not in the theme that continues theirs."""
    continues = match_themes(before, after).theme_of
    kept = np.array([continues.get(theme, UNTHEMED - 1) for theme in after.tolist()])
    themed = before != UNTHEMED
    return float((kept[themed] != before[themed]).mean())


def _scale(whole: Texts, size: int, limit: int) -> tuple[str, ...]:
    texts = _many(whole, size)
    made = outcome("pmflow", texts, limit)
    if made is None:
        return ("failed",) * 4
    ari = adjusted_rand_score(texts.labelled.labels, made.labels)
    taken = (f"{made.seconds:.1f}", f"{made.megabytes:.0f}")
    return str(made.labels.max() + 1), f"{ari:.3f}", *taken


def _many(whole: Texts, size: int) -> Texts:
    """Return a sample, or every text so often that there are enough, each a little elsewhere."""
    if size <= len(whole):
        return samples(whole, size, 1)[0]
    random = np.random.default_rng(0)
    rows = np.sort(random.integers(0, len(whole), size))
    noise = random.normal(size=(size, whole.vectors.shape[1])).astype(np.float32)
    drawn = whole.at(rows)
    return Texts(drawn.labelled, unit_rows(drawn.vectors + SHAKEN * unit_rows(noise)))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks growth", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--exclude", action="append", default=[], help="label to leave out")
    parser.add_argument("--samples", type=int, default=3, help="how often to draw 10,000 texts")
    parser.add_argument(
        "--scale", action="append", type=_scaled, help="texts:limit, as 100000:25000"
    )
    options = parser.parse_args(arguments)
    options.scale = options.scale or [(20_000, 25_000), (20_000, 10_000), (100_000, 25_000)]
    return options


def _scaled(text: str) -> tuple[int, int]:
    size, _, limit = text.partition(":")
    return int(size), int(limit)
