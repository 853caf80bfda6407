"""Renders a prototype's plan as one static page: no script, nothing loaded, everything escaped.

A screen, and each state of it, is a section of the page that a link's fragment brings up; so the
page works from a file, in a sandboxed frame and without a network.
"""

from collections.abc import Iterator
from html import escape

from pmflow_core.providers.answers import Element, PrototypePlan, Screen, State
from pmflow_core.runs.wireframe_style import STYLE

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_SHAPES = {
    "heading": "<h2>{}</h2>",
    "text": "<p>{}</p>",
    "notice": '<p class="notice" role="note">{}</p>',
    "field": '<label class="field">{}<input type="text" autocomplete="off"></label>',
}
# What leads nowhere is shown so, instead of doing nothing when it is pressed.
_DEAD = ' aria-disabled="true" title="Leads nowhere in this prototype"'


def render(plan: PrototypePlan, project: str) -> str:
    """Return the page of a plan, which begins at its first screen."""
    first, *others = plan.screens
    # The first screen stands last: CSS can hide it only when what is aimed at stands before it.
    sections = [
        *(section for screen in others for section in _views(plan, screen)),
        *(_view(plan, first, state, place) for place, state in enumerate(first.states, 1)),
        _view(plan, first, None, 0, first=True),
    ]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(plan.title)}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            f'<header class="bar"><strong>{escape(plan.title)}</strong>'
            f"<span>{escape(_subtitle(plan, project))}</span></header>",
            "<main>",
            *sections,
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _subtitle(plan: PrototypePlan, project: str) -> str:
    return "Prototype" if project.casefold() in plan.title.casefold() else f"Prototype of {project}"


def _views(plan: PrototypePlan, screen: Screen) -> Iterator[str]:
    yield _view(plan, screen, None, 0)
    for place, state in enumerate(screen.states, 1):
        yield _view(plan, screen, state, place)


def _view(
    plan: PrototypePlan, screen: Screen, state: State | None, place: int, *, first: bool = False
) -> str:
    """One screen in one state, with the ways to the others beside it."""
    kind = "view first" if first else "view"
    body = _state(state) if state else "\n".join(_element(one) for one in screen.elements)
    covers = "".join(f'<li class="id">{escape(one)}</li>' for one in screen.covers)
    named = escape(screen.title if state is None else f"{screen.title}, {state.name}")
    return (
        f'<section class="{kind}" id="{_anchor(screen, place)}">\n'
        f'<nav class="screens" aria-label="Screens">{_screens(plan, screen)}</nav>\n'
        f'<div class="stage">\n<div class="device" role="group" aria-label="{named}">\n'
        f'<div class="title">{escape(screen.title)}</div>\n{body}\n</div>\n'
        f'<aside><nav class="states" aria-label="States">{_states(screen, place)}</nav>\n'
        f"<h2>What it is for</h2><p>{escape(screen.purpose)}</p>\n"
        + (f'<h2>Requirements</h2><ul class="ids">{covers}</ul>\n' if covers else "")
        + "</aside>\n</div>\n</section>"
    )


def _anchor(screen: Screen, place: int) -> str:
    return f"screen-{screen.id}" if place == 0 else f"screen-{screen.id}_{place}"


def _link(anchor: str, text: str, *, here: bool) -> str:
    current = ' aria-current="true"' if here else ""
    return f'<a href="#{anchor}"{current}>{escape(text)}</a>'


def _screens(plan: PrototypePlan, current: Screen) -> str:
    return "".join(
        _link(_anchor(one, 0), one.title, here=one.id == current.id) for one in plan.screens
    )


def _states(screen: Screen, current: int) -> str:
    names = ["As usual", *(state.name[:1].upper() + state.name[1:] for state in screen.states)]
    return "".join(
        _link(_anchor(screen, place), name, here=place == current)
        for place, name in enumerate(names)
    )


def _state(state: State) -> str:
    return (
        f'<div class="state"><p class="name">{escape(state.name)}</p>'
        f"<p>{escape(state.text)}</p></div>"
    )


def _element(one: Element) -> str:
    label = escape(one.label)
    if one.kind == "list":
        return _list(one)
    if one.kind in ("button", "link") or one.to is not None:
        look = "button" if one.kind == "button" else "link"
        return f'<a class="{look}"{_target(one) or _DEAD}>{label}</a>'
    return _SHAPES[one.kind].format(label)


def _target(one: Element) -> str:
    return f' href="#screen-{escape(one.to)}"' if one.to else ""


def _list(one: Element) -> str:
    lines = [line.strip(" -•*") for line in one.label.replace(";", "\n").split("\n")]
    items = [escape(line) for line in lines if line]
    if one.to is not None:
        items = [f'<a class="link"{_target(one)}>{item}</a>' for item in items]
    return '<ul class="list">' + "".join(f"<li>{item}</li>" for item in items) + "</ul>"
