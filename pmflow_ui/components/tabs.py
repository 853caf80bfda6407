"""Tabs as links, so that the tab is in the address, and a row of choices."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from pmflow_ui.components import Text
from pmflow_ui.components.link import link


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: its name, where it leads and how much lies behind it."""

    label: Text
    href: Text
    here: bool | rx.Var[bool] = False
    count: Text | rx.Var[int] = ""


def tabs(label: str, items: Sequence[Tab]) -> rx.Component:
    """Return tabs; each is a link, and the page reads its address to know which one is open."""
    return rx.el.nav(
        *(
            link(
                tab.label,
                rx.cond(tab.count, rx.el.span(tab.count, class_name="n")),
                href=tab.href,
                custom_attrs={"aria-current": rx.cond(tab.here, "page", "false")},
            )
            for tab in items
        ),
        class_name="tabs",
        aria_label=label,
    )


def segments(
    label: str, chosen: Text, options: Sequence[tuple[str, Text]], on_choose: Any
) -> rx.Component:
    """Return a row of choices of which one holds; calls `on_choose(value)`."""
    return rx.el.div(
        *(
            rx.el.button(
                text,
                type="button",
                class_name="btn ghost sm",
                on_click=on_choose(value),
                aria_pressed=rx.Var.create(chosen) == value,
            )
            for value, text in options
        ),
        class_name="seg",
        role="group",
        aria_label=label,
    )
