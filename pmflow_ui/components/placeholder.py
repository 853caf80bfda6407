"""What stands where content is missing: skeleton, empty, error, no permission."""

import reflex as rx

from pmflow_ui.components import Text
from pmflow_ui.components.icon import icon


def empty_state(name: str, title: Text, text: Text, *actions: rx.Component) -> rx.Component:
    """Return what to do next where there is nothing yet; `name` is an icon's."""
    return rx.el.div(
        icon(name),
        rx.el.h2(title),
        rx.el.p(text),
        rx.el.div(*actions, class_name="row") if actions else rx.fragment(),
        class_name="empty",
    )


def error_state(
    title: Text, text: Text, reference: Text = "", *actions: rx.Component
) -> rx.Component:
    """Return what happened, what to do about it, and the reference to quote."""
    return rx.el.div(
        icon("circle-alert"),
        rx.el.h2(title),
        rx.el.p(text),
        rx.cond(reference, rx.el.p("Reference ", reference, class_name="ref mono")),
        rx.el.div(*actions, class_name="row") if actions else rx.fragment(),
        class_name="empty",
        role="alert",
    )


def skeleton_rows(number: int = 8, label: str = "Loading") -> rx.Component:
    """Return grey rows at the real row height, which show only after 150 ms."""
    widths = ("48px", "32%", "18%", "11%")
    row = rx.el.div(
        *(rx.el.span(class_name="sk", style={"width": width}) for width in widths),
        class_name="sk-row",
    )
    return rx.el.div(*[row] * number, role="status", aria_label=label)
