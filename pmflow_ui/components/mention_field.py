"""The field in which a comment is written; an @ lists the members to choose from."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from pmflow_ui.components import Flag, Text

_SOURCE = rx.asset("mention_field.jsx", shared=True)


def _typed(text: rx.Var[str]) -> list[rx.Var[str]]:
    return [text]


class _MentionField(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "MentionField"

    members: rx.Var[list[str]]
    text: rx.Var[str]
    label: rx.Var[str]
    hint: rx.Var[str]
    auto_focus: rx.Var[bool]
    field_id: rx.Var[str]
    on_typed: rx.EventHandler[_typed]


def mention_field(
    label: Text,
    members: rx.Var[Sequence[str]],
    *,
    text: Text = "",
    hint: Text = "",
    auto_focus: Flag = False,
    field_id: str = "",
    **events: Any,
) -> rx.Component:
    """Return the field `text` of a form; Enter and Tab choose a name, ⌘ Enter sends the form.

    `on_typed(text)` follows what is typed.
    """
    return _MentionField.create(
        members=members,
        text=text,
        label=label,
        hint=hint,
        auto_focus=auto_focus,
        field_id=field_id,
        **events,
    )
