"""How the votes of a jury are counted: by code, never by a model; pure."""

from collections.abc import Iterable

from pmflow_core.runs.models import Vote

WORTH = {Vote.APPROVE: 1.0, Vote.CONDITIONAL: 0.5, Vote.REJECT: 0.0}
# Of the score; below the second the jury rejects.
APPROVES, CONDITIONAL = 0.6, 0.4
_SLACK = 1e-9


def score_of(votes: Iterable[tuple[float, Vote]]) -> float:
    """Return the weighted mean of (weight, vote), from 0 to 1; 0 without any weight."""
    cast = list(votes)
    weight = sum(each for each, _ in cast)
    return sum(each * WORTH[vote] for each, vote in cast) / weight if weight else 0.0


def verdict_of(score: float) -> Vote:
    """Return what the jury as a whole says."""
    if reaches(score, APPROVES):
        return Vote.APPROVE
    return Vote.CONDITIONAL if score >= CONDITIONAL else Vote.REJECT


def reaches(score: float, at_least: float) -> bool:
    """Return whether a score is at least the threshold, inexact sums of weights aside."""
    return score >= at_least - _SLACK


def in_words(score: float, at_least: float) -> str:
    """Return a score next to its threshold, never rounded across it."""
    shown = f"{score:.2f}"
    if reaches(score, at_least) != reaches(float(shown), at_least):
        shown = f"{score:.4f}"
    return f"{shown}, needs {at_least:.2f}"
