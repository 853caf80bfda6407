"""The reason line: why something is where it is, and who acts next. The product in one sentence."""

import reflex as rx

from pmflow_ui.components import Text
from pmflow_ui.components.glyph import state_glyph


def reason_line(state: Text, text: Text, lead: Text = "", tone: Text = "") -> rx.Component:
    """Return glyph and sentence; `lead` is its bold beginning.

    `tone` is `need` when a person must act, `fail` when a rule refused, else empty: only what
    needs somebody is tinted.
    """
    return rx.el.div(
        state_glyph(state),
        rx.el.span(rx.cond(lead, rx.el.b(lead, " ")), text),
        class_name=f"reason {tone}",
    )
