"""Tables: a fixed head, 32-pixel rows, sort by head."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from pmflow_ui.components import Flag, Text
from pmflow_ui.components.icon import icon


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, its width (empty flexes) and whether it holds numbers."""

    head: str
    width: str = ""
    number: bool = False
    sort: str = ""
    class_name: str = ""


def _head(column: Column, sorted_by: Text, descending: Flag, on_sort: Any) -> rx.Component:
    kind = f"{'num ' if column.number else ''}{column.class_name}".strip()
    style = {"width": column.width} if column.width else {}
    if not column.sort:
        return rx.el.th(column.head, scope="col", class_name=kind, style=style)
    here = rx.Var.create(sorted_by) == column.sort
    arrow = rx.cond(descending, icon("arrow-down", 12), icon("arrow-up", 12))
    return rx.el.th(
        rx.el.button(
            column.head,
            rx.cond(here, arrow),
            type="button",
            class_name="sort",
            on_click=on_sort(column.sort),
        ),
        scope="col",
        class_name=kind,
        style=style,
        custom_attrs={
            "aria-sort": rx.cond(here, rx.cond(descending, "descending", "ascending"), "none")
        },
    )


def table_head(
    columns: Sequence[Column],
    sorted_by: Text = "",
    descending: Flag = False,
    on_sort: Any = None,
) -> rx.Component:
    """Return the head row; columns with a `sort` name call `on_sort(name)`."""
    return rx.el.thead(
        rx.el.tr(*(_head(column, sorted_by, descending, on_sort) for column in columns))
    )


def table(
    head: rx.Component, rows: rx.Component, label: Text, class_name: str = ""
) -> rx.Component:
    """Return the table of a head and the `rx.foreach` of its rows."""
    return rx.el.table(
        head, rx.el.tbody(rows), class_name=f"table {class_name}".strip(), aria_label=label
    )


def table_row(
    *cells: rx.Component, selected: Flag = False, current: Flag = False, **props: Any
) -> rx.Component:
    """Return a row; `selected` tints it (X), `current` marks its edge (J/K)."""
    return rx.el.tr(
        *cells,
        class_name=[rx.cond(selected, "sel", ""), rx.cond(current, "cur", "")],
        **props,
    )
