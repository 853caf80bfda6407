"""The logs of webhooks, in and out, and one delivery in full."""

from typing import Any

import reflex as rx
from reflex.vars import ArrayVar, ObjectVar

from pmflow_ui.components import Flag
from pmflow_ui.components.button import button
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.moment import moment
from pmflow_ui.components.overlay import dialog
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.webhooks_rows import EventLine, Opened, TryLine


def log_panel(
    title: str,
    nothing: str,
    shown: tuple[Any, Flag],
    actions: tuple[Any, Any],
) -> rx.Component:
    """Return a log: its lines and whether there are more; what opens one, and what shows more."""
    rows, more = shown
    on_open, on_more = actions

    def line(row: ObjectVar[EventLine]) -> rx.Component:
        return rx.el.li(
            rx.el.button(
                state_glyph(row.glyph),
                rx.el.span(row.state, class_name="med"),
                rx.el.span(row.what, class_name="t2 trunc"),
                rx.el.span(row.about, class_name="t3 sm trunc no-phone"),
                rx.el.span(row.reason, class_name="t3 trunc grow"),
                moment(row.at, class_name="t3 sm"),
                type="button",
                class_name="wh-ev",
                on_click=on_open(row.id),
            ),
            key=row.id,
        )

    listed = rx.fragment(
        rx.el.ul(rx.foreach(rows, line), class_name="wh-ls"),
        rx.cond(
            more, rx.el.div(button("Show older", "", "sm", on_click=on_more), class_name="panel-b")
        ),
    )
    return rx.el.section(
        rx.el.div(rx.el.h2(title), class_name="panel-h"),
        rx.cond(rows, listed, rx.el.p(nothing, class_name="panel-b t3")),
        class_name="panel",
        aria_label=title,
    )


def delivery(opened: ObjectVar[Opened], on_close: Any, again: rx.Component) -> rx.Component:
    """Return one delivery or message in full, over the page while one is open."""
    tries: ArrayVar[list[TryLine]] = opened.tries  # pyright: ignore[reportAssignmentType]
    return dialog(
        opened.title,
        rx.el.div(
            state_glyph(opened.glyph),
            rx.el.span(opened.state, class_name="med"),
            rx.el.span(opened.reason, class_name="t2"),
            class_name="row wrap",
        ),
        rx.el.p(
            rx.el.code(opened.sender_id, class_name="mono"),
            " · ",
            opened.size,
            class_name="t2 sm wh-id",
        ),
        rx.cond(tries, rx.el.ol(rx.foreach(tries, _try), class_name="wh-tries")),
        rx.el.pre(opened.body, class_name="mono wh-body", tab_index=0),
        footer=rx.cond(SessionState.can_admin, again),
        open=opened.id != "",
        on_open_change=on_close,
    )


def _try(row: ObjectVar[TryLine]) -> rx.Component:
    return rx.el.li(
        rx.el.span("Try ", row.number, class_name="med"),
        rx.el.span(row.result),
        rx.el.span(row.took, class_name="t3 sm"),
        moment(row.at, class_name="t3 sm right"),
        rx.cond(row.answer, rx.el.code(row.answer, class_name="mono t3 sm wh-answer")),
        key=row.number,
    )
