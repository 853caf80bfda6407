"""The first-run checklist: what to do in a workspace without signals."""

from typing import Any

import reflex as rx

from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.imports import running_imports
from pmflow_ui.components.kbd import kbd
from pmflow_ui.components.link import link
from pmflow_ui.components.shell import workspace_path
from pmflow_ui.state.imports import ImportsState
from pmflow_ui.state.session import SessionState


def way_in(name: str, title: str, text: str, key: str, on_click: Any) -> rx.Component:
    """Return one way to bring signals in; its key works through `page_keys` of the page."""
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


def _step(mark: rx.Component, title: str, text: Any, *more: rx.Component) -> rx.Component:
    return rx.el.li(
        rx.el.span(mark, class_name="cn"),
        rx.el.div(rx.el.h2(title), rx.el.p(text, class_name="t2"), *more, class_name="grow"),
        class_name="ck",
    )


def _number(number: int) -> rx.Component:
    return rx.el.span(str(number), class_name="nn")


def _ways(more: tuple[rx.Component, ...]) -> rx.Component:
    return rx.cond(
        SessionState.can_edit,
        rx.el.div(
            *more,
            way_in(
                "upload",
                "Import a file",
                "CSV, JSONL, PDF, TXT, MD, VTT, SRT",
                "I",
                ImportsState.show_import(True),
            ),
            way_in(
                "clipboard",
                "Paste text",
                "One or many, by line or paragraph",
                "V",
                ImportsState.show_paste(True),
            ),
            class_name="srs",
        ),
        rx.el.p("Somebody with the role of an editor can bring them in.", class_name="t3 sm"),
    )


def _steps(more_ways: tuple[rx.Component, ...]) -> rx.Component:
    reading = ImportsState.running
    waiting = rx.el.div(
        *(rx.el.span(class_name="sk", style={"width": width}) for width in ("38%", "26%", "31%")),
        class_name="skr",
    )
    return rx.el.ol(
        _step(
            rx.cond(reading, state_glyph("running"), _number(1)),
            "Bring in signals",
            "30 signals are enough for the first themes.",
            running_imports(),
            _ways(more_ways),
        ),
        _step(
            _number(2),
            "Look at the themes",
            rx.cond(
                reading,
                "They appear while the import is read.",
                link("Themes", href=workspace_path("themes"), class_name="link"),
            ),
            rx.cond(reading, waiting),
        ),
        _step(_number(3), "Turn one into a project", "Its signals stay linked as evidence."),
        _step(
            _number(4),
            "Run the first stage",
            "The local provider needs no key.",
        ),
        class_name="cks",
    )


def start_checklist(*more_ways: rx.Component) -> rx.Component:
    """Return the checklist; `more_ways` made by `way_in`, such as the sample, come first.

    The page loads `ImportsState.load` and places `import_dialogs()` and `keys()`.
    """
    return rx.el.div(
        rx.el.div(
            rx.el.h1("Start with what customers say", class_name="h1"),
            rx.el.p(
                "pmflow groups signals into themes, turns a theme into a project, and writes "
                "documents that cite them. Nothing leaves this server until you add a provider.",
                class_name="t2 lead",
            ),
            _steps(more_ways),
            class_name="ew",
        ),
        class_name="body p-start",
    )
