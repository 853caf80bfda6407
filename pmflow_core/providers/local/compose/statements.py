"""Statements that several documents make about the signals, in the same words everywhere."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from pmflow_core.providers.local.analysis import Analysis, Problem
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.people import People
from pmflow_core.providers.local.phrases import (
    FEW,
    MANY,
    cite,
    day,
    listed,
    question,
    quoted,
    sentence_case,
    share,
    signals,
    verb,
)
from pmflow_core.providers.local.quoting import Quotation, unlike
from pmflow_core.providers.local.situations import LEAVING
from pmflow_core.providers.local.sorting import is_glad
from pmflow_core.providers.local.spans import Span, quotable_spans

_SEVERITIES = ("critical", "high", "medium", "low")
_FOLLOWING = 3
_WORDED = 0.5  # quality of a span from which praise says what for


def composition(desk: Desk) -> str:
    """How many signals there are and how many of them say something to act on."""
    analysis = desk.analysis
    rest = [
        f"{len(members)} {verb(len(members), one, several)}"
        for members, one, several in (
            (analysis.praise, "is praise", "are praise"),
            (analysis.plain, "names no trouble", "name no trouble"),
            (analysis.unclear, "says too little to use", "say too little to use"),
            (analysis.foreign, "is not in English", "are not in English"),
        )
        if members
    ]
    if not rest:
        return (
            f"{sentence_case(signals(desk.total))} {verb(desk.total, 'is', 'are')} linked to this"
            f" project, and {verb(desk.total, 'it', 'all')}"
            f" {verb(desk.total, 'reports', 'report')} a problem or"
            f" {verb(desk.total, 'asks', 'ask')} for something {cite(desk.typical)}."
        )
    return (
        f"{sentence_case(signals(desk.total))} {verb(desk.total, 'is', 'are')} linked to this"
        f" project: {analysis.speaking} {verb(analysis.speaking, 'reports', 'report')} a problem"
        f" or {verb(analysis.speaking, 'asks', 'ask')} for something, {listed(rest)}"
        f" {cite(desk.typical)}."
    )


def period(desk: Desk) -> str:
    """When the signals arrived; empty when all came on one day, which tells nothing."""
    ordered = sorted(desk.analysis.evidence, key=lambda one: (one.received_at, one.number))
    first, last = ordered[0], ordered[-1]
    if first.received_at.date() == last.received_at.date():
        return ""
    return (
        f"They arrived between {day(first.received_at)} {cite([first.number])} "
        f"and {day(last.received_at)} {cite([last.number])}."
    )


def ranking(desk: Desk) -> str:
    """Which problem is the largest, and which follow."""
    problems = sorted(desk.analysis.problems, key=lambda one: -len(one.members))
    first = problems[0]
    if len(first.members) == 1 and len(problems) > _FOLLOWING:
        return f"Each tells of something else, and none is told twice {cite(desk.typical, MANY)}."
    if len(first.members) == 1:
        told = "; ".join(f"{one.topic.clause} {cite(one.numbers)}" for one in problems)
        lead = "What is told" if len(problems) == 1 else "Each tells of something else"
        return f"{lead}: {told}."
    size = share(len(first.members), desk.total)
    if len(problems) == 1:
        return f"They share one problem, {size}: {first.topic.clause} {cite(first.numbers)}."
    others = [
        f"{one.topic.clause} ({len(one.members)}) {cite(one.numbers, 2)}"
        for one in problems[1 : 1 + _FOLLOWING]
    ]
    return (
        f"The largest problem, {size}: {first.topic.clause} {cite(first.numbers)}."
        f" Next: {listed(others)}."
    )


def leaving(desk: Desk) -> str:
    """How many writers weigh leaving or want their money back; empty when fewer than two."""
    numbers = [one.number for one in desk.analysis.evidence if LEAVING.search(one.text)]
    if len(numbers) < 2:
        return ""
    voice = _leaving_voice(desk)
    return (
        f"{share(len(numbers), desk.total)} {verb(len(numbers), 'uses', 'use')} words of leaving,"
        f" cancelling or no longer paying {cite(numbers, MANY)}"
        + (f": {quoted(voice)}." if voice else ".")
    )


def _leaving_voice(desk: Desk) -> Quotation | None:
    voices = [
        (span.quality, -one.number, span.text)
        for one in desk.analysis.evidence
        for span in quotable_spans(one.text)
        if LEAVING.search(span.text)
    ]
    best = max(voices, default=None)
    return Quotation(-best[1], best[2]) if best else None


def about(desk: Desk, problem: Problem) -> str:
    """How many signals a problem has, and how many say it in so many words."""
    count = share(len(problem.members), desk.total)
    if not problem.topic.key or problem.telling in (0, len(problem.members)):
        return count
    alike = len(problem.members) - problem.telling
    return (
        f"{count}: {problem.telling} {verb(problem.telling, 'says', 'say')} it in so many words,"
        f" {alike} {verb(alike, 'was', 'were')} grouped by similarity"
    )


def occasions(problem: Problem) -> list[str]:
    """The situations that several signals of a problem name, each with its count."""
    return [
        f"{len(one.members)} {one.told} {cite(one.numbers)}" for one in problem.situations[:FEW]
    ]


def severity(problem: Problem) -> str:
    """The recorded severities of a problem's signals; empty when none is recorded."""
    mix = Counter(member.severity for member in problem.members if member.severity)
    parts = [f"{mix[name]} {name}" for name in _SEVERITIES if mix[name]]
    if not parts:
        return ""
    unrecorded = len(problem.members) - sum(mix[name] for name in _SEVERITIES)
    tail = f", {unrecorded} not recorded" if unrecorded else ""
    return f"severity: {', '.join(parts)}{tail}"


