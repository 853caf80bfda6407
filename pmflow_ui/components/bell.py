"""The bell: how much a person has not read, and the list of what they were told."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button
from pmflow_ui.components.icon import icon
from pmflow_ui.components.moment import moment
from pmflow_ui.state.bell import BellState, Told

KINDS = ("shapes", "inbox", "at-sign", "message-square", "webhook")


def _line(told: ObjectVar[Told]) -> rx.Component:
    sign = rx.match(told.kind, *((kind, icon(kind, 14)) for kind in KINDS), icon("bell", 14))
    return rx.el.li(
        rx.popover.close(
            rx.el.button(
                rx.el.span(sign, class_name="t3"),
                rx.el.span(told.text, class_name="bell-t"),
                moment(told.at, class_name="t3 sm"),
                rx.cond(told.unread, rx.el.span("Unread", class_name="sr")),
                type="button",
                class_name=rx.cond(told.unread, "bell-l new", "bell-l"),
                on_click=BellState.open(told.id),
            )
        ),
        key=told.id,
    )


def bell() -> rx.Component:
    """Return the bell of the top bar with its list."""
    mark = rx.cond(
        BellState.unread, rx.el.span(BellState.unread, class_name="bell-n", aria_hidden="true")
    )
    trigger = rx.el.button(
        icon("bell", 14),
        mark,
        type="button",
        class_name="btn ghost icon sm bell",
        aria_label=BellState.label,
        title=BellState.label,
    )
    listed = rx.el.ul(rx.foreach(BellState.items, _line), class_name="bell-ls")
    nothing = rx.el.p(
        "Nothing yet. Here you are told when somebody names you, when a theme grows, or when much"
        " waits for somebody.",
        class_name="t3 bell-e",
    )
    return rx.popover.root(
        rx.popover.trigger(trigger),
        rx.popover.content(
            rx.el.div(
                rx.el.h2("Notifications", class_name="med grow"),
                rx.cond(
                    BellState.unread,
                    button("Mark all read", "ghost", "sm", on_click=BellState.read_all),
                ),
                class_name="row bell-h",
            ),
            rx.cond(BellState.items, listed, nothing),
            align="end",
            class_name="bell-p",
        ),
    )
