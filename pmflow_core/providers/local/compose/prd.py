"""The product requirements document: the problem is told, what to decide is asked."""

from pmflow_core.providers.answers import UserPersona, read_user_personas
from pmflow_core.providers.local.compose import statements
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.phrases import (
    MANY,
    bullets,
    cite,
    question,
    quoted,
    quotes,
    sentence_case,
    share,
    share_of,
    signals,
    verb,
)
from pmflow_core.providers.local.quoting import Quotation, unlike
from pmflow_core.providers.local.requirements import Requirement
from pmflow_core.providers.local.text import inline

PRODUCT = "[assumption: product manager]"
_VOICES = 5


def problem_statement(desk: Desk) -> str:
    """Whose problem it is, how often it comes up, when, and how they put it."""
    first = desk.analysis.problems[0]
    opening = [statements.composition(desk), statements.ranking(desk), statements.period(desk)]
    when = statements.occasions(first)
    if when:
        opening.append(f"Of those who write about the largest problem, {'; '.join(when)}.")
    parts = [
        " ".join(one for one in opening if one),
        statements.leaving(desk),
        _severe(desk),
        "In the customers' words:",
        bullets(_voices(desk)),
    ]
    return "\n\n".join(part for part in parts if part)


def _severe(desk: Desk) -> str:
    severe = [one.number for one in desk.analysis.evidence if one.severity in ("critical", "high")]
    if not severe:
        return ""
    rated = sum(one.severity is not None for one in desk.analysis.evidence)
    return (
        f"{share_of(len(severe), rated, 'with a severity')} {verb(len(severe), 'is', 'are')}"
        f" recorded as critical or high {cite(severe, MANY)}{_unrated(desk.total - rated)}."
    )


def _unrated(many: int) -> str:
    return f"; of {many} none is recorded" if many else ""


def _voices(desk: Desk) -> list[str]:
    return [quoted(one) for one in _chosen(desk)] or [
        f"No span of the signals can be quoted without altering it; they are linked here"
        f" {cite(desk.typical)}"
    ]


def _chosen(desk: Desk) -> list[Quotation]:
    """Two quotations of the largest problem and one of each of the next, no two alike."""
    first, *others = desk.analysis.problems
    chosen = list(first.quotes[:2])
    for one in others[:3]:
        chosen += one.quotes[:1]
    if len(others) < 2:
        chosen += first.quotes[2:3]
    return unlike(chosen)[:_VOICES]


def goals(desk: Desk) -> str:
    """The outcomes that would answer the problems; which of them to want is asked."""
    lines = [
        f"People can {one.goal} ({one.id}) {cite(one.numbers)} {PRODUCT}"
        for one in desk.requirements
        if one.in_mvp
    ]
    lines.append(
        question("Product manager", "Which of these outcomes matters most, and to which plan?")
    )
    return bullets(lines)


def user_personas(desk: Desk) -> str:
    """The team's own personas, each with what the signals show of it, then who else speaks."""
    ours = read_user_personas(desk.request.knowledge)
    return bullets([*(_ours(desk, one) for one in ours), *statements.personas(desk)])


def _ours(desk: Desk, one: UserPersona) -> str:
    segment = inline(one.segment)
    theirs = [
        each.number
        for each in desk.analysis.evidence
        if segment and inline(each.segment or "").casefold() == segment.casefold()
    ]
    told = inline(next(iter(one.description.split("\n\n")), ""), 240)
    head = f"**{inline(one.user_persona)}**{f': {told}' if told else ''} {PRODUCT}"
    if not theirs:
        return f"{head}\n  - No signal here is of their segment yet {PRODUCT}"
    return (
        f"{head}\n  - {share(len(theirs), desk.total)} {verb(len(theirs), 'is', 'are')} of their"
        f" segment, {segment} {cite(theirs, MANY)}"
    )


def requirements(desk: Desk) -> str:
    """One numbered requirement per problem, with its evidence and when it is accepted."""
    said = _chosen(desk)
    return "\n\n".join(_requirement(desk, one, said) for one in desk.requirements)


