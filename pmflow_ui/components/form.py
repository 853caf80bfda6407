"""Native forms, which post to a route and work before any script has loaded, and fields."""

from typing import Any

import reflex as rx

from pmflow_ui.components import Text
from pmflow_ui.components.icon import icon


class NativeForm(rx.el.Div):
    """A form that the browser submits itself; `rx.form` always prevents that."""

    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]


def field(label: Text, name: str, error: Text = "", hint: Text = "", **props: Any) -> rx.Component:
    """Return a labelled input with its error or hint beneath; props go to the input."""
    props.setdefault("type", "text")
    return rx.el.div(
        rx.el.label(label, html_for=name),
        rx.el.input(
            id=name,
            name=name,
            class_name=f"input lg {rx.cond(error, 'er', '')}",
            aria_invalid=rx.cond(error, True, False),
            aria_describedby=rx.cond(error, f"{name}-note", rx.cond(hint, f"{name}-note", "")),
            **props,
        ),
        rx.cond(
            error,
            rx.el.p(icon("x", 12), error, id=f"{name}-note", class_name="er-text", role="alert"),
            rx.cond(hint, rx.el.p(hint, id=f"{name}-note", class_name="hint")),
        ),
        class_name="field",
    )


def state_form(*children: rx.Component, on_submit: Any, **props: Any) -> rx.Component:
    """Return a form that an event of a state handles; the event's one argument is its model."""
    return rx.el.form(*children, on_submit=on_submit, **props)
