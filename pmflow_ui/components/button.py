"""Buttons and links that look like buttons."""

from typing import Any, Literal

import reflex as rx

from pmflow_ui.components import Text
from pmflow_ui.components.icon import icon
from pmflow_ui.components.kbd import kbd
from pmflow_ui.components.link import link

Kind = Literal["", "primary", "ghost", "danger", "ghost danger"]
Size = Literal["", "sm", "lg"]


def _classes(kind: Kind, size: Size, extra: str = "") -> str:
    return " ".join(part for part in ("btn", kind, size, extra) if part)


def button(
    label: Text,
    kind: Kind = "",
    size: Size = "",
    lead: str = "",
    key: str = "",
    *,
    compact: bool = False,
    **props: Any,
) -> rx.Component:
    """Return a button; `lead` is an icon's name and `key` the key that does the same.

    A `compact` one with an icon shows only that on a phone. Further props go to the element:
    `on_click`, `type`, `disabled`, `class_name`, `data_busy`.
    """
    props.setdefault("type", "button")
    if compact:
        props.setdefault("aria_label", label)
    return rx.el.button(
        icon(lead, 14) if lead else rx.fragment(),
        rx.el.span(label, class_name="lbl") if compact else label,
        kbd(key) if key else rx.fragment(),
        class_name=_classes(kind, size, str(props.pop("class_name", ""))),
        **props,
    )


def icon_button(
    name: str, label: Text, kind: Kind = "ghost", size: Size = "sm", **props: Any
) -> rx.Component:
    """Return a button that shows only an icon; `label` is its name for screen readers."""
    return rx.el.button(
        icon(name, 14),
        type="button",
        class_name=_classes(kind, size, f"icon {props.pop('class_name', '')}".strip()),
        aria_label=label,
        title=label,
        **props,
    )


def link_button(
    label: Text,
    href: Text,
    kind: Kind = "",
    size: Size = "",
    lead: str = "",
    **props: Any,
) -> rx.Component:
    """Return a link that looks like a button and changes the page without a reload."""
    return link(
        icon(lead, 14) if lead else rx.fragment(),
        label,
        href=href,
        class_name=_classes(kind, size, str(props.pop("class_name", ""))),
        **props,
    )
