"""What the signals of a project say together: groups, their kind, and quotations for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from pmflow_core.providers.base import Evidence
from pmflow_core.providers.local.grouping import groups
from pmflow_core.providers.local.kinds import KINDS, Kind
from pmflow_core.providers.local.lexicon import (
    FUNCTION_WORDS,
    PRAISE_WORDS,
    REFUSAL,
    REQUEST,
    WEAK_WORDS,
)
from pmflow_core.providers.local.merging import Group, named_groups
from pmflow_core.providers.local.naming import recurring
from pmflow_core.providers.local.quoting import Quotation, group_quotes
from pmflow_core.providers.local.ranking import centrality
from pmflow_core.providers.local.similarity import Matrix, places
from pmflow_core.providers.local.situations import Situation, situations
from pmflow_core.providers.local.sorting import Voice, is_content, voice
from pmflow_core.providers.local.spans import Span, quotable_spans
from pmflow_core.providers.local.text import words
from pmflow_core.providers.local.topics import Topic

_LEAST_TOLD = 2
_MANY = 30


@dataclass(frozen=True)
class Problem:
    """A group of signals about one thing, most typical member first."""

    topic: Topic
    members: tuple[Evidence, ...]
    quotes: tuple[Quotation, ...]
    recurring: tuple[tuple[str, int], ...]

    @property
    def name(self) -> str:
        """The problem as a heading."""
        return self.topic.name

    @property
    def kind(self) -> Kind:
        """The kind of trouble it is."""
        return KINDS[self.topic.kind]

    @cached_property
    def telling(self) -> int:
        """How many members say it in so many words; the others were found to be like them."""
        return sum(self.topic.tells(member.text) for member in self.members)

    @cached_property
    def situations(self) -> tuple[Situation, ...]:
        """The situations in which several of its members met it."""
        return situations(self.members, self.topic.kind)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Numbers of the members, most typical first."""
        return tuple(member.number for member in self.members)


@dataclass(frozen=True)
class Analysis:
    """The evidence of a request, sorted; every signal is in exactly one place."""

    evidence: tuple[Evidence, ...]
    problems: tuple[Problem, ...]
    apart: tuple[Evidence, ...]
    praise: tuple[Evidence, ...]
    plain: tuple[Evidence, ...]
    unclear: tuple[Evidence, ...]
    foreign: tuple[Evidence, ...]
    requests: tuple[Quotation, ...]

    @property
    def speaking(self) -> int:
        """How many signals report or ask something."""
        return sum(len(problem.members) for problem in self.problems) + len(self.apart)


@lru_cache(maxsize=2)
def analyse(evidence: tuple[Evidence, ...]) -> Analysis:
    """Sort and group the signals; the same signals give the same analysis in any order.

    Kept for the same objects, since each persona of a jury asks about the same evidence.
    """
    ordered = sorted(evidence, key=lambda one: one.number)
    heard: dict[Voice, list[Evidence]] = {kind: [] for kind in Voice}
    for one in ordered:
        heard[voice(one.text)].append(one)
    if len(heard[Voice.FOREIGN]) * 2 > len(ordered):
        # The project's language is another one: similarity still groups it, word lists do not.
        heard[Voice.SPEAKS] += heard.pop(Voice.FOREIGN)
        heard[Voice.FOREIGN] = []
    if len(heard[Voice.PLAIN]) > len(heard[Voice.SPEAKS]) + len(heard[Voice.PRAISE]):
        # Here people state what they want without a word of trouble, as they write to support.
        heard[Voice.SPEAKS] += heard.pop(Voice.PLAIN)
        heard[Voice.PLAIN] = []
    spoken = sorted(heard[Voice.SPEAKS], key=lambda one: one.number)
    problems, apart = _problems(spoken)
    if not problems:
        # What is content and makes no group is praise where nothing else is left to be told.
        heard[Voice.PRAISE] += apart
        apart = ()
    return Analysis(
        evidence=tuple(ordered),
        problems=problems,
        apart=apart,
        praise=tuple(sorted(heard[Voice.PRAISE], key=lambda one: one.number)),
        plain=tuple(heard[Voice.PLAIN]),
        unclear=tuple(heard[Voice.UNCLEAR]),
        foreign=tuple(heard[Voice.FOREIGN]),
        requests=_requests([*(one.members for one in problems), apart]),
    )


def _problems(spoken: Sequence[Evidence]) -> tuple[tuple[Problem, ...], tuple[Evidence, ...]]:
    rows = places(spoken)
    found = groups(rows)
    grouped = {row for group in found for row in group}
    alone = [(row,) for row in range(len(spoken)) if row not in grouped]
    named = named_groups([*found, *alone], [one.text for one in spoken])
    # Few signals are no group among many; they are listed apart, never dropped.
    least = 2 if len(spoken) < _MANY else 3
    large = [group for group in named if group.is_single or len(group.rows) >= least] or named
    kept = [group for group in large if not _is_content([spoken[row] for row in group.rows])]
    problems = [
        _problem(group, [spoken[row] for row in group.rows], rows[list(group.rows)])
        for group in kept
    ]
    problems.sort(key=lambda problem: -_weight(problem))
    placed = {row for group in kept for row in group.rows}
    apart = tuple(one for row, one in enumerate(spoken) if row not in placed)
    return tuple(problems), apart


def _is_content(members: Sequence[Evidence]) -> bool:
    """True when more than half of a group is content, so that nothing is asked for by it."""
    content = sum(is_content(member.text, member.severity) for member in members)
    return 2 * content > len(members)


_SEVERE = {"critical": 3.0, "high": 2.0, "medium": 1.0, "low": 0.5}


def _weight(problem: Problem) -> float:
    """How much a group weighs: its signals, severe ones more; unrecorded counts as medium."""
    return sum(_SEVERE.get(member.severity or "medium", 1.0) for member in problem.members)


def _problem(group: Group, members: Sequence[Evidence], rows: Matrix) -> Problem:
    rank = centrality(rows)
    stated = np.array([group.topic.tells(member.text) for member in members], dtype=float)
    order = np.argsort(-(rank + stated), kind="stable")
    texts = [member.text for member in members]
    return Problem(
        topic=group.topic,
        members=tuple(members[row] for row in order),
        quotes=group_quotes(members, rows, rank, group.topic),
        recurring=tuple(recurring(texts, group.topic.name)),
    )


def _asking(span: Span) -> float:
    """How well a span asks: in plain words, and saying what for."""
    return span.quality + 0.1 * min(5, len(_told(span.text)))


def _told(text: str) -> frozenset[str]:
    """The words of a request that say what is asked for; "please fix this" has none."""
    empty = WEAK_WORDS | FUNCTION_WORDS | PRAISE_WORDS
    return frozenset(word for word in words(text) if word not in empty)


def _requests(told: Sequence[Sequence[Evidence]]) -> tuple[Quotation, ...]:
    """The best-worded span of each signal that asks for something, clearest of a group first."""
    asked: list[Quotation] = []
    for members in told:
        found: list[tuple[float, Quotation]] = []
        for member in members:
            spans = [
                span
                for span in quotable_spans(member.text)
                if REQUEST.search(span.text)
                and not REFUSAL.search(span.text)
                and len(_told(span.text)) >= _LEAST_TOLD
            ]
            if spans:
                worth, text = max((_asking(span), span.text) for span in spans)
                found.append((-worth, Quotation(member.number, text)))
        found.sort(key=lambda pair: (pair[0], pair[1].number))
        asked.extend(quotation for _, quotation in found)
    return tuple(asked)
