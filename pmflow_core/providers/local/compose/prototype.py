"""Prototype notes: the flows and states of the same screens that the prototype shows."""

from pmflow_core.providers.answers import Element, Screen
from pmflow_core.providers.local.compose.design import DESIGN
from pmflow_core.providers.local.compose.screens import prototype, screen_id, shown
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.phrases import bullets, cite, listed, question, quoted
from pmflow_core.providers.local.requirements import Requirement


def key_flows(desk: Desk) -> str:
    """One flow per requirement of the first release, from where people begin to its end."""
    chosen = shown(desk)
    if not chosen:
        return _unshown(desk)
    screens = {screen.id: screen for screen in prototype(desk).screens}
    blocks = [_flow(one, screens) for one in chosen]
    left = [one.id for one in desk.requirements if one not in chosen]
    if left:
        blocks.append(f"Without a screen in this prototype: {listed(left)} {DESIGN}.")
    return "\n\n".join(blocks)


def _unshown(desk: Desk) -> str:
    named = "".join(f" {one.id} — {one.title}." for one in desk.requirements)
    ask = "Which requirement is to be shown first?"
    return bullets([question("Product manager", f"{ask}{named}")])


def _flow(one: Requirement, screens: dict[str, Screen]) -> str:
    screen = screens[screen_id(one)]
    steps = [f"From *Start*, the person chooses *{screen.title}*, to {one.goal} {DESIGN}."]
    steps += [_step(element) for element in screen.elements if element.kind in ("field", "list")]
    buttons = [element.label for element in screen.elements if element.kind == "button"]
    steps.append(f"{_either(buttons)} leads to *Done* {DESIGN}.")
    steps.append(f"The flow holds when {one.kind.accepted} {cite(one.numbers)} {DESIGN}.")
    lines = "\n".join(f"{place}. {step}" for place, step in enumerate(steps, 1))
    heard = one.problem.quotes[:1] if one.problem else ()
    words = f"Begins where a customer stood: {quoted(heard[0])}.\n\n" if heard else ""
    return f"### {one.id} — {one.title}\n\n{words}{lines}{_tries(one)}"


def _step(element: Element) -> str:
    deed = "fills in" if element.kind == "field" else "reads"
    return f"The person {deed} *{element.label}* {DESIGN}."


def _either(labels: list[str]) -> str:
    return " or ".join(f"*{label}*" for label in labels) or "The screen"


def _tries(one: Requirement) -> str:
    """The situations in which the flow is to be tried, as the signals name them."""
    situations = one.problem.situations if one.problem else ()
    if not situations:
        return ""
    lines = [f"{each.held} {cite(each.numbers)} {DESIGN}" for each in situations]
    return f"\n\nTo be tried so that:\n\n{bullets(lines)}"


def states_covered(desk: Desk) -> str:
    """The states of each screen, and what the prototype does not show."""
    chosen = shown(desk)
    if not chosen:
        return bullets([question("Design lead", "Which states are to be shown first?")])
    lines = [
        f"**{screen.title}** ({', '.join(screen.covers) or 'no requirement of its own'}):"
        f" {', '.join(state.name for state in screen.states)} {DESIGN}"
        for screen in prototype(desk).screens
    ]
    missing = [
        f"Missing: real data, other languages, a slow connection, a second device {DESIGN}",
        *(
            f"Missing: any state of {one.id} — {one.title} {DESIGN}"
            for one in desk.requirements
            if one not in chosen
        ),
    ]
    ask = question("Design lead", f"Who tries the prototype for {chosen[0].id} first?")
    return "\n\n".join(
        ["Shown, by screen:", bullets(lines), "Not shown:", bullets([*missing, ask])]
    )
