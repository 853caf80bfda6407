"""How well the product tells what repeats what, on labelled files and its own path."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from pmflow_core.embedding.base import Embedder, Vectors
from pmflow_core.embedding.selection import get_embedder
from pmflow_core.errors import Invalid
from pmflow_core.evals.labelled import Row, read_rows
from pmflow_core.signals.candidates import Comparable, nearest
from pmflow_core.signals.likeness import READ_CHARS, Rarity, bag_of
from pmflow_core.signals.normalise import normalise
from pmflow_core.signals.thresholds import DuplicateThresholds, thresholds_for

RECALL_AT = (1, 5, 10)
BLOCK_ROWS = 500
GROUP = "dup_group"
BINS = 20_000
"""Cosines are told apart to the fourth place, so that no file is too large to be compared."""
Counts = NDArray[np.int64]
NO = frozenset({"", "0", "0.0", "false", "no", "none", "null"})


@dataclass(frozen=True, slots=True)
class DuplicatesReport:
    """Agreement with labels; precision, recall and F1 of a cosine of `threshold` and more.

    `recall_at` is the share of texts with duplicates that find one among so many neighbours,
    `found_at` the share of all their duplicates that are among them; both only for groups.
    """

    n: int
    auc: float
    precision: float
    recall: float
    f1: float
    threshold: float
    recall_at: dict[str, float] = field(default_factory=dict[str, float])
    found_at: dict[str, float] = field(default_factory=dict[str, float])


def evaluate(
    path: Path, text: str = "text", body: str = "body", *, threads: int = 1
) -> DuplicatesReport:
    """Compare what the product calls alike with a file's labels.

    A file has pairs (`text1`, `text2`, `label`) or texts with a `dup_group`; a text's `body`, where
    there is such a column, follows it on the next line.

    Raises:
        Invalid: the file cannot be read, lacks a column, or has only one kind of answer.
    """
    rows = list(read_rows(path))
    embedder = get_embedder("local", threads)
    limits = thresholds_for(embedder.name).duplicates
    if rows and GROUP in rows[0]:
        texts, groups = read_groups(path, text, body)
        return of_groups(texts, groups, embedder.embed(texts), limits)
    return of_pairs(rows, path, embedder, limits)


def read_groups(path: Path, text: str, body: str) -> tuple[list[str], list[str]]:
    """Return the texts of a file and the group of each, empty for none; raises Invalid."""
    texts: list[str] = []
    groups: list[str] = []
    for row in read_rows(path):
        texts.append(_whole(row, text, body, path))
        groups.append(str(row.get(GROUP) or ""))
    return texts, groups


def of_pairs(
    rows: Sequence[Row], path: Path, embedder: Embedder, limits: DuplicateThresholds
) -> DuplicatesReport:
    """Return the report on pairs of texts."""
    one, other = ([_cell(row, name, path) for row in rows] for name in ("text1", "text2"))
    same = np.array([_cell(row, "label", path).casefold() not in NO for row in rows])
    vectors = embedder.embed([*one, *other])
    cosines = (vectors[: len(rows)] * vectors[len(rows) :]).sum(axis=1)
    return _report(len(rows), _counted(cosines, same), limits.suggest)


def of_groups(
    texts: Sequence[str], groups: Sequence[str], vectors: Vectors, limits: DuplicateThresholds
) -> DuplicatesReport:
    """Return the report on texts, each with its group of duplicates or none."""
    pool = [
        _comparable(place, text, vector)
        for place, (text, vector) in enumerate(zip(texts, vectors, strict=True))
    ]
    report = _report(len(texts), _pairs_of_groups(groups, vectors), limits.suggest)
    members: dict[str, set[int]] = defaultdict(set)
    for place, group in enumerate(groups):
        if group:
            members[group].add(place)
    asked = [place for place, group in enumerate(groups) if len(members.get(group, ())) > 1]
    hits, shares = _ranked(pool, asked, [members[groups[place]] for place in asked], limits)
    return DuplicatesReport(
        report.n,
        report.auc,
        report.precision,
        report.recall,
        report.f1,
        report.threshold,
        hits,
        shares,
    )


def _ranked(
    pool: Sequence[Comparable],
    asked: Sequence[int],
    alike: Sequence[set[int]],
    limits: DuplicateThresholds,
) -> tuple[dict[str, float], dict[str, float]]:
    """Return how often, and how many of, the duplicates are among the nearest candidates."""
    rarity = Rarity.of(each.bag for each in pool)
    hits: dict[int, list[bool]] = defaultdict(list)
    shares: dict[int, list[float]] = defaultdict(list)
    for start in range(0, len(asked), BLOCK_ROWS):
        block = asked[start : start + BLOCK_ROWS]
        found = nearest([pool[place] for place in block], pool, rarity, max(RECALL_AT) + 1)
        for place, near, group in zip(block, found, alike[start:], strict=False):
            others = [row for row, cosine, _, _ in near if cosine >= limits.neighbour]
            others = [row for row in others if row != place]
            for most in RECALL_AT:
                right = len(group.intersection(others[:most]))
                hits[most].append(right > 0)
                shares[most].append(right / (len(group) - 1))
    return (
        {str(most): float(np.mean(hits[most])) if asked else 0.0 for most in RECALL_AT},
        {str(most): float(np.mean(shares[most])) if asked else 0.0 for most in RECALL_AT},
    )


def _pairs_of_groups(groups: Sequence[str], vectors: Vectors) -> Counts:
    """Return the cosines of all pairs of texts, those of one group apart from the others."""
    numbers = {group: number for number, group in enumerate(sorted(set(groups) - {""}), start=1)}
    own = np.array([numbers.get(group, 0) for group in groups])
    places = np.arange(len(groups))
    counts = np.zeros((2, BINS), dtype=np.int64)
    for start in range(0, len(groups), BLOCK_ROWS):
        rows = places[start : start + BLOCK_ROWS, None]
        later = places > rows
        same = (own == own[rows]) & (own > 0)
        counts += _counted((vectors[rows[:, 0]] @ vectors.T)[later], same[later])
    return counts


def _counted(cosines: NDArray[np.float32], same: NDArray[np.bool_]) -> Counts:
    """Return how many pairs have which cosine: a row of those apart, a row of those alike."""
    at = np.clip(np.floor((cosines + 1) / 2 * BINS), 0, BINS - 1).astype(np.int64)
    return np.stack([np.bincount(at[same == kind], minlength=BINS) for kind in (False, True)])


def _report(n: int, counts: Counts, threshold: float) -> DuplicatesReport:
    apart, alike = counts
    if not apart.sum() or not alike.sum():
        raise Invalid("The file needs some texts that repeat each other and some that do not.")
    first = round((threshold + 1) / 2 * BINS)
    right = int(alike[first:].sum())
    precision = right / max(right + int(apart[first:].sum()), 1)
    recall = right / int(alike.sum())
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    below = np.cumsum(apart) - apart / 2
    auc = float((alike * below).sum() / (alike.sum() * apart.sum()))
    return DuplicatesReport(n, auc, precision, recall, f1, threshold)


def _comparable(place: int, text: str, vector: NDArray[np.float32]) -> Comparable:
    said = text[:READ_CHARS]
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    return Comparable(UUID(int=place), place, long_ago, said, bag_of(said), vector)


def _whole(row: Row, text: str, body: str, path: Path) -> str:
    more = row.get(body) or ""
    return normalise(f"{_cell(row, text, path)}\n{more}")


def _cell(row: Row, name: str, path: Path) -> str:
    if row.get(name) is None:
        raise Invalid(f"A row of {path.name} has no column {name!r}.")
    return str(row[name])
