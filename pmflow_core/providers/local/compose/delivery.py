"""Engineering specification and ticket plan."""

from pmflow_core.providers.local.compose import prd, statements
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.phrases import MANY, bullets, cite, question, quotes
from pmflow_core.providers.local.requirements import Requirement

ENGINEERING = "[assumption: engineering lead]"


def technical_approach(desk: Desk) -> str:
    """How each requirement is approached, starting from cases that can be reproduced."""
    lines = [
        f"**{one.id} — {one.title}** {cite(one.numbers)}\n"
        f"  - Approach: {one.kind.approach} {ENGINEERING}\n"
        f"  - To find out first: {one.kind.cause} {cite(one.numbers, MANY)}"
        f"{_conditions(one)}"
        for one in desk.requirements
    ]
    asks = [
        question("Engineering lead", "Which parts of the system does each requirement touch?"),
        question("Engineering lead", "Which cheaper alternative was considered, and why not?"),
    ]
    return bullets([*lines, *asks])


def _conditions(one: Requirement) -> str:
    """The conditions to reproduce it under, as the signals name them."""
    told = statements.occasions(one.problem) if one.problem else []
    return f"\n  - Reproduce it as told: {'; '.join(told)}" if told else ""


def data_model(desk: Desk) -> str:
    """What each requirement makes it necessary to keep."""
    lines = [
        f"**{one.id}:** {one.kind.stored} {cite(one.numbers)} {ENGINEERING}"
        for one in desk.requirements
    ]
    ask = question("Engineering lead", "Which of this is stored already, where, and for how long?")
    return bullets([*lines, ask])


def api_design(desk: Desk) -> str:
    """What each requirement asks of the interfaces."""
    lines = [
        f"**{one.id}:** {one.kind.operation} {cite(one.numbers)} {ENGINEERING}"
        for one in desk.requirements
    ]
    ask = question("Engineering lead", "Which existing calls change, and who depends on them?")
    return bullets([*lines, ask])


def testing_strategy(desk: Desk) -> str:
    """How each requirement is shown to hold, with the cases that customers reported."""
    lines: list[str] = []
    for one in desk.requirements:
        heard = one.problem.quotes[:1] if one.problem else ()
        case = f"; first case: {quotes(heard)}" if heard else ""
        lines.append(f"**{one.id}:** {one.kind.test}{case} {cite(one.numbers)} {ENGINEERING}")
        if one.problem is not None:
            lines += [
                f"**{one.id}:** {each.held} {cite(each.numbers)} {ENGINEERING}"
                for each in one.problem.situations
            ]
    ask = question("Engineering lead", "Which of these run at every change, and which by hand?")
    return bullets([*lines, ask])


def tickets(desk: Desk) -> str:
    """One ticket per requirement of the first release, to be divided by the team."""
    blocks: list[str] = []
    for place, one in enumerate((one for one in desk.requirements if one.in_mvp), 1):
        blocks.append(
            f"### T{place}: {one.title}\n\n"
            f"- Covers: {one.id}\n"
            f"- Estimate: M {ENGINEERING}\n"
            f"- Evidence: {cite(one.numbers, MANY) or 'none is cited'}\n"
            f"- Acceptance criteria:\n"
            + "\n".join(f"  - {each}" for each in [*prd.criteria(one), one.kind.test])
        )
    ask = question(
        "Engineering lead", "Which tickets must be divided, and what are their true sizes?"
    )
    return "\n\n".join([*blocks, bullets([ask])])


def requirement_coverage(desk: Desk) -> str:
    """Which ticket covers each requirement, and which requirement waits."""
    rows: list[str] = []
    place = 0
    for one in desk.requirements:
        place += one.in_mvp
        ticket = f"T{place}" if one.in_mvp else "not in the first release"
        rows.append(f"| {one.id} | {ticket} | {cite(one.numbers)} |")
    return "\n".join(["| Requirement | Ticket | Evidence |", "|---|---|---|", *rows])
