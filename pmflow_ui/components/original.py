"""A signal's passage in the text that it was cut out of."""

import reflex as rx

from pmflow_ui.components.button import button
from pmflow_ui.components.icon import icon
from pmflow_ui.state.original import OriginalState


def in_its_original(number: rx.Var[int], has_original: rx.Var[bool]) -> rx.Component:
    """Return what shows a signal's passage with what stands around it; nothing without one."""
    is_open = OriginalState.number == number
    passage = OriginalState.passage
    shown = rx.el.figure(
        rx.el.figcaption(
            icon("file-text", 14, "t3"),
            rx.el.span(passage.name, class_name="trunc"),
            class_name="row sm t2",
        ),
        rx.el.div(
            passage.before,
            rx.el.mark(passage.text),
            passage.after,
            class_name="orig-text",
            tab_index=0,
        ),
        class_name="orig",
    )
    words = rx.cond(is_open, "Hide the original", "Show in its original")
    return rx.cond(
        has_original,
        rx.el.div(
            button(
                words,
                "ghost",
                "sm",
                "file-text",
                on_click=OriginalState.show(number),
                aria_expanded=is_open,
            ),
            rx.cond(is_open, shown),
        ),
    )
