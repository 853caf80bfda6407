"""Draws a clickable prototype: a beginning, one screen for each requirement, and an end."""

from collections.abc import Mapping
from types import MappingProxyType

from pmflow_core.providers.answers import Element, ElementKind, PrototypePlan, Screen, State
from pmflow_core.providers.base import ProviderRejected
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.phrases import sentence_case
from pmflow_core.providers.local.requirements import Requirement
from pmflow_core.providers.local.text import inline, words

_START, _DONE = "start", "done"
_MOST_FLOWS = 6
_MOST_SITUATIONS = 4

Parts = tuple[tuple[ElementKind, str], ...]

# What a screen shows, by kind of trouble: kind of element and label; a button leads to the end.
_PARTS: Mapping[str, Parts] = MappingProxyType(
    {
        "loss": (
            ("field", "What was lost or misused: {x}"),
            ("button", "Stop it now"),
            ("text", "It takes effect at once and can be reversed where that is safe."),
        ),
        "cost": (
            ("list", "{X}: amount, reason, date"),
            ("button", "Accept this amount"),
            ("text", "Nothing is charged before this is accepted."),
        ),
        "missing": (
            ("button", "Use {x}"),
            ("text", "In sight on every layout, before and after it was used."),
        ),
        "restricted": (
            ("list", "The choices, and the reason where there is none"),
            ("button", "Keep my choice"),
            ("notice", "What decides here: the rule, and the way on."),
        ),
        "unable": (("field", "What is wanted: {x}"), ("button", "Go on")),
        "broken": (
            ("button", "Begin: {x}"),
            ("notice", "If it fails: what happened, what was kept, and another try."),
        ),
        "slow": (
            ("button", "Begin: {x}"),
            ("notice", "Under way, with progress and a way out."),
        ),
        "waiting": (
            ("list", "{X}: present state, next step, date"),
            ("button", "Tell me when it changes"),
        ),
        "how": (
            ("field", "What do you want to do?"),
            ("list", "The way to {x}, step by step"),
            ("button", "Show me where"),
        ),
        "changed": (
            ("text", "What changed, said once: {x}"),
            ("button", "Work as before"),
            ("button", "Keep the new way"),
        ),
        "wish": (("text", "The smallest version of: {x}"), ("button", "Try it")),
        "other": (("text", "What people come here for: {x}"), ("button", "Go on")),
    }
)
_COMMON = (
    ("empty", "Nothing here yet: what will stand here, and how to begin."),
    ("loading", "Under way: what is awaited, with progress and a way out."),
    ("error", "It failed: what happened, what was kept, and another try."),
)
_SAME = frozenset({"failed", "slow", "empty", "done", "nothing there yet", "under way"})


def prototype(desk: Desk) -> PrototypePlan:
    """Screens for the requirements of the first release, each with the states it can be in.

    Raises:
        ProviderRejected: the project has no requirement to show.
    """
    chosen = shown(desk)
    if not chosen:
        raise ProviderRejected(
            "There is no requirement to show: the PRD states none, and no signal names a problem."
        )
    title = inline(desk.request.project_name or desk.request.title, 150)
    screens = [_beginning(desk, chosen), *(_flow(one) for one in chosen), _end(chosen)]
    return PrototypePlan(title=title, screens=screens)


def shown(desk: Desk) -> tuple[Requirement, ...]:
    """The requirements that the prototype shows: those of the first release, as far as it holds."""
    chosen = [one for one in desk.requirements if one.in_mvp]
    return tuple(chosen[:_MOST_FLOWS])


def screen_id(one: Requirement) -> str:
    """The id of the screen that shows a requirement."""
    return one.id.lower()


def screen_title(one: Requirement) -> str:
    """What a screen is called: the thing or deed it is about."""
    is_derived = one.problem is not None and one.title == one.problem.topic.need
    subject = one.problem.topic.subject if one.problem and is_derived else one.title
    return sentence_case(inline(subject, 60))


def _beginning(desk: Desk, chosen: tuple[Requirement, ...]) -> Screen:
    links = [Element(kind="link", label=screen_title(one), to=screen_id(one)) for one in chosen]
    heading = inline(desk.request.project_name or desk.request.title, 80) or "Start"
    return Screen(
        id=_START,
        title="Start",
        purpose="Where people begin; each way on is one requirement of the first release.",
        covers=[],
        elements=[Element(kind="heading", label=heading), *links],
        states=[State(name=name, text=text) for name, text in _COMMON[:2]],
    )


def _flow(one: Requirement) -> Screen:
    title = screen_title(one)
    inside = title if words(title)[:1] == [] else title[:1].lower() + title[1:]
    parts = [
        Element(
            kind=kind,
            label=inline(label.format(x=inside, X=title), 300),
            to=_DONE if kind == "button" else None,
        )
        for kind, label in _PARTS.get(one.kind.key, _PARTS["other"])
    ]
    situations = one.problem.situations if one.problem else ()
    held = [sentence_case(each.held) for each in situations[:_MOST_SITUATIONS]]
    notes = [Element(kind="notice", label=f"To try: {inline(each, 300)}") for each in held]
    return Screen(
        id=screen_id(one),
        title=title,
        purpose=f"{one.id}: {inline(one.title, 400)}",
        covers=[one.id],
        elements=[
            Element(kind="heading", label=title),
            *parts,
            *notes,
            Element(kind="link", label="Back to the start", to=_START),
        ],
        states=states(one),
    )


def states(one: Requirement) -> list[State]:
    """The states of a requirement's screen: the common ones, success, and those of its kind."""
    found = [State(name=name, text=text) for name, text in _COMMON]
    found.append(State(name="success", text=f"{sentence_case(one.kind.accepted)}."))
    for part in one.kind.states.split(";"):
        name = part.split(",")[0].strip()
        if name not in _SAME and len(found) < 8:
            found.append(State(name=name[:40], text=f"{sentence_case(part.strip())}."))
    return found


def _end(chosen: tuple[Requirement, ...]) -> Screen:
    return Screen(
        id=_DONE,
        title="Done",
        purpose="What was done is confirmed, and can be undone or begun again.",
        covers=[one.id for one in chosen],
        elements=[
            Element(kind="heading", label="Done"),
            Element(
                kind="notice", label="What was done, when it takes effect, and how to undo it."
            ),
            Element(kind="button", label="Back to the start", to=_START),
        ],
        states=[
            State(name="success", text="Confirmed, and told to a screen reader."),
            State(name="error", text="Not done: what happened, what was kept, and another try."),
        ],
    )
