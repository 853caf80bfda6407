"""Design brief, design review and prototype notes."""

import re

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

_ACCESSIBILITY = (
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
    lines = [f"{rule} {DESIGN}" for rule in _ACCESSIBILITY]
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


def findings(desk: Desk) -> str:
    """Whether the design brief names each requirement; whether it answers it, people judge."""
    brief = desk.request.documents.get("design_brief", "")
    lines: list[str] = []
    for one in desk.requirements:
        held = re.search(rf"\b{one.id}\b", brief) is not None
        verdict = "is named in the design brief" if held else "is missing from the design brief"
        lines.append(f"**{one.id}** — {one.title}: {verdict} {cite(one.numbers or desk.typical)}")
    return bullets(lines)


def review_accessibility(desk: Desk) -> str:
    """The accessibility rules as a list to be checked by a person."""
    del desk
    lines = [f"[ ] {rule}: to be checked {DESIGN}" for rule in _ACCESSIBILITY]
    return bullets([*lines, question("Design lead", "Who checks these, and on which devices?")])


def decisions(desk: Desk) -> str:
    """The decisions that the requirements call for."""
    lines = [
        question(
            "Design lead",
            f"How does the design let people {one.goal} ({one.id})? {cite(one.numbers)}",
        )
        for one in desk.requirements
    ]
    return bullets(lines)


def key_flows(desk: Desk) -> str:
    """One flow per requirement, from the situation the signals describe to its acceptance."""
    return "\n\n".join(_flow(one) for one in desk.requirements)


def _flow(one: Requirement) -> str:
    start = f"Start in the situation of {cite(one.numbers, 2)}" if one.numbers else "Start"
    steps = [
        start,
        f"The person wants to {one.goal} {DESIGN}",
        f"Done when {one.kind.accepted} {DESIGN}",
    ]
    numbered = "\n".join(f"{place}. {step}" for place, step in enumerate(steps, 1))
    return f"### {one.id} — {one.title}\n\n{numbered}"


def states_covered(desk: Desk) -> str:
    """The states to be shown, each to be ticked by a person."""
    lines = [
        f"[ ] {one.id}: {state.strip()} {DESIGN}"
        for one in desk.requirements
        for state in one.kind.states.split(";")
    ]
    first = desk.requirements[0].id if desk.requirements else "the largest problem"
    lines.append(question("Design lead", f"Who tries the prototype for {first} first?"))
    return bullets(lines)
