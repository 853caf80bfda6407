"""A native choice of one among a few: small, quick, and right on a phone."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from pmflow_ui.components import Text

ROLES = (
    ("viewer", "Viewer: reads everything"),
    ("editor", "Editor: works on everything"),
    ("admin", "Admin: settings and members, too"),
)
SHORT_ROLES = (("viewer", "Viewer"), ("editor", "Editor"), ("admin", "Admin"))


def choice(label: Text, options: Sequence[tuple[str, Text]], **props: Any) -> rx.Component:
    """Return a select of (value, words); `label` is its name for screen readers."""
    props.setdefault("class_name", "input")
    return rx.el.select(
        *(rx.el.option(words, value=value) for value, words in options), aria_label=label, **props
    )
