"""Chooses which signals a model sees when there is not room for all."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pmflow_core.providers.base import Evidence, Vector

_MOST_TEXT = 4_000
_MOST_FIELD = 200
_SAMENESS = 0.5
_TIRED = -2.0


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One signal as a line of JSON."""

    number: int
    line: str


def select(evidence: Sequence[Evidence], most_chars: int) -> tuple[Excerpt, ...]:
    """Return the signals that fit into `most_chars`, by number.

    When not all fit, those come first that are typical of all and unlike the ones chosen before
    (MMR, Carbonell and Goldstein 1998); without a vector for each, the first ones as given.
    """
    lines = [Excerpt(one.number, _line(one)) for one in evidence]
    if sum(len(one.line) + 1 for one in lines) > most_chars:
        lines = _fitting(lines, _order(evidence), most_chars)
    return tuple(sorted(lines, key=lambda one: one.number))


def _fitting(lines: Sequence[Excerpt], order: Sequence[int], most_chars: int) -> list[Excerpt]:
    chosen: list[Excerpt] = []
    left = most_chars
    for index in order:
        size = len(lines[index].line) + 1
        if size <= left:
            chosen.append(lines[index])
            left -= size
    return chosen


def _order(evidence: Sequence[Evidence]) -> Sequence[int]:
    vectors = [one.vector for one in evidence if one.vector is not None]
    if len(vectors) < len(evidence) or len({vector.shape for vector in vectors}) > 1:
        return range(len(evidence))
    return _typical_and_different(_unit(np.stack(vectors)))


def _typical_and_different(rows: Vector) -> Sequence[int]:
    typical = rows @ _unit(rows.mean(axis=0)[None, :])[0]
    nearest = np.zeros(len(rows), dtype=np.float32)
    taken = np.zeros(len(rows), dtype=bool)
    order: list[int] = []
    # Beyond some hundred the budget is full; what remains follows by typicality alone.
    for _ in range(min(len(rows), 600)):
        gain = np.where(taken, _TIRED, (1 - _SAMENESS) * typical - _SAMENESS * nearest)
        best = int(np.argmax(gain))
        taken[best] = True
        order.append(best)
        nearest = np.maximum(nearest, rows @ rows[best])
    rest = [int(one) for one in np.argsort(-typical, kind="stable") if not taken[one]]
    return [*order, *rest]


def _unit(rows: Vector) -> Vector:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)


def _line(one: Evidence) -> str:
    told: dict[str, object] = {"id": f"S-{one.number}", "text": one.text[:_MOST_TEXT]}
    if len(one.text) > _MOST_TEXT:
        told["cut"] = True
    for name in ("severity", "frequency", "segment", "customer"):
        value = getattr(one, name)
        if value:
            told[name] = str(value)[:_MOST_FIELD]
    told["received"] = one.received_at.date().isoformat()
    return json.dumps({"signal": told}, ensure_ascii=False)
