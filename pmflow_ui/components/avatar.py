"""A person or a program as two letters."""

import reflex as rx

from pmflow_ui.components import Flag, Text
from pmflow_ui.components.icon import icon


def avatar(letters: Text, name: Text, *, me: Flag = False, large: bool = False) -> rx.Component:
    """Return the round mark of a person; the viewer's own is in the accent."""
    size = " lg" if large else ""
    own = rx.cond(me, "me", "") if isinstance(me, rx.Var) else ("me" if me else "")
    return rx.el.span(
        letters, class_name=f"av{size} {own}", title=name, role="img", aria_label=name
    )


def bot_avatar(name: Text = "pmflow") -> rx.Component:
    """Return the mark of a program that acted."""
    return rx.el.span(icon("bot", 12), class_name="av bot", title=name, role="img", aria_label=name)
