"""Go-to-market brief and jury report."""

from pmflow_core.providers.local.compose import statements
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.lexicon import REQUEST
from pmflow_core.providers.local.phrases import (
    bullets,
    cite,
    question,
    quotes,
    signals,
    verb,
)
from pmflow_core.providers.local.quoting import Quotation, best_span, unlike

PRODUCT = "[assumption: product manager]"
MARKETING = "[assumption: marketing lead]"
_MOST_PRAISE = 3


def target_audience(desk: Desk) -> str:
    """Who is addressed first: those who spoke."""
    first = desk.analysis.problems[0]
    lead = (
        f"Address first the people behind the {signals(len(first.members))} of the largest"
        f" problem: {first.topic.clause} {cite(first.numbers)}."
    )
    lead = " ".join(one for one in (lead, statements.leaving(desk)) if one)
    return f"{lead}\n\n{bullets(statements.personas(desk))}"


def messaging(desk: Desk) -> str:
    """One promise per requirement of the first release, next to the words it answers."""
    lines: list[str] = []
    said: list[Quotation] = []
    for one in desk.requirements:
        if one.in_mvp:
            own = one.problem.quotes if one.problem else ()
            fresh = [quote for quote in unlike([*said, *own]) if quote not in said][:2]
            said.extend(fresh)
            answers = f": {quotes(fresh)}" if fresh else ""
            lines.append(
                f"**{one.kind.promise}** ({one.id}). {one.title}, for those who wrote"
                f" {cite(one.numbers or desk.typical)}{answers}"
            )
    praised = _praise(desk)
    if praised:
        lines.append(f"What people already like, in their words: {quotes(praised)}")
    return bullets(lines)


def _praise(desk: Desk) -> list[Quotation]:
    found = [
        (best_span(one.text), one.number)
        for one in desk.analysis.praise
        if not REQUEST.search(one.text)
    ]
    worded = [
        (span.quality, Quotation(number, span.text))
        for span, number in found
        if span and span.quality > 0.5
    ]
    worded.sort(key=lambda pair: (-pair[0], pair[1].number))
    return [quotation for _, quotation in worded[:_MOST_PRAISE]]


def launch_plan(desk: Desk) -> str:
    """Steps before, at and after the launch, each for a role to take on."""
    analysis = desk.analysis
    first = analysis.problems[0]
    count = len({one.customer for one in analysis.evidence if one.customer})
    who = f"{count} named {verb(count, 'customer', 'customers')}" if count else "writers"
    lines = [
        f"Before: show the change to the {who} behind the signals and ask whether it answers"
        f" them {cite(desk.typical)} {MARKETING}",
        f"Before: prepare an answer for support, since this is what people write about most:"
        f" {first.topic.clause} {cite(first.numbers)} {MARKETING}",
        f"At launch: release to a small share first and watch for new signals saying that"
        f" {first.topic.clause} {cite(first.numbers)} {MARKETING}",
        f"After: tell everyone who wrote that it is done, in their own words, and link to the"
        f" change {cite(desk.typical)} {MARKETING}",
        f"After: compare the number of signals with the baseline of the PRD {cite(desk.typical)}"
        f" {MARKETING}",
        question("Marketing lead", "Which channels and which date?"),
        question("Product manager", "What would make us take the change back?"),
    ]
    return bullets(lines)


def overall_verdict(desk: Desk) -> str:
    """The verdict is computed from votes, which no text may anticipate."""
    return bullets(
        [
            question(
                "Product manager",
                "What is the verdict? It is computed from the votes of the jury; without a"
                " language model or people there are no votes to report.",
            ),
            f"What the jury has before it: {len(desk.requirements)}"
            f" {verb(len(desk.requirements), 'requirement', 'requirements')} from"
            f" {signals(desk.total)} {cite(desk.typical)}",
        ]
    )


def persona_breakdowns(desk: Desk) -> str:
    """What each kind of customer would judge by."""
    lines = [statements.persona(desk, one) for one in desk.people]
    return bullets(lines or statements.personas(desk))


def recommendations(desk: Desk) -> str:
    """What to show to whom before a vote."""
    lines: list[str] = []
    for one in desk.requirements:
        heard = one.problem.quotes[:1] if one.problem else ()
        source = quotes(heard) if heard else cite(one.numbers)
        lines.append(f"Show {one.id} ({one.title}) to the people behind {source} {PRODUCT}")
    return bullets(lines)
