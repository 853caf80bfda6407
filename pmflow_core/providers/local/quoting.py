"""Chooses quotations: typical, well-worded and different ones, each verbatim."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pmflow_core.providers.base import Evidence
from pmflow_core.providers.local.frames import frames
from pmflow_core.providers.local.ranking import diverse
from pmflow_core.providers.local.similarity import Matrix, stems
from pmflow_core.providers.local.sorting import Voice, voice
from pmflow_core.providers.local.spans import Span, quotable_spans
from pmflow_core.providers.local.topics import Topic

_QUOTES = 6
_ALIKE = 0.6


@dataclass(frozen=True)
class Quotation:
    """A verbatim span and the number of the signal it stands in."""

    number: int
    text: str


def best_span(text: str, topic: Topic | None = None) -> Span | None:
    """The span of a verbatim that quotes best, preferring one that states the topic."""
    return max(quotable_spans(text), key=lambda span: _worth(span, topic), default=None)


def group_quotes(
    members: Sequence[Evidence], rows: Matrix, rank: np.ndarray, topic: Topic
) -> tuple[Quotation, ...]:
    """Quotations that show the topic, no two nearly equal."""
    spans = [best_span(member.text, topic) for member in members]
    places = [row for row, span in enumerate(spans) if span is not None]
    worth = [0.4 * float(rank[row]) + _worth(spans[row], topic) for row in places]
    picked: list[Quotation] = []
    for pick in diverse(rows[places], worth, 3 * _QUOTES):
        span = spans[places[pick]]
        if span is not None:
            picked.append(Quotation(members[places[pick]].number, span.text))
    return tuple(unlike(picked)[:_QUOTES])


def unlike(quotations: Iterable[Quotation]) -> list[Quotation]:
    """The quotations without those that say nearly what an earlier one says."""
    kept: list[Quotation] = []
    bags: list[frozenset[str]] = []
    for one in quotations:
        bag = stems(one.text)
        if all(_overlap(bag, other) < _ALIKE for other in bags):
            kept.append(one)
            bags.append(bag)
    return kept


def _overlap(first: frozenset[str], second: frozenset[str]) -> float:
    return len(first & second) / max(1, min(len(first), len(second)))


def _worth(span: Span | None, topic: Topic | None) -> float:
    if span is None:
        return 0.0
    if topic is None:
        return span.quality
    if topic.key:
        shown = 0.8 if topic.tells(span.text) else 0.0
    else:
        shown = 0.5 if frames(span.text) else 0.0
    # Praise beside a complaint is no quotation for it.
    shown -= 0.7 * (voice(span.text) is not Voice.SPEAKS)
    return span.quality + shown + 0.15 * min(2, len(topic.stems & stems(span.text)))
