"""The two research documents: the summary of an intake, and the synthesis in discovery."""

from pmflow_core.providers.local.analysis import Problem, Quotation
from pmflow_core.providers.local.compose import statements
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.lexicon import CIRCUMSTANCES
from pmflow_core.providers.local.phrases import (
    bullets,
    cite,
    question,
    quoted,
    quotes,
    sentence_case,
    share,
    signals,
    topic,
    verb,
)

_MOST_REQUESTS = 8


def tldr(desk: Desk) -> str:
    """At most four sentences and one quotation."""
    first = desk.analysis.problems[0]
    sentences = [statements.composition(desk), statements.period(desk), statements.ranking(desk)]
    if first.quotes:
        sentences.append(f"One puts it this way: {quoted(first.quotes[0])}.")
    return " ".join(sentences)


def problems(desk: Desk) -> str:
    """One item per problem with its count and two quotations."""
    lines: list[str] = []
    for problem in desk.analysis.problems:
        words = f": {quotes(problem.quotes[:2])}" if problem.quotes else ""
        lines.append(
            f"**{sentence_case(problem.name)}** — {statements.about(desk, problem)}"
            f" {cite(problem.numbers)}{words}"
        )
    return bullets(lines)


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
        f" many words {cite([one.number for one in asked], 12)}."
    )
    return f"{lead}\n\n{bullets(quoted(one) for one in _spread(desk))}"


def _spread(desk: Desk) -> list[Quotation]:
    """Requests taken in turn from each problem, so that a large one does not crowd out others."""
    rows = [
        [one for one in desk.analysis.requests if one.number in set(problem.numbers)]
        for problem in desk.analysis.problems
    ]
    longest = max((len(row) for row in rows), default=0)
    turns = [row[turn] for turn in range(longest) for row in rows if turn < len(row)]
    unlike = {one.text.casefold(): one for one in reversed(turns)}
    return [one for one in turns if unlike[one.text.casefold()] is one][:_MOST_REQUESTS]


def evidence(desk: Desk) -> str:
    """Per problem its quotations and every signal behind it."""
    blocks: list[str] = []
    for problem in desk.analysis.problems:
        lines = [quoted(one) for one in problem.quotes]
        lines.append(_sources(desk, problem))
        blocks.append(f"### {sentence_case(problem.name)}\n\n{bullets(lines)}")
    if desk.analysis.praise:
        numbers = [one.number for one in desk.analysis.praise]
        line = f"{sentence_case(signals(len(numbers)))} praise the product {cite(numbers, 12)}"
        blocks.append(f"### Praise\n\n{bullets([line])}")
    return "\n\n".join(blocks)


def _sources(desk: Desk, problem: Problem) -> str:
    facts = [statements.severity(problem), statements.segments(problem)]
    facts.append(statements.recurring_words(problem))
    told = "; ".join(fact for fact in facts if fact)
    count = share(len(problem.members), desk.total)
    return f"{count}{f'; {told}' if told else ''} {statements.all_of(problem)}"


def key_insights(desk: Desk) -> str:
    """What the signals show together."""
    lines = [statements.composition(desk).rstrip("."), statements.ranking(desk).rstrip(".")]
    lines.extend(_shared_word(desk))
    for problem in desk.analysis.problems[:4]:
        if problem.of_kind >= 2 and problem.kind.key != "other":
            example = f", as in {quoted(problem.kind_quote)}" if problem.kind_quote else ""
            lines.append(
                f"{problem.of_kind} of the {signals(len(problem.members))} about"
                f" {topic(problem.name)} use words for {problem.kind.words_for}"
                f" {cite(problem.kind_numbers)}{example}"
            )
    return bullets(lines)


def _shared_word(desk: Desk) -> list[str]:
    """A word that recurs in several problems hints at one cause behind them."""
    seen: dict[str, list[tuple[Problem, int]]] = {}
    for problem in desk.analysis.problems:
        for word, uses in problem.recurring:
            seen.setdefault(word, []).append((problem, uses))
    names = {word for problem in desk.analysis.problems for word in problem.name.split()}
    spread = [
        (len(where), word)
        for word, where in seen.items()
        if word in CIRCUMSTANCES and word not in names
    ]
    most, word = max(spread, default=(0, ""))
    if most < 2:
        return []
    where = seen[word]
    total = sum(uses for _, uses in where)
    numbers = [
        member.number
        for problem, _ in where
        for member in problem.members
        if word in member.text.lower()
    ]
    return [
        f"The word *{word}* recurs in {most} of the {len(desk.analysis.problems)} groups"
        f" ({signals(total)}), which hints at one cause behind them {cite(numbers, 6)}"
    ]


def user_problems(desk: Desk) -> str:
    """Per problem: how many, how severe, in whose words, and every signal."""
    blocks: list[str] = []
    for problem in desk.analysis.problems:
        lines = [_sources(desk, problem)]
        if problem.kind.key != "other":
            lines.append(
                f"{problem.of_kind} of them use words for {problem.kind.words_for}"
                f" {cite(problem.kind_numbers)}"
            )
        lines.extend(quoted(one) for one in problem.quotes[:3])
        blocks.append(f"### {sentence_case(problem.name)}\n\n{bullets(lines)}")
    return "\n\n".join(blocks)


def personas(desk: Desk) -> str:
    """The kinds of customer that the signals show."""
    return bullets(statements.personas(desk))


def open_questions(desk: Desk) -> str:
    """What the signals cannot answer."""
    lines = [
        question(
            "Engineering lead",
            f"What causes {topic(problem.name)}? The signals describe the effect only;"
            f" start from {cite(problem.numbers)}.",
        )
        for problem in desk.analysis.problems[:3]
    ]
    if len(desk.analysis.problems) > 1:
        first, second = desk.analysis.problems[:2]
        lines.append(
            question(
                "Product manager",
                f"Are {topic(first.name)} and {topic(second.name)} one problem or two?"
                f" Compare {cite(first.numbers, 2)} with {cite(second.numbers, 2)}.",
            )
        )
    return bullets([*lines, *statements.loose_ends(desk)])