def praised(desk: Desk) -> str:
    """How many signals praise the product."""
    many = len(desk.analysis.praise)
    return f"{share(many, desk.total)} {verb(many, 'praises', 'praise')} the product"


def valued(desk: Desk) -> list[Quotation]:
    """What they praise, best-worded first; nothing that only says that they do, nor trouble."""
    spans = [(_gladdest(one.text), one.number) for one in desk.analysis.praise]
    worded = sorted(
        (-span.quality, number, span.text) for span, number in spans if span is not None
    )
    fit = [Quotation(number, text) for worth, number, text in worded if -worth >= _WORDED]
    return unlike(fit)


def _gladdest(text: str) -> Span | None:
    glad = [span for span in quotable_spans(text) if is_glad(span.text)]
    return max(glad, key=lambda span: span.quality, default=None)


def customers(problem: Problem) -> str:
    """How many named customers are behind a problem; empty when unknown."""
    named = {member.customer for member in problem.members if member.customer}
    if not named:
        return ""
    return f"from {len(named)} named {verb(len(named), 'customer', 'customers')}"


def persona(desk: Desk, one: People) -> str:
    """One kind of customer: how many, what they struggle with, in their words."""
    facts = f"**{one.label}** — {share(len(one.members), desk.total)}"
    if one.customers:
        facts += f", {one.customers} named {verb(one.customers, 'customer', 'customers')}"
    if one.problem and len(desk.analysis.problems) > 1 and one.of_problem > 1:
        facts += f"; most often: {one.problem.topic.mention} ({one.of_problem})"
    cited = cite([member.number for member in one.members], MANY)
    return f"{facts} {cited}{f': {quoted(one.quote)}' if one.quote else ''}"


def personas(desk: Desk) -> list[str]:
    """The kinds of customer that the signals show, and plainly what they do not show."""
    found = [persona(desk, one) for one in desk.people]
    known = {member.number for one in desk.people for member in one.members}
    silent = [one.number for one in desk.analysis.evidence if one.number not in known]
    if not found:
        return [
            f"The evidence does not tell who these people are: {signals(desk.total)}, no segment"
            f" that two of them share, and nothing they say of their own situation"
            f" {cite(desk.typical)}"
        ]
    if silent:
        found.append(
            f"Of the other {signals(len(silent))} the evidence does not tell who wrote"
            f" {verb(len(silent), 'it', 'them')} {cite(silent)}"
        )
    return found


def loose_ends(desk: Desk) -> Iterator[str]:
    """Questions that the state of the evidence itself raises."""
    analysis = desk.analysis
    if analysis.speaking < 5:
        yield question(
            "Product manager",
            f"Is this more than a coincidence? Only {signals(analysis.speaking)} "
            f"{verb(analysis.speaking, 'speaks', 'speak')} of it so far.",
        )
    yield from _unrecorded(desk)
    yield from _unread(analysis)
    elsewhere = desk.request.total_signals - desk.total
    if elsewhere > 0:
        yield question(
            "Product manager",
            f"Do any of the {elsewhere} other signals of the workspace belong here too?",
        )


def _unrecorded(desk: Desk) -> Iterator[str]:
    evidence = desk.analysis.evidence
    unknown = sum(one.severity is None for one in evidence)
    if unknown:
        yield question(
            "Research lead",
            f"How badly does this hurt? {unknown} of {signals(desk.total)} "
            f"{verb(unknown, 'records', 'record')} no severity.",
        )
    nameless = sum(one.segment is None for one in evidence)
    if nameless:
        yield question(
            "Research lead",
            f"Who is affected? {nameless} of {signals(desk.total)} "
            f"{verb(nameless, 'records', 'record')} no segment.",
        )


def _unread(analysis: Analysis) -> Iterator[str]:
    for members, many, one in (
        (analysis.apart, "fit none of the groups", "fits none of the groups"),
        (
            analysis.foreign,
            "are not in English and were not grouped",
            "is not in English and was not grouped",
        ),
        (analysis.unclear, "say too little to be grouped", "says too little to be grouped"),
        (analysis.plain, "name neither trouble nor praise", "names neither trouble nor praise"),
    ):
        if members:
            numbers = [member.number for member in members]
            yield question(
                "Research lead",
                f"What do the {signals(len(numbers))} say that {many}? To be read:"
                f" {cite(numbers, MANY)}."
                if len(numbers) > 1
                else f"What does the signal say that {one}? To be read: {cite(numbers, MANY)}.",
            )


def known_citations(desk: Desk, lines: Iterable[str]) -> list[str]:
    """Lines of an earlier document that cite nothing but signals which are still linked."""
    known = {one.number for one in desk.analysis.evidence}
    return [
        line
        for line in lines
        if known.issuperset(int(number) for number in re.findall(r"\bS-(\d{1,18})\b", line))
    ]
