"""A secret that is shown once: to be copied now, and then forgotten by the page."""

from typing import Any

import reflex as rx

from pmflow_ui.components import Text
from pmflow_ui.components.button import button
from pmflow_ui.components.icon import icon


def shown_once(title: Text, value: rx.Var[str], note: Text, on_done: Any) -> rx.Component:
    """Return the box with the secret; nothing while `value` is empty."""
    box = rx.el.div(
        rx.el.p(icon("key-round", 14), rx.el.b(title), class_name="row"),
        rx.el.div(
            rx.el.input(
                value=value,
                read_only=True,
                aria_label=title,
                class_name="input mono grow",
                spell_check=False,
            ),
            button("Copy", "primary", "", "copy", on_click=rx.set_clipboard(value)),
            button("Done", on_click=on_done),
            class_name="row once-r",
        ),
        rx.el.p(note, class_name="t3 sm"),
        class_name="once",
        role="status",
    )
    return rx.cond(value, box)
