"""Choosing a customer: a search and the few that it finds."""

from collections.abc import Sequence
from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components import Text
from pmflow_ui.components.icon import icon
from pmflow_ui.state.customers_rows import CustomerChoice


def customer_choice(
    label: Text,
    choices: rx.Var[Sequence[CustomerChoice]],
    on_search: Any,
    on_choose: Any,
) -> rx.Component:
    """Return a search field over the customers it finds; choosing one calls `on_choose(id)`."""

    def line(choice: ObjectVar[CustomerChoice]) -> rx.Component:
        return rx.el.li(
            rx.el.button(
                rx.el.span(choice.name, class_name="med trunc"),
                rx.el.span(choice.about, class_name="t3 sm trunc"),
                type="button",
                class_name="choice",
                on_click=on_choose(choice.id),
            ),
            key=choice.id,
        )

    return rx.el.div(
        rx.el.div(
            icon("search", 14, "t3"),
            rx.el.input(
                type="search",
                placeholder="Name, e-mail or company",
                aria_label=label,
                auto_focus=True,
                on_change=on_search,
                max_length=200,
            ),
            class_name="input soft find",
        ),
        rx.cond(
            choices,
            rx.el.ul(rx.foreach(choices, line)),
            rx.el.p("No customer matches.", class_name="t3 sm"),
        ),
        class_name="choices",
    )
