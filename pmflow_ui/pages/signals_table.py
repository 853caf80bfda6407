"""The list of signals, its paging, and the bar of what is selected."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components import Text
from pmflow_ui.components.acts import one_of_many
from pmflow_ui.components.button import button, icon_button
from pmflow_ui.components.glyph import severity_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.moment import moment
from pmflow_ui.components.overlay import menu, menu_item
from pmflow_ui.components.table import table, table_row
from pmflow_ui.pages.signals_tags import row_tags
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.signals import Choice, SignalsState
from pmflow_ui.state.signals_rows import SOURCES, SignalRow
from pmflow_ui.state.signals_tags import SignalTagsState


def source_icon(source: Text) -> rx.Component:
    """Return the icon of where a signal came from."""
    return rx.fragment(
        rx.match(
            source,
            *((kind.value, icon(name, 14, "t3")) for kind, (_, name) in SOURCES.items()),
            icon("circle-dot", 14, "t3"),
        )
    )


def _check(is_on: rx.Var[bool]) -> rx.Component:
    return rx.el.span(
        rx.cond(is_on, icon("check", 12)), class_name=f"cb {rx.cond(is_on, 'on', '')}"
    )


def _status(row: ObjectVar[SignalRow]) -> rx.Component:
    return rx.cond(
        row.project,
        rx.el.span(icon("link", 12), row.project, class_name="t2 row tight"),
        rx.el.span(row.status, class_name=rx.cond(row.status == "New", "med", "t2")),
    )


def _row(row: ObjectVar[SignalRow]) -> rx.Component:
    chosen = SignalsState.selected.contains(row.id)
    box = rx.el.button(
        _check(chosen),
        type="button",
        role="checkbox",
        class_name="cbx",
        aria_checked=chosen,
        aria_label=f"Select S-{row.number}",
        on_click=SignalsState.select(row.id).stop_propagation,
    )
    number = rx.el.button(
        "S-",
        row.number,
        type="button",
        class_name="plain-b",
        aria_label=f"Open S-{row.number}",
        on_click=SignalsState.open(row.number).stop_propagation,
    )
    return table_row(
        rx.cond(SessionState.can_edit, rx.el.td(box, class_name="c-cb")),
        rx.el.td(rx.cond(row.severity, severity_glyph(row.severity)), class_name="c-sev"),
        rx.el.td(number, class_name="t3 c-id"),
        rx.el.td(row_tags(row), row.text, class_name="c-txt"),
        rx.el.td(
            rx.cond(row.waits, rx.el.span("waits to be read", class_name="t3"), row.theme),
            class_name="c-th sm t2",
        ),
        rx.el.td(_status(row), class_name="c-st sm"),
        rx.el.td(source_icon(row.source), class_name="c-src t3", title=row.source_name),
        rx.el.td(moment(row.received), class_name="c-d num t3 sm"),
        selected=chosen,
        current=SignalsState.current == row.number,
        key=row.id,
        id=f"signal-{row.number}",
        custom_attrs=one_of_many("signal", f"S-{row.number}"),
        on_click=SignalsState.open(row.number),
    )


def _head() -> rx.Component:
    some = SignalsState.selected.length()
    every = (some == SignalsState.rows.length()) & (some > 0)
    box = rx.el.button(
        rx.el.span(
            rx.cond(every, icon("check", 12), rx.cond(some, icon("minus", 12))),
            class_name=f"cb {rx.cond(some, 'on', '')}",
        ),
        type="button",
        role="checkbox",
        class_name="cbx",
        aria_checked=every,
        aria_label="Select all of the page",
        on_click=SignalsState.select_all,
    )
    return rx.el.thead(
        rx.el.tr(
            rx.cond(SessionState.can_edit, rx.el.th(box, class_name="c-cb", scope="col")),
            rx.el.th(rx.el.span("Severity", class_name="sr"), class_name="c-sev", scope="col"),
            *(
                rx.el.th(label, class_name=name, scope="col")
                for label, name in (
                    ("ID", "c-id"),
                    ("Verbatim", "c-txt"),
                    ("Theme", "c-th"),
                    ("Status", "c-st"),
                )
            ),
            rx.el.th(rx.el.span("Source", class_name="sr"), class_name="c-src", scope="col"),
            rx.el.th("Received", class_name="c-d num", scope="col"),
        )
    )


def signals_table() -> rx.Component:
    """Return the page's rows."""
    return table(_head(), rx.foreach(SignalsState.rows, _row), "Signals", "sig")


def pager() -> rx.Component:
    """Return which rows these are, and the way to the next ones."""
    page = SignalsState.filters.page.to(int)
    return rx.el.div(
        rx.el.span(SignalsState.span, " of ", SignalsState.total_shown),
        rx.el.span(class_name="right"),
        icon_button(
            "chevron-left", "Previous page", on_click=SignalsState.turn(-1), disabled=page <= 1
        ),
        icon_button(
            "chevron-right",
            "Next page",
            on_click=SignalsState.turn(1),
            disabled=page >= SignalsState.last_page,
        ),
        class_name="foot t3 sm tn",
    )


def bulk_bar() -> rx.Component:
    """Return what can be done with the selected signals; nothing without a selection."""
    number = SignalsState.selected.length()
    bar = rx.el.div(
        rx.el.span(number, " selected", class_name="med tn"),
        rx.el.span(class_name="vr"),
        rx.cond(
            SessionState.can_edit,
            rx.fragment(
                _link_menu(),
                rx.cond(SignalsState.linked, _unlink_menu()),
                button("Tag", "ghost", "sm", "tag", on_click=SignalTagsState.begin),
                button("Archive", "ghost", "sm", "archive", on_click=SignalsState.archive),
                rx.el.span(class_name="vr"),
            ),
        ),
        icon_button("x", "Clear the selection", on_click=SignalsState.select_none),
        class_name="bulk",
        role="toolbar",
        aria_label="Selection",
    )
    return rx.cond(number, bar)


def _link_menu() -> rx.Component:
    def project(choice: ObjectVar[Choice]) -> rx.Component:
        return menu_item(choice.label, on_select=SignalsState.link(choice.value))

    no_project = SignalsState.projects.length() == 0
    return menu(
        button(
            "Link",
            "ghost",
            "sm",
            "link",
            disabled=no_project,
            title=rx.cond(no_project, "There is no open project yet; create one on the board", ""),
        ),
        rx.foreach(SignalsState.projects, project),
    )


def _unlink_menu() -> rx.Component:
    def project(choice: ObjectVar[Choice]) -> rx.Component:
        return menu_item(choice.label, on_select=SignalsState.unlink(choice.value))

    return menu(button("Unlink", "ghost", "sm", "unlink"), rx.foreach(SignalsState.linked, project))
