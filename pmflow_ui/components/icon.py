"""Icons, all from lucide, decorative: the words beside them carry the meaning."""

from typing import Literal

import reflex as rx

Size = Literal[12, 14, 16]


def icon(name: str, size: Size = 16, class_name: str = "") -> rx.Component:
    """Return a lucide icon that takes the colour of its text; hidden from screen readers."""
    step = "" if size == 16 else f" i-{size}"
    return rx.icon(
        tag=name,
        class_name=f"i{step} {class_name}".strip(),
        custom_attrs={"aria-hidden": "true", "focusable": "false"},
    )