def _requirement(desk: Desk, one: Requirement, said: list[Quotation]) -> str:
    head = f"- **{one.id} — {one.title}** {cite(one.numbers or desk.typical, MANY)}"
    problem = one.problem
    if problem is None:
        return head
    lines = [
        head,
        f"  - Why: {statements.about(desk, problem)} {cite(problem.numbers)}",
    ]
    fresh = [quote for quote in unlike([*said, *problem.quotes]) if quote not in said][:2]
    fresh = fresh or list(problem.quotes[:1])
    said.extend(fresh)
    if fresh:
        lines.append(f"  - Heard as: {quotes(fresh)}")
    lines.append("  - Accepted when:")
    lines.extend(f"    - {criterion}" for criterion in criteria(one))
    return "\n".join(lines)


def criteria(one: Requirement) -> list[str]:
    """When a requirement is accepted: as the PRD says, else what its kind and situations ask."""
    if one.accepted:
        return list(one.accepted)
    found = [f"{one.kind.accepted} {cite(one.numbers, MANY)}"]
    if one.problem is not None:
        found += [f"{each.held} {cite(each.numbers)}" for each in one.problem.situations]
    return found


def success_metrics(desk: Desk) -> str:
    """What the data holds now for each requirement; the target is a person's."""
    lines = [
        f"**{one.id}:** new signals of this problem ({one.clause}). Baseline:"
        f" {share(one.count, desk.total)} {cite(one.numbers)}; target: to be set {PRODUCT}"
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
    covered = sum(one.count for one in chosen)
    lines = [f"**{one.id}** — {one.title} {cite(one.numbers)}" for one in chosen]
    reason = (
        f"Proposed by count and shared subject: together"
        f" {verb(len(chosen), 'this answers', 'these answer')} {covered} of the"
        f" {signals(desk.analysis.speaking)} that report or ask something"
        f" {cite(desk.typical)} {PRODUCT}."
    )
    return f"{reason}\n\n{bullets(lines)}"


def out_of_scope(desk: Desk) -> str:
    """The requirements left for later, and what no group holds."""
    lines = [
        f"**{one.id}** — {one.title}: not in the first release, because {_reason(desk, one)}"
        f" {cite(one.numbers)} {PRODUCT}"
        for one in desk.requirements
        if not one.in_mvp
    ]
    apart = [one.number for one in desk.analysis.apart]
    if apart:
        lines.append(
            f"What is reported by {signals(len(apart))} outside the groups"
            f" {cite(apart, MANY)} {PRODUCT}"
        )
    if desk.analysis.praise:
        told = quotes(statements.valued(desk)[:2])
        lines.append(
            f"What customers value, to be kept as it is: {statements.praised(desk)}"
            f" {cite(desk.praised, MANY)}{f': {told}' if told else ''} {PRODUCT}"
        )
    lines.append(question("Product manager", "What else must this project not grow into?"))
    return bullets(lines)


def _reason(desk: Desk, one: Requirement) -> str:
    """Why a requirement waits, as far as counts tell it."""
    fewest = min((other.count for other in desk.requirements if other.in_mvp), default=0)
    if one.count < fewest:
        return f"fewer signals ask for it ({one.count})"
    return f"the first release answers most reports without it ({one.count})"


def open_questions(desk: Desk) -> str:
    """What a person has to decide before work begins."""
    lines = [
        question(
            "Engineering lead",
            f"{one.id}: {sentence_case(one.clause)}. {one.kind.cause}"
            f" Start from {cite(one.numbers)}.",
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
    if len(desk.analysis.problems) > 1:
        first, second = desk.requirements[:2] if len(desk.requirements) > 1 else (None, None)
        if first and second and first.count > 1:
            lines.append(
                question(
                    "Product manager",
                    f"Are {first.id} and {second.id} one problem, so that answering the first"
                    f" answers the second? Compare {cite(first.numbers, 2)} with"
                    f" {cite(second.numbers, 2)}.",
                )
            )
    return bullets([*lines, *statements.loose_ends(desk)])
