"""Design brief."""

from pmflow_core.providers.local.compose import statements
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.people import ACCESSIBILITY
from pmflow_core.providers.local.phrases import (
    MANY,
    bullets,
    cite,
    listed,
    question,
    quotes,
    signals,
    verb,
)
from pmflow_core.providers.local.quoting import Quotation, unlike
from pmflow_core.providers.local.requirements import Requirement

DESIGN = "[assumption: design lead]"

ACCESSIBILITY_RULES = (
    "Everything can be reached and done with the keyboard alone, in a sensible order",
    "Focus is always visible; text has a contrast of at least 4.5 to 1, controls 3 to 1",
    "Every control has a name that a screen reader speaks; changes of state are announced",
    "No state is told by colour, position or motion alone",
    "At 200 % text size and 320 pixels of width nothing is cut off or hidden",
    "Targets are at least 24 by 24 pixels",
)


def design_challenge(desk: Desk) -> str:
    """What the design must solve, for whom, in whose words."""
    lines: list[str] = []
    said: list[Quotation] = []
    for one in desk.requirements:
        own = one.problem.quotes if one.problem else ()
        fresh = [quote for quote in unlike([*said, *own]) if quote not in said][:2]
        said.extend(fresh)
        words = f": {quotes(fresh)}" if fresh else ""
        numbers = cite(one.numbers or desk.typical)
        lines.append(f"**{one.id}** — people need to {one.goal} {numbers}{words}")
        if one.problem is not None:
            lines += [f"{one.id}: {each}" for each in statements.occasions(one.problem)[:2]]
    whom = [one.label[:1].lower() + one.label[1:] for one in desk.people[:2]]
    if whom:
        numbers = [member.number for one in desk.people[:2] for member in one.members[:3]]
        lines.append(
            f"Try the design first with {listed(whom)}, who are named most {cite(numbers, MANY)}"
        )
    return "\n\n".join([statements.ranking(desk), bullets(lines)])


def key_states(desk: Desk) -> str:
    """The states of the interface that each requirement needs."""
    blocks = [
        f"- **{one.id} — {one.title}** {cite(one.numbers)}\n"
        + f"  - States: {one.kind.states} {DESIGN}"
        + "".join(f"\n  - Also to be drawn: {held}" for held in _held(one))
        for one in desk.requirements
    ]
    common = [
        f"Everywhere: nothing there yet, loading, offline, no permission {DESIGN}",
        question("Design lead", "Which existing screens hold these states today?"),
    ]
    return "\n".join([*blocks, bullets(common)])


def _held(one: Requirement) -> list[str]:
    situations = one.problem.situations if one.problem else ()
    return [f"{each.held} {cite(each.numbers, 2)}" for each in situations]


def accessibility_requirements(desk: Desk) -> str:
    """What must hold for every user, and what the signals say of it."""
    told = [one.number for one in desk.analysis.evidence if ACCESSIBILITY.search(one.text)]
    lines = [f"{rule} {DESIGN}" for rule in ACCESSIBILITY_RULES]
    if told:
        lines.insert(
            0,
            f"{signals(len(told))} {verb(len(told), 'touches', 'touch')} on accessibility and"
            f" {verb(len(told), 'is', 'are')} to be answered first {cite(told, MANY)}",
        )
    else:
        lines.append(
            question(
                "Design lead",
                "No signal mentions an accessibility need. Who tests this with people who have"
                " one?",
            )
        )
    return bullets(lines)
