"""What the signals of a project say together: groups, their kind, and quotations for each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pmflow_core.providers.base import Evidence
from pmflow_core.providers.local.grouping import groups
from pmflow_core.providers.local.kinds import OTHER, Kind
from pmflow_core.providers.local.lexicon import (
    FUNCTION_WORDS,
    PRAISE_WORDS,
    REFUSAL,
    REQUEST,
    WEAK_WORDS,
)
from pmflow_core.providers.local.merging import Group, merged
from pmflow_core.providers.local.naming import name_groups, recurring
from pmflow_core.providers.local.ranking import centrality, diverse
from pmflow_core.providers.local.similarity import Matrix, places, stems
from pmflow_core.providers.local.sorting import Voice, voice
from pmflow_core.providers.local.spans import Span, quotable_spans
from pmflow_core.providers.local.text import words

_QUOTES = 5
_LEAST_TOLD = 2
_MOSTLY = 0.4


@dataclass(frozen=True)
class Quotation:
    """A verbatim span and the number of the signal it stands in."""

    number: int
    text: str


@dataclass(frozen=True)
class Problem:
    """A group of signals about one thing, most typical member first."""

    name: str
    kind: Kind
    of_kind: int
    members: tuple[Evidence, ...]
    quotes: tuple[Quotation, ...]
    recurring: tuple[tuple[str, int], ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """Numbers of the members, most typical first."""
        return tuple(member.number for member in self.members)

    @property
    def kind_numbers(self) -> tuple[int, ...]:
        """Numbers of the members that use the words of its kind."""
        if self.kind is OTHER:
            return self.numbers
        return tuple(one.number for one in self.members if self.kind.pattern.search(one.text))

    @property
    def kind_quote(self) -> Quotation | None:
        """A quotation that shows the words of its kind."""
        return next((one for one in self.quotes if self.kind.pattern.search(one.text)), None)


@dataclass(frozen=True)
class Analysis:
    """The evidence of a request, sorted; every signal is in exactly one place."""

    evidence: tuple[Evidence, ...]
    problems: tuple[Problem, ...]
    apart: tuple[Evidence, ...]
    praise: tuple[Evidence, ...]
    unclear: tuple[Evidence, ...]
    foreign: tuple[Evidence, ...]
    requests: tuple[Quotation, ...]

    @property
    def speaking(self) -> int:
        """How many signals report or ask something."""
        return sum(len(problem.members) for problem in self.problems) + len(self.apart)


def analyse(evidence: Sequence[Evidence]) -> Analysis:
    """Sort and group the signals; the same signals give the same analysis in any order."""
    ordered = sorted(evidence, key=lambda one: one.number)
    heard: dict[Voice, list[Evidence]] = {kind: [] for kind in Voice}
    for one in ordered:
        heard[voice(one.text)].append(one)
    if len(heard[Voice.FOREIGN]) * 2 > len(ordered):
        # The project's language is another one: similarity still groups it, word lists do not.
        heard[Voice.SPEAKS] += heard.pop(Voice.FOREIGN)
        heard[Voice.FOREIGN] = []
    spoken = sorted(heard[Voice.SPEAKS], key=lambda one: one.number)
    problems, apart = _problems(spoken)
    return Analysis(
        evidence=tuple(ordered),
        problems=problems,
        apart=apart,
        praise=tuple(heard[Voice.PRAISE]),
        unclear=tuple(heard[Voice.UNCLEAR]),
        foreign=tuple(heard[Voice.FOREIGN]),
        requests=_requests(problems),
    )


def best_span(text: str, subject: frozenset[str] = frozenset()) -> Span | None:
    """The span of a verbatim that quotes best, preferring one that speaks of the subject."""

    def worth(span: Span) -> float:
        return span.quality + 0.35 * len(subject & stems(span.text))

    return max(quotable_spans(text), key=worth, default=None)


def _problems(spoken: Sequence[Evidence]) -> tuple[tuple[Problem, ...], tuple[Evidence, ...]]:
    rows = places(spoken)
    found = groups(rows)
    # A group of one is no group when there are many signals; it is listed apart, never dropped.
    kept = [group for group in found if len(group) > 1 or len(spoken) < 6] or list(found)
    grouped = {row for group in kept for row in group}
    names = name_groups([one.text for one in spoken], kept)
    texts = [one.text for one in spoken]
    joined = _renamed(merged(list(zip(names, kept, strict=True)), texts, rows), texts)
    problems = [
        _problem(group, [spoken[row] for row in group.rows], rows[list(group.rows)])
        for group in joined
    ]
    problems.sort(key=lambda problem: -_weight(problem))
    apart = tuple(one for row, one in enumerate(spoken) if row not in grouped)
    return tuple(problems), apart


def _renamed(joined: Sequence[Group], texts: Sequence[str]) -> list[Group]:
    """Give a joined group one phrase as its name when enough of its signals use it."""
    fresh = name_groups(texts, [group.rows for group in joined])
    return [
        replace(group, names=(name,))
        if len(group.names) > 1 and _is_mostly(name, [texts[row] for row in group.rows])
        else group
        for group, name in zip(joined, fresh, strict=True)
    ]


def _is_mostly(name: str, texts: Sequence[str]) -> bool:
    wanted = stems(name)
    used = sum(wanted <= stems(text) for text in texts)
    return " " in name and used >= _MOSTLY * len(texts)


_SEVERE = {"critical": 3.0, "high": 2.0, "medium": 1.0, "low": 0.5}


def _weight(problem: Problem) -> float:
    """How much a group weighs: its signals, severe ones more; unrecorded counts as medium."""
    return sum(_SEVERE.get(member.severity or "medium", 1.0) for member in problem.members)


def _problem(group: Group, members: Sequence[Evidence], rows: Matrix) -> Problem:
    rank = centrality(rows)
    order = np.argsort(-rank, kind="stable")
    texts = [member.text for member in members]
    return Problem(
        name=group.name,
        kind=group.kind,
        of_kind=group.of_kind,
        members=tuple(members[row] for row in order),
        quotes=_quotes(members, rows, rank, stems(group.name)),
        recurring=tuple(recurring(texts, group.name)),
    )


def _quotes(
    members: Sequence[Evidence], rows: Matrix, rank: np.ndarray, subject: frozenset[str]
) -> tuple[Quotation, ...]:
    """Typical, well-worded and different quotations, no two alike."""
    spans = [best_span(member.text, subject) for member in members]
    places_with = [row for row, span in enumerate(spans) if span is not None]
    worth = [
        0.5 * float(rank[row]) + span.quality + 0.3 * len(subject & stems(span.text))
        for row, span in enumerate(spans)
        if span is not None
    ]
    chosen: dict[str, Quotation] = {}
    for pick in diverse(rows[places_with], worth, _QUOTES + 3):
        span = spans[places_with[pick]]
        if span is not None:
            quotation = Quotation(members[places_with[pick]].number, span.text)
            chosen.setdefault(span.text.casefold(), quotation)
    return tuple(chosen.values())[:_QUOTES]


def _asking(span: Span) -> float:
    """How well a span asks: in plain words, and saying what for."""
    return span.quality + 0.1 * min(5, len(_told(span.text)))


def _told(text: str) -> frozenset[str]:
    """The words of a request that say what is asked for; "please fix this" has none."""
    empty = WEAK_WORDS | FUNCTION_WORDS | PRAISE_WORDS
    return frozenset(word for word in words(text) if word not in empty)


def _requests(problems: Sequence[Problem]) -> tuple[Quotation, ...]:
    """The best-worded span of each signal that asks for something, clearest of a group first."""
    asked: list[Quotation] = []
    for problem in problems:
        found: list[tuple[float, Quotation]] = []
        for member in problem.members:
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
