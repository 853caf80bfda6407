"""Engineering specification and ticket plan."""

from pmflow_core.providers.local.compose import statements
from pmflow_core.providers.local.compose.ticketing import plan
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
    """The planned tickets, to be corrected by the team."""
    if not any(one.in_mvp for one in desk.requirements):
        return bullets([question("Product manager", "Which requirement comes first?")])
    blocks = [
        f"### T{place}: {work.title}\n\n"
        f"- Covers: {work.requirement}\n"
        f"- Estimate: {work.estimate} {ENGINEERING}\n"
        f"- Acceptance criteria:\n" + "\n".join(f"  - {each}" for each in work.acceptance)
        for place, work in enumerate(plan(desk).tickets, 1)
    ]
    ask = question(
        "Engineering lead", "Which tickets must be divided, and what are their true sizes?"
    )
    return "\n\n".join([*blocks, bullets([ask])])


def requirement_coverage(desk: Desk) -> str:
    """Which tickets cover each requirement, and which requirement waits."""
    places: dict[str, list[str]] = {}
    if any(one.in_mvp for one in desk.requirements):
        for place, work in enumerate(plan(desk).tickets, 1):
            places.setdefault(work.requirement, []).append(f"T{place}")
    rows = [
        f"| {one.id} | {', '.join(places.get(one.id, ['not in the first release']))}"
        f" | {cite(one.numbers)} |"
        for one in desk.requirements
    ]
    return "\n".join(["| Requirement | Ticket | Evidence |", "|---|---|---|", *rows])
