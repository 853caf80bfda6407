"""Statements that several documents make about the signals, in the same words everywhere."""

from collections import Counter
from collections.abc import Iterator

from pmflow_core.providers.local.analysis import Analysis, Problem
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.people import People
from pmflow_core.providers.local.phrases import (
    MANY,
    cite,
    day,
    listed,
    question,
    quoted,
    share,
    signals,
    topic,
    verb,
)

_SEVERITIES = ("critical", "high", "medium", "low")


def composition(desk: Desk) -> str:
    """How many signals there are and how many of them say something to act on."""
    analysis = desk.analysis
    rest = [
        f"{len(members)} {verb(len(members), one, several)}"
        for members, one, several in (
            (analysis.praise, "is praise", "are praise"),
            (analysis.unclear, "says too little to use", "say too little to use"),
            (analysis.foreign, "is not in English", "are not in English"),
        )
        if members
    ]
    text = (
        f"{signals(desk.total)} {verb(desk.total, 'is', 'are')} linked to this project; "
        f"{analysis.speaking} {verb(analysis.speaking, 'reports', 'report')} a problem or "
        f"{verb(analysis.speaking, 'asks', 'ask')} for something"
    )
    tail = f", {listed(rest)}" if rest else ""
    return f"{text}{tail} {cite(desk.typical)}."


def period(desk: Desk) -> str:
    """When the signals arrived."""
    ordered = sorted(desk.analysis.evidence, key=lambda one: (one.received_at, one.number))
    first, last = ordered[0], ordered[-1]
    if first.received_at.date() == last.received_at.date():
        they = verb(desk.total, "It", "They")
        return f"{they} arrived on {day(first.received_at)} {cite([first.number, last.number])}."
    return (
        f"They arrived between {day(first.received_at)} {cite([first.number])} "
        f"and {day(last.received_at)} {cite([last.number])}."
    )


def ranking(desk: Desk) -> str:
    """Which problem is the largest, and which follow."""
    problems = sorted(desk.analysis.problems, key=lambda one: -len(one.members))
    first = problems[0]
    if len(first.members) == 1:
        named = [f"{topic(one.name)} {cite(one.numbers)}" for one in problems]
        told = "What is reported is" if len(named) == 1 else "Each reports something else:"
        return f"{told} {listed(named)}."
    text = (
        f"The largest group, {share(len(first.members), desk.total)}, is about "
        f"{topic(first.name)} {cite(first.numbers)}"
    )
    if len(problems) == 1:
        return f"{text}."
    others = [
        f"{topic(one.name)} ({len(one.members)}) {cite(one.numbers, 1)}" for one in problems[1:4]
    ]
    return f"{text}, followed by {listed(others)}."


def about(desk: Desk, problem: Problem) -> str:
    """How many signals a problem has and what kind of words they use."""
    count = len(problem.members)
    text = f"{share(count, desk.total)}"
    if problem.kind.key == "other":
        return text
    if problem.of_kind < count:
        return f"{text}, {problem.of_kind} of them in words for {problem.kind.words_for}"
    return f"{text}, in words for {problem.kind.words_for}"


def recurring_words(problem: Problem) -> str:
    """Words that the signals of a problem share, with how many use each; empty when none."""
    if not problem.recurring:
        return ""
    parts = [f"*{word}* ({uses})" for word, uses in problem.recurring]
    return f"words that recur: {', '.join(parts)}"


def severity(problem: Problem) -> str:
    """The recorded severities of a problem's signals; empty when none is recorded."""
    mix = Counter(member.severity for member in problem.members if member.severity)
    parts = [f"{mix[name]} {name}" for name in _SEVERITIES if mix[name]]
    if not parts:
        return ""
    unrecorded = len(problem.members) - sum(mix[name] for name in _SEVERITIES)
    tail = f", {unrecorded} not recorded" if unrecorded else ""
    return f"severity: {', '.join(parts)}{tail}"


def segments(problem: Problem) -> str:
    """How many named customers and which segments are behind a problem; empty when unknown."""
    customers = {member.customer for member in problem.members if member.customer}
    if not customers:
        return ""
    return f"from {len(customers)} named {verb(len(customers), 'customer', 'customers')}"


def all_of(problem: Problem) -> str:
    """Citations of a problem's signals, all of them up to a readable number."""
    cited = cite(problem.numbers, MANY)
    if len(problem.numbers) > MANY:
        return f"(the {MANY} most typical are cited) {cited}"
    return cited


def persona(desk: Desk, one: People) -> str:
    """One kind of customer: how many, what they struggle with, in their words."""
    facts = f"**{one.label}** — {share(len(one.members), desk.total)}"
    if one.customers:
        facts += f", {one.customers} named {verb(one.customers, 'customer', 'customers')}"
    if one.problem and len(desk.analysis.problems) > 1:
        facts += f", most often about {topic(one.problem.name)} ({one.of_problem})"
    cited = cite([member.number for member in one.members], 12)
    return f"{facts} {cited}{f': {quoted(one.quote)}' if one.quote else ''}"


def personas(desk: Desk) -> list[str]:
    """The kinds of customer that the signals show, or that they show none."""
    found = [persona(desk, one) for one in desk.people]
    if found:
        return found
    return [
        f"The {signals(desk.total)} do not say who their writers are: no segment is recorded and"
        f" nobody describes their own situation {cite(desk.typical)}"
    ]


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
    for members, reason in (
        (analysis.apart, "fit none of the groups"),
        (analysis.foreign, "are not in English and were not grouped"),
        (analysis.unclear, "say too little to be grouped"),
    ):
        if members:
            numbers = [member.number for member in members]
            yield question(
                "Research lead",
                f"What do the signals say that {reason}? To be read: {cite(numbers, 12)}.",
            )
