"""The product requirements document: the problem is told, what to decide is asked."""

from pmflow_core.providers.local.compose import statements
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.phrases import (
    bullets,
    cite,
    question,
    quoted,
    quotes,
    share,
    signals,
    verb,
)
from pmflow_core.providers.local.requirements import Requirement

PRODUCT = "[assumption: product manager]"


def problem_statement(desk: Desk) -> str:
    """Whose problem it is, how often it comes up, and how they put it."""
    parts = [
        f"{statements.composition(desk)} {statements.ranking(desk)} {statements.period(desk)}",
        "In the customers' words:",
        bullets(_voices(desk)),
    ]
    severe = [one.number for one in desk.analysis.evidence if one.severity in ("critical", "high")]
    if severe:
        parts.append(
            f"{share(len(severe), desk.total)} {verb(len(severe), 'is', 'are')} recorded as"
            f" critical or high {cite(severe, 12)}."
        )
    return "\n\n".join(parts)


def _voices(desk: Desk) -> list[str]:
    """Two quotations of the largest problem and one of each of the next, five at most."""
    first = desk.analysis.problems[0]
    chosen = list(first.quotes[:2])
    chosen += [one.quotes[0] for one in desk.analysis.problems[1:4] if one.quotes]
    return [quoted(one) for one in chosen] or [
        f"No span of the signals can be quoted without altering it; they are linked here"
        f" {cite(desk.typical)}"
    ]


def goals(desk: Desk) -> str:
    """The outcomes that would answer the problems; which of them to want is asked."""
    lines = [
        f"People can {one.kind.challenge.format(name=one.subject)} ({one.id})"
        f" {cite(one.numbers)} {PRODUCT}"
        for one in desk.requirements
        if one.in_mvp
    ]
    lines.append(
        question("Product manager", "Which of these outcomes matters most, and to which plan?")
    )
    return bullets(lines)


def user_personas(desk: Desk) -> str:
    """The kinds of customer that the signals show."""
    return bullets(statements.personas(desk))


def requirements(desk: Desk) -> str:
    """One numbered requirement per problem, with its evidence and when it is accepted."""
    return "\n\n".join(_requirement(desk, one) for one in desk.requirements)


def _requirement(desk: Desk, one: Requirement) -> str:
    problem = one.problem
    if problem is None:
        return f"- **{one.id} — {one.title}** {cite(one.numbers or desk.typical, 12)}"
    shown = problem.quotes[1:3] or problem.quotes[:1]
    lines = [
        f"- **{one.id} — {one.title}.** {statements.about(desk, problem)}"
        f" {statements.all_of(problem)}",
    ]
    if shown:
        lines.append(f"  - Heard as: {quotes(shown)}")
    lines.append(f"  - Accepted when {one.kind.accepted} {cite(one.numbers, 5)}")
    return "\n".join(lines)


def success_metrics(desk: Desk) -> str:
    """What the data holds now for each requirement; the target is a person's."""
    lines = [
        f"**{one.id}:** signals about {one.subject}. Baseline:"
        f" {share(len(one.numbers), desk.total)} {cite(one.numbers)}; target: to be set {PRODUCT}"
        for one in desk.requirements
    ]
    lines.append(
        question(
            "Product manager",
            "By how much should each of these fall, by when, and which measure of use"
            " shows the same?",
        )
    )
    return bullets(lines)


def mvp_scope(desk: Desk) -> str:
    """The requirements that together answer most of the signals, proposed by count alone."""
    chosen = [one for one in desk.requirements if one.in_mvp]
    covered = {number for one in chosen for number in one.numbers}
    lines = [f"**{one.id}** — {one.title} {cite(one.numbers)}" for one in chosen]
    reason = (
        f"Proposed by count alone: together {verb(len(chosen), 'this answers', 'these answer')}"
        f" {len(covered)} of the {signals(desk.analysis.speaking)} that report"
        f" or ask something"
        f" {cite(desk.typical)} {PRODUCT}."
    )
    return f"{reason}\n\n{bullets(lines)}"


def out_of_scope(desk: Desk) -> str:
    """The requirements left for later, and what no group holds."""
    later = [one for one in desk.requirements if not one.in_mvp]
    lines = [
        f"**{one.id}** — {one.title}: not in the first release, because fewer signals ask for it"
        f" ({len(one.numbers)}) {cite(one.numbers)} {PRODUCT}"
        for one in later
    ]
    apart = [one.number for one in desk.analysis.apart]
    if apart:
        lines.append(
            f"What is reported by {signals(len(apart))} outside the groups"
            f" {cite(apart, 12)} {PRODUCT}"
        )
    lines.append(question("Product manager", "What else must this project not grow into?"))
    return bullets(lines)


def open_questions(desk: Desk) -> str:
    """What a person has to decide before work begins."""
    lines = [
        question(
            "Engineering lead",
            f"What causes {one.subject} ({one.id}), and what would mending it take?"
            f" Reproduce {cite(one.numbers)}.",
        )
        for one in desk.requirements
        if one.in_mvp
    ]
    lines.extend(
        question(
            "Product manager",
            f"{one.id} meets a limit that may be intended: is it to be lifted, or explained?"
            f" {cite(one.numbers)}",
        )
        for one in desk.requirements
        if one.kind.key in ("restricted", "cost")
    )
    return bullets([*lines, *statements.loose_ends(desk)])
