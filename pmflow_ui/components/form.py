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
    """Return a labelled input with its error or hint beneath; props go to the input.

    Its `id` is the name, so give another where a page has two of one name.
    """
    props.setdefault("type", "text")
    here = props.pop("id", name)
    return rx.el.div(
        rx.el.label(label, html_for=here),
        rx.el.input(
            id=here,
            name=name,
            class_name=f"input lg {rx.cond(error, 'er', '')}",
            aria_invalid=rx.cond(error, True, False),
            aria_describedby=rx.cond(error, f"{here}-note", rx.cond(hint, f"{here}-note", "")),
            **props,
        ),
        rx.cond(
            error,
            rx.el.p(icon("x", 12), error, id=f"{here}-note", class_name="er-text", role="alert"),
            rx.cond(hint, rx.el.p(hint, id=f"{here}-note", class_name="hint")),
        ),
        class_name="field",
    )


def state_form(*children: rx.Component, on_submit: Any, **props: Any) -> rx.Component:
    """Return a form that an event of a state handles; the event's one argument is its model."""
    return rx.el.form(*children, on_submit=on_submit, **props)
