"""The open customer: what is known, what they say, and whom they stand for."""

from collections.abc import Sequence
from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components import Text
from pmflow_ui.components.acts import region
from pmflow_ui.components.button import button, icon_button
from pmflow_ui.components.customer_choice import customer_choice
from pmflow_ui.components.form import field, state_form
from pmflow_ui.components.icon import icon
from pmflow_ui.components.link import link
from pmflow_ui.components.overlay import drawer
from pmflow_ui.components.placeholder import empty_state
from pmflow_ui.state.customers import CustomersState
from pmflow_ui.state.customers_rows import Spot
from pmflow_ui.state.session import SessionState

CARD = CustomersState.card


def _fact(name: str, value: Any) -> rx.Component:
    return rx.fragment(
        rx.el.dt(name),
        rx.el.dd(rx.cond(value, value, rx.el.span("Not known", class_name="t3"))),
    )


def _facts() -> rx.Component:
    return rx.el.dl(
        _fact("E-mail", CARD.email),
        _fact("Company", CARD.company),
        _fact("Tier", CARD.tier),
        _fact("Annual value", CARD.value_shown),
        class_name="kv",
    )


def _form() -> rx.Component:
    return state_form(
        field("Name", "name", default_value=CARD.name, max_length=200, auto_focus=True),
        field("Company", "company", default_value=CARD.company, max_length=200),
        field("Tier", "tier", hint="As you call it: free, pro, …", default_value=CARD.tier),
        field(
            "Annual value",
            "annual_value",
            hint="In the workspace's one currency",
            default_value=CARD.value,
            input_mode="decimal",
        ),
        rx.cond(
            CustomersState.edit_error,
            rx.el.p(icon("x", 12), CustomersState.edit_error, class_name="er-text", role="alert"),
        ),
        rx.el.div(
            button("Cancel", on_click=CustomersState.edit(False)),
            rx.el.button("Save", type="submit", class_name="btn primary"),
            class_name="row dlg-end",
        ),
        on_submit=CustomersState.save,
        class_name="col gap",
    )


def _actions() -> rx.Component:
    living = rx.fragment(
        button("Edit", "", "sm", "pencil", "E", on_click=CustomersState.edit(True)),
        button(
            "Merge another in",
            "",
            "sm",
            "merge",
            on_click=CustomersState.choose_merge(~CustomersState.merging),
            aria_expanded=CustomersState.merging,
        ),
        button("Delete", "ghost danger", "sm", "trash-2", on_click=CustomersState.delete),
    )
    gone = button("Restore", "", "sm", "undo-2", on_click=CustomersState.restore(CARD.id))
    return rx.el.div(
        rx.cond(CARD.is_deleted, gone, living),
        class_name="row wrap acts",
        custom_attrs=region("customer", CARD.name),
    )


def _merging() -> rx.Component:
    return rx.el.section(
        rx.el.h3("Which customer is the same?", class_name="sect-h"),
        rx.el.p(
            "Its signals, and all that still comes from it, become this one's. It can be taken"
            " apart again.",
            class_name="t3 sm",
        ),
        customer_choice(
            "Find the customer to merge in",
            CustomersState.choices,
            CustomersState.find_same,
            CustomersState.merge,
        ),
    )


def _section(title: Text, spots: rx.Var[Sequence[Spot]], lead: str) -> rx.Component:
    def line(spot: ObjectVar[Spot]) -> rx.Component:
        return link(
            icon(lead, 14, "t3"),
            rx.el.span(spot.text, class_name="trunc grow"),
            rx.el.span(spot.note, class_name="t3 sm tn"),
            href=spot.href,
            class_name="citein",
            key=spot.id,
        )

    return rx.cond(
        spots, rx.el.section(rx.el.h3(title, class_name="sect-h"), rx.foreach(spots, line))
    )


def _merges() -> rx.Component:
    def line(spot: ObjectVar[Spot]) -> rx.Component:
        return rx.el.div(
            rx.el.span(spot.text, class_name="trunc"),
            rx.el.span(spot.note, class_name="t3 sm trunc grow"),
            rx.cond(
                SessionState.can_edit,
                button("Take apart", "ghost", "sm", on_click=CustomersState.unmerge(spot.id)),
            ),
            class_name="row",
            key=spot.id,
        )

    return rx.cond(
        CustomersState.merged,
        rx.el.section(
            rx.el.h3("Merged into this one", class_name="sect-h"),
            rx.foreach(CustomersState.merged, line),
        ),
    )


def customer_drawer() -> rx.Component:
    """Return the drawer of the open customer; nothing while none is open."""
    read = rx.fragment(
        rx.cond(CARD.is_deleted, rx.el.p("In the bin", class_name="chip")),
        rx.el.div(_facts(), rx.cond(SessionState.can_edit, _actions())),
        rx.cond(CustomersState.merging, _merging()),
        _section("Themes", CustomersState.themes, "shapes"),
        _section(CARD.signals_words, CustomersState.signals, "message-square"),
        _merges(),
    )
    missing = empty_state(
        "building-2", "No such customer", "It does not exist here, or was merged into another."
    )
    panel = drawer(
        rx.el.h2(rx.cond(CustomersState.missing, "Customer", CARD.name), class_name="med trunc"),
        rx.cond(CustomersState.missing, missing, rx.cond(CustomersState.editing, _form(), read)),
        on_close=CustomersState.open(""),
        actions=rx.fragment(
            icon_button("chevron-up", "Previous (K)", on_click=CustomersState.press("k")),
            icon_button("chevron-down", "Next (J)", on_click=CustomersState.press("j")),
        ),
    )
    return rx.cond(CARD.id, panel)
