"""Customers: who the signals came from, and what they are worth."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_core.customers.schemas import CustomerSort
from pmflow_ui.components.button import button, icon_button, link_button
from pmflow_ui.components.customer_upload import customer_upload
from pmflow_ui.components.icon import icon
from pmflow_ui.components.kbd import kbd
from pmflow_ui.components.keys import keys
from pmflow_ui.components.moment import moment
from pmflow_ui.components.overlay import dialog
from pmflow_ui.components.page_keys import page_keys
from pmflow_ui.components.placeholder import empty_state, skeleton_rows
from pmflow_ui.components.shell import shell, workspace_path
from pmflow_ui.components.table import Column, table, table_head, table_row
from pmflow_ui.pages.customers_drawer import customer_drawer
from pmflow_ui.state.customers import CustomersState
from pmflow_ui.state.customers_rows import CustomerRow
from pmflow_ui.state.session import SessionState

SEARCH = "customer-search"


def _search() -> rx.Component:
    return rx.el.div(
        icon("search", 14, "t3"),
        rx.el.input(
            id=SEARCH,
            type="search",
            placeholder="Name, e-mail or company",
            aria_label="Search customers",
            default_value=CustomersState.search,
            key=CustomersState.searched,
            on_change=CustomersState.find,
            max_length=200,
        ),
        kbd("/"),
        class_name="input soft find",
    )


def _bar() -> rx.Component:
    return rx.el.div(
        _search(),
        rx.cond(
            CustomersState.worth,
            rx.el.span(
                "Annual value ", rx.el.b(CustomersState.worth), class_name="t3 sm tn no-phone"
            ),
        ),
        rx.el.span(class_name="grow"),
        button(
            rx.cond(CustomersState.in_bin, "Leave the bin", "Bin"),
            "ghost",
            "sm",
            "trash-2",
            on_click=CustomersState.show_bin(~CustomersState.in_bin),
            aria_pressed=CustomersState.in_bin,
        ),
        class_name="bar",
    )


def _row(row: ObjectVar[CustomerRow]) -> rx.Component:
    name = rx.el.button(
        row.name,
        type="button",
        class_name="plain-b med trunc",
        on_click=CustomersState.open(row.id).stop_propagation,
    )
    return table_row(
        rx.el.td(name, class_name="c-name"),
        rx.el.td(row.about, class_name="c-about t3 sm"),
        rx.el.td(
            rx.cond(row.tier, rx.el.span(row.tier, class_name="chip fill")), class_name="c-tier"
        ),
        rx.el.td(row.value, class_name="num c-value"),
        rx.el.td(row.signals, class_name="num c-size"),
        rx.el.td(row.themes, class_name="num c-themes t2"),
        rx.el.td(rx.cond(row.last, moment(row.last), "–"), class_name="num c-d t3 sm"),
        current=CustomersState.current == row.id,
        key=row.id,
        id=f"customer-{row.id}",
        on_click=CustomersState.open(row.id),
    )


def _table() -> rx.Component:
    columns = (
        Column("Customer", class_name="c-name", sort=CustomerSort.NAME.value),
        Column("Company, e-mail", class_name="c-about"),
        Column("Tier", class_name="c-tier"),
        Column("Annual value", number=True, class_name="c-value", sort=CustomerSort.VALUE.value),
        Column("Signals", number=True, class_name="c-size", sort=CustomerSort.SIGNALS.value),
        Column("Themes", number=True, class_name="c-themes"),
        Column("Last heard", number=True, class_name="c-d"),
    )
    head = table_head(
        columns,
        CustomersState.sort,
        CustomersState.sort != CustomerSort.NAME.value,
        CustomersState.sort_by,
    )
    return table(head, rx.foreach(CustomersState.rows, _row), "Customers", "cus")


def _nothing() -> rx.Component:
    searched = empty_state("search-x", "No customer matches", "Search fewer or other words.")
    bin_empty = empty_state("trash-2", "The bin is empty", "Deleted customers stay here 30 days.")
    none = empty_state(
        "building-2",
        "No customers yet",
        "They appear by themselves when signals name their sender. A list of customers adds what"
        " they are worth.",
        link_button("Bring in signals", workspace_path("signals"), "", "", "message-square"),
        rx.cond(
            SessionState.can_edit,
            button(
                "Import customers",
                "primary",
                "",
                "upload",
                on_click=CustomersState.show_import(True),
            ),
        ),
    )
    return rx.cond(CustomersState.search, searched, rx.cond(CustomersState.in_bin, bin_empty, none))


def _pager() -> rx.Component:
    return rx.el.div(
        rx.el.span(CustomersState.span),
        rx.el.span(class_name="right"),
        icon_button(
            "chevron-left",
            "Previous page",
            on_click=CustomersState.turn(-1),
            disabled=CustomersState.page <= 1,
        ),
        icon_button(
            "chevron-right",
            "Next page",
            on_click=CustomersState.turn(1),
            disabled=CustomersState.page >= CustomersState.last_page,
        ),
        class_name="foot t3 sm tn",
    )


def _import_dialog() -> rx.Component:
    return dialog(
        "Import customers",
        customer_upload(
            f"/api/workspaces/{SessionState.workspace_slug}/customers/import",
            CustomersState.imported,
        ),
        open=CustomersState.importing,
        on_open_change=CustomersState.show_import,
    )


def customers_page() -> rx.Component:
    """Return the list of customers, with the open one beside it."""
    listed = rx.cond(CustomersState.rows, _table(), _nothing())
    return shell(
        "customers",
        rx.el.h1("Customers"),
        _bar(),
        rx.el.div(
            rx.el.div(
                rx.el.div(
                    rx.cond(CustomersState.ready, listed, skeleton_rows(14)), class_name="body"
                ),
                rx.cond(CustomersState.rows, _pager()),
                class_name="grow",
            ),
            customer_drawer(),
            class_name="split",
        ),
        rx.cond(SessionState.can_edit, _import_dialog()),
        keys(),
        page_keys(
            ("j", "k", "Enter", "Escape", "/", "e", "i"),
            CustomersState.press,
            focus=SEARCH,
            url=CustomersState.address,
            follow=CustomersState.current_row,
        ),
        actions=rx.cond(
            SessionState.can_edit,
            button(
                "Import",
                "",
                "sm",
                "upload",
                "I",
                compact=True,
                on_click=CustomersState.show_import(True),
            ),
        ),
    )
