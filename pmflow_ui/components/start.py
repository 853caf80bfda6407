"""The first-run checklist: the whole page of a workspace that has nothing to show there yet."""

from typing import Any

import reflex as rx

from pmflow_ui.components.first_run import hide_first_run, is_done, next_step, step_mark
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.imports import running_imports
from pmflow_ui.components.kbd import kbd
from pmflow_ui.state.first_run_rows import STEPS
from pmflow_ui.state.home import HomeState
from pmflow_ui.state.imports import ImportsState
from pmflow_ui.state.session import SessionState

LEAD = (
    "pmflow groups signals into themes, turns a theme into a project, and writes documents that "
    "cite them. Nothing leaves this server until you add a provider."
)


def _way_in(name: str, title: str, text: str, key: str, on_click: Any) -> rx.Component:
    return rx.el.button(
        rx.el.span(
            icon(name, 16, "t2"),
            rx.el.span(title, class_name="med"),
            rx.el.span(kbd(key), class_name="right"),
            class_name="row",
        ),
        rx.el.span(text, class_name="sm t3"),
        type="button",
        class_name="srcb",
        on_click=on_click,
        custom_attrs={"data-key": key.lower()},
    )


def _ways_in() -> rx.Component:
    ways = (
        _way_in(
            "flask-conical",
            "Look at the sample",
            "A bank app in a workspace of its own",
            "S",
            HomeState.load_sample,
        ),
        _way_in(
            "upload",
            "Import a file",
            "CSV, JSONL, PDF, TXT, MD, VTT, SRT",
            "I",
            ImportsState.show_import(True),
        ),
        _way_in(
            "clipboard",
            "Paste text",
            "One or many, by line or paragraph",
            "V",
            ImportsState.show_paste(True),
        ),
    )
    return rx.cond(
        SessionState.can_edit,
        rx.el.div(*ways, class_name="srs"),
        rx.el.p("Somebody with the role of an editor can bring them in.", class_name="t3 sm"),
    )


def _step(index: int, mark: rx.Component, text: Any, *more: rx.Component) -> rx.Component:
    return rx.el.li(
        rx.el.span(mark, class_name="cn"),
        rx.el.div(
            rx.el.h2(STEPS[index].title),
            rx.el.p(text, class_name="t2"),
            *more,
            class_name="grow",
        ),
        class_name=rx.cond(is_done(index), "ck done", rx.cond(_is_current(index), "ck now", "ck")),
    )


def _is_current(index: int) -> rx.Var[bool]:
    return SessionState.first_run.shown & (SessionState.first_run.current == index)


def _leading(index: int) -> rx.Component:
    """Return a step that says what to do and leads there while it is the current one."""
    current = _is_current(index)
    text = rx.cond(current, SessionState.first_run.text, STEPS[index].about)
    return _step(index, step_mark(index), text, rx.cond(current, next_step()))


def _checklist(lead: str, *steps: rx.Component, aside: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.el.h1("Start with what customers say", class_name="h1 grow"),
                aside,
                class_name="row",
            ),
            rx.el.p(lead, class_name="t2 lead"),
            rx.el.ol(*steps, class_name="cks"),
            class_name="ew",
        ),
        class_name="body p-start",
    )


def signals_checklist() -> rx.Component:
    """Return the checklist of a workspace without signals, with the imports under way.

    The page loads `ImportsState.load` and places `import_dialogs()` and `keys()`.
    """
    reading = ImportsState.running
    waiting = rx.el.div(
        *(rx.el.span(class_name="sk", style={"width": width}) for width in ("38%", "26%", "31%")),
        class_name="skr",
    )
    mark = rx.cond(reading, state_glyph("running"), step_mark(0))
    soon = rx.cond(reading, "They appear while the import is read.", STEPS[1].about)
    return _checklist(
        LEAD,
        _step(0, mark, STEPS[0].about, running_imports(), _ways_in()),
        _step(1, step_mark(1), soon, rx.cond(reading, waiting)),
        _step(2, step_mark(2), STEPS[2].about),
        _step(3, step_mark(3), STEPS[3].about),
        aside=rx.fragment(),
    )


def board_checklist() -> rx.Component:
    """Return the checklist of a workspace without projects, from whichever step is next.

    The page places `import_dialogs()` and `keys()`.
    """
    ways = rx.cond(is_done(0), rx.fragment(), _ways_in())
    return _checklist(
        f"No project yet. {LEAD}",
        _step(0, step_mark(0), STEPS[0].about, ways),
        *(_leading(index) for index in range(1, len(STEPS))),
        aside=hide_first_run(),
    )
