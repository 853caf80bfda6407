"""The two research documents: the summary of an intake, and the synthesis in discovery."""

from pmflow_core.providers.local.analysis import Problem
from pmflow_core.providers.local.compose import statements
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.phrases import (
    FEW,
    MANY,
    bullets,
    cite,
    question,
    quoted,
    quotes,
    sentence_case,
    share,
    signals,
    verb,
)
from pmflow_core.providers.local.quoting import Quotation, best_span, unlike
from pmflow_core.providers.local.situations import Situation
from pmflow_core.providers.local.topics import trouble

_MOST_REQUESTS = 8
_MOST_APART = 3


def tldr(desk: Desk) -> str:
    """At most four sentences and one quotation."""
    first = desk.analysis.problems[0]
    sentences = [statements.composition(desk), statements.ranking(desk), statements.period(desk)]
    if first.quotes:
        sentences.append(f"One puts it this way: {quoted(first.quotes[0])}.")
    return " ".join(one for one in sentences if one)


def problems(desk: Desk) -> str:
    """One item per problem with its count and two quotations."""
    lines: list[str] = []
    for problem in desk.analysis.problems:
        words = f": {quotes(problem.quotes[:2])}" if problem.quotes else ""
        lines.append(
            f"**{problem.name}** — {statements.about(desk, problem)} {cite(problem.numbers)}{words}"
        )
    return bullets([*lines, *_apart(desk)])


def _apart(desk: Desk) -> list[str]:
    """What is reported too seldom to make a group: how much of it there is, and some of it."""
    apart = desk.analysis.apart
    if not apart:
        return []
    spans = [(best_span(one.text), one.number) for one in apart]
    told = sorted(
        ((-trouble(span), number, span.text) for span, number in spans if span is not None)
    )
    some = unlike(Quotation(number, text) for _, number, text in told)[:_MOST_APART]
    words = f": {quotes(some)}" if some else ""
    numbers = [one.number for one in apart]
    return [
        f"**Apart from these** — {share(len(apart), desk.total)} {verb(len(apart), 'fits', 'fit')}"
        f" no group {cite(numbers, MANY)}{words}"
    ]


def requests(desk: Desk) -> str:
    """What signals ask for in so many words, the best-worded of each problem first."""
    asked = desk.analysis.requests
    if not asked:
        return (
            f"None of the {signals(desk.analysis.speaking)} asks for something in so many words;"
            f" they describe what is wrong {cite(desk.typical)}."
        )
    lead = (
        f"{share(len(asked), desk.total)} {verb(len(asked), 'asks', 'ask')} for something in so"
        f" many words {cite([one.number for one in asked], MANY)}."
    )
    return f"{lead}\n\n{bullets(quoted(one) for one in _spread(desk))}"


def _spread(desk: Desk) -> list[Quotation]:
    """Requests taken in turn from each problem, so that a large one does not crowd out others."""
    homes = [set(problem.numbers) for problem in desk.analysis.problems]
    homes.append({one.number for one in desk.analysis.apart})
    rows = [[one for one in desk.analysis.requests if one.number in home] for home in homes]
    longest = max((len(row) for row in rows), default=0)
    turns = [row[turn] for turn in range(longest) for row in rows if turn < len(row)]
    return unlike(turns)[:_MOST_REQUESTS]


def evidence(desk: Desk) -> str:
    """Per problem its quotations and every signal behind it."""
    blocks: list[str] = []
    for problem in desk.analysis.problems:
        lines = [quoted(one) for one in problem.quotes[:5]]
        lines.append(_sources(desk, problem))
        blocks.append(f"### {problem.name}\n\n{bullets(lines)}")
    if desk.analysis.praise:
        lines = [f"{statements.praised(desk)} {cite(desk.praised, MANY)}"]
        lines += [quoted(one) for one in statements.valued(desk)[:FEW]]
        blocks.append(f"### What customers value, to be kept\n\n{bullets(lines)}")
    return "\n\n".join(blocks)


def _sources(desk: Desk, problem: Problem) -> str:
    facts = [
        statements.about(desk, problem),
        statements.severity(problem),
        statements.customers(problem),
    ]
    return f"{'; '.join(fact for fact in facts if fact)} {cite(problem.numbers, MANY)}"


def key_insights(desk: Desk) -> str:
    """What the signals show together."""
    lines = [statements.composition(desk), statements.ranking(desk), statements.leaving(desk)]
    found = [one.rstrip(".") for one in lines if one]
    found.extend(_shared_situations(desk))
    for problem in desk.analysis.problems[:4]:
        if problem.topic.key and problem.telling > 1 and problem.quotes:
            found.append(
                f"{problem.telling} of {signals(desk.total)} say in so many words that"
                f" {problem.topic.clause}, as in {quoted(problem.quotes[0])}"
            )
    return bullets(found)


def _shared_situations(desk: Desk) -> list[str]:
    """A situation that recurs in several problems hints at one cause behind them."""
    problems = desk.analysis.problems
    where: dict[str, list[Situation]] = {}
    for problem in problems:
        for one in problem.situations:
            where.setdefault(one.told, []).append(one)
    shared = sorted(
        ((sum(len(one.members) for one in found), told) for told, found in where.items()),
        reverse=True,
    )
    return [
        f"{count} signals in {len(where[told])} of the {len(problems)} problems {told}, which"
        f" hints at one cause behind them"
        f" {cite([number for one in where[told] for number in one.numbers[:2]], MANY)}"
        for count, told in shared[:2]
        if len(where[told]) > 1
    ]


def user_problems(desk: Desk) -> str:
    """Per problem: how many, how severe, when, and in whose words."""
    blocks: list[str] = []
    for problem in desk.analysis.problems:
        lines = [_sources(desk, problem), *statements.occasions(problem)]
        lines.extend(quoted(one) for one in problem.quotes[:3])
        blocks.append(f"### {problem.name}\n\n{bullets(lines)}")
    return "\n\n".join(blocks)


def personas(desk: Desk) -> str:
    """The kinds of customer that the signals show."""
    return bullets(statements.personas(desk))


def open_questions(desk: Desk) -> str:
    """What the signals cannot answer."""
    lines = [
        question(
            "Engineering lead",
            f"{sentence_case(problem.topic.clause)}. {problem.kind.cause}"
            f" Start from {cite(problem.numbers)}.",
        )
        for problem in desk.analysis.problems[:3]
    ]
    if len(desk.analysis.problems) > 1:
        first, second = desk.analysis.problems[:2]
        lines.append(
            question(
                "Product manager",
                f"{first.name}; {second.name[:1].lower()}{second.name[1:]}: one problem or two?"
                f" Compare {cite(first.numbers, 2)} with {cite(second.numbers, 2)}.",
            )
        )
    return bullets([*lines, *statements.loose_ends(desk)])
