"""Which project a signal belongs to, if any: a score made of numbers alone.

A project is known by vectors: one of its own text, one of each signal linked to it. A signal's
similarity to it is the cosine to their middle mixed with the mean of the three nearest, corrected
for how tight the project is: a project whose signals all say one thing must be met more closely
than one that spans a subject. How far the second project is behind says how sure the first is; what
any two signals of the workspace have in common is no sign at all.
What else was tried, and the figures: docs/explanation/routing.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pmflow_core.signals.thresholds import RoutingThresholds

Matrix = NDArray[np.float32]
Indices = NDArray[np.int64]

NEAREST = 3
MEMBER_SHARE = 0.3
TIGHTNESS_SHARE = 0.6
MARGIN_SHARE = 0.4
USUAL_TIGHTNESS = 0.65
"""Mean cosine of a text to the middle of the others of its subject; moves no order, only scale."""
PRIOR_SIGNALS = 5
"""As many signals of usual tightness stand beside a project's own, so that few prove little."""
USUAL_COMMON = 0.08
"""Mean cosine of two signals of a workspace that speaks of many subjects."""
MOST_COMMON = 0.15
PRIOR_TEXTS = 200
BLOCK_ROWS = 500

ENOUGH_DECISIONS = 20
WANTED_PRECISION = 0.8
MOST_SHIFT = 0.05
SHIFT_STEP = 0.01


class Route(StrEnum):
    """What a similarity says."""

    LINK = "link"
    ASK = "ask"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Profiles:
    """What is known of projects, in their order; `members` lie project by project."""

    middles: Matrix
    corrections: Matrix
    members: Matrix
    sizes: Indices


@dataclass(frozen=True, slots=True)
class Routed:
    """For each signal the number of the nearest project and its similarity, about 0 to 1."""

    projects: Indices
    similarities: Matrix


def common_share(mean: Matrix, count: int) -> float:
    """Return how much nearer than usual any two signals of a workspace are, 0 to 0.15.

    Args:
        mean: Of the signals' unit vectors; its squared length is their mean cosine.
        count: How many they are; few prove little.
    """
    share = (float(mean @ mean) - USUAL_COMMON) * count / (count + PRIOR_TEXTS)
    return min(MOST_COMMON, max(0.0, share))


def profile(vectors: Matrix, owners: Indices, projects: int, common: float = 0.0) -> Profiles:
    """Return what `vectors` (unit rows) say of each project; every one needs a vector at least.

    Args:
        vectors: The projects' own texts and their signals, in any order.
        owners: The project of each, from 0 on.
        projects: How many there are.
        common: The workspace's `common_share`, which counts for no project.
    """
    order = np.argsort(owners, kind="stable")
    members = np.ascontiguousarray(vectors[order], dtype=np.float32)
    sizes = np.bincount(owners, minlength=projects).astype(np.int64)
    sums = np.zeros((projects, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, owners, vectors)
    own = _tightness(members, owners[order], sums, sizes)
    corrections = (TIGHTNESS_SHARE * (USUAL_TIGHTNESS - own) - common).astype(np.float32)
    return Profiles(_unit(sums), corrections, members, sizes)


def route(signals: Matrix, known: Profiles) -> Routed:
    """Return the nearest project of each signal (unit rows); there must be one project at least."""
    blocks = [
        _nearest(signals[start : start + BLOCK_ROWS], known)
        for start in range(0, len(signals), BLOCK_ROWS)
    ]
    if not blocks:
        return Routed(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))
    return Routed(
        np.concatenate([block.projects for block in blocks]),
        np.concatenate([block.similarities for block in blocks]),
    )


def verdict(similarity: float, thresholds: RoutingThresholds) -> Route:
    """Return what a similarity says: link it, ask somebody, or it is something new."""
    if similarity >= thresholds.link_from:
        return Route.LINK
    return Route.NEW if similarity < thresholds.new_below else Route.ASK


def learned(base: RoutingThresholds, decisions: Sequence[tuple[float, bool]]) -> RoutingThresholds:
    """Return the thresholds that a workspace's own decisions ask for, near those of the model.

    `decisions` are (similarity, accepted) of suggested links. Both thresholds move together, in
    steps of 0.01 and by 0.05 at most, to the lowest place above which four of five were accepted
    (Laplace's rule: two decisions, one of each kind, are added). Fewer than 20 move nothing. One
    more acceptance never raises the thresholds, one more dismissal never lowers them.
    """
    if len(decisions) < ENOUGH_DECISIONS:
        return base
    steps = round(MOST_SHIFT / SHIFT_STEP)
    shifts = [step * SHIFT_STEP for step in range(-steps, steps + 1)]
    good = (
        each for each in shifts if _precision(decisions, base.link_from + each) >= WANTED_PRECISION
    )
    shift = next(good, MOST_SHIFT)
    return RoutingThresholds(base.new_below + shift, base.link_from + shift)


def _precision(decisions: Sequence[tuple[float, bool]], threshold: float) -> float:
    above = [accepted for similarity, accepted in decisions if similarity >= threshold]
    return (sum(above) + 1) / (len(above) + 2)


def _nearest(signals: Matrix, known: Profiles) -> Routed:
    to_members = signals @ known.members.T
    ends = np.cumsum(known.sizes)
    closest = np.stack(
        [
            _mean_of_nearest(to_members[:, end - size : end])
            for size, end in zip(known.sizes, ends, strict=True)
        ],
        axis=1,
    )
    similar = (
        (1 - MEMBER_SHARE) * (signals @ known.middles.T)
        + MEMBER_SHARE * closest
        + known.corrections
    )
    rows = np.arange(len(signals))
    best = similar.argmax(axis=1).astype(np.int64)
    first = similar[rows, best].astype(np.float32)
    if similar.shape[1] == 1:
        return Routed(best, first)
    second = np.partition(similar, -2, axis=1)[:, -2]
    return Routed(best, (first + MARGIN_SHARE * (first - second)).astype(np.float32))


def _mean_of_nearest(cosines: Matrix) -> Matrix:
    if cosines.shape[1] <= NEAREST:
        return cosines.mean(axis=1)
    return np.partition(cosines, -NEAREST, axis=1)[:, -NEAREST:].mean(axis=1)


def _tightness(members: Matrix, owners: Indices, sums: Matrix, sizes: Indices) -> Matrix:
    """Return each project's mean cosine of a member to the middle of its others."""
    others = _unit(sums[owners] - members)
    cosines = (members * others).sum(axis=1)
    total = np.zeros(len(sizes), dtype=np.float32)
    # One alone has no others: it says nothing of how tight its project is.
    alone = sizes[owners] == 1
    np.add.at(total, owners[~alone], cosines[~alone])
    told = np.where(sizes > 1, sizes, 0)
    shrunk = (total + PRIOR_SIGNALS * USUAL_TIGHTNESS) / (told + PRIOR_SIGNALS)
    return shrunk.astype(np.float32)


def _unit(rows: Matrix) -> Matrix:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(norms > 0, norms, 1)).astype(np.float32)
