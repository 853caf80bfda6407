"""The bar above the list of signals: search, filters, sort."""

from collections.abc import Sequence
from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components import Text
from pmflow_ui.components.button import button
from pmflow_ui.components.glyph import severity_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.kbd import kbd
from pmflow_ui.components.overlay import menu, menu_item
from pmflow_ui.pages.signals_views import save_button, view_menu
from pmflow_ui.state.signals import Choice, SignalsState
from pmflow_ui.state.signals_filters import NO_THEME, SORTS, Name
from pmflow_ui.state.signals_rows import SOURCES

STATUSES = ("new", "reviewed", "linked", "archived", "merged")
SEVERITIES = ("critical", "high", "medium", "low")
SPANS = (("7", "last 7 days"), ("30", "last 30 days"), ("90", "last 90 days"))
SEARCH = "signal-search"


def _search() -> rx.Component:
    return rx.el.div(
        icon("search", 14, "t3"),
        rx.el.input(
            id=SEARCH,
            type="search",
            placeholder="Search the words",
            aria_label="Search signals",
            default_value=SignalsState.filters.q,
            key=SignalsState.searched,
            on_change=SignalsState.search,
            max_length=200,
        ),
        kbd("/"),
        class_name="input soft find",
    )


def _active(
    label: str, name: Name, value: Any, shown: Text | rx.Component | rx.Var[Any]
) -> rx.Component:
    chip = rx.el.span(
        rx.el.span(label, class_name="k"),
        rx.el.span(shown, class_name="trunc"),
        rx.el.button(
            icon("x", 12),
            type="button",
            class_name="x",
            aria_label=f"Remove the filter {label}",
            on_click=SignalsState.choose(name, ""),
        ),
        class_name="filter",
    )
    return rx.cond(value, chip)


def _sub(label: str, lead: str, *items: rx.Component) -> rx.Component:
    return rx.dropdown_menu.sub(
        rx.dropdown_menu.sub_trigger(icon(lead, 14), label),
        rx.dropdown_menu.sub_content(*items, class_name="menu-long"),
    )


def _options(name: Name, options: Sequence[tuple[str, str]]) -> list[rx.Component]:
    return [
        menu_item(label, on_select=SignalsState.choose(name, value)) for value, label in options
    ]


def _theme_option(choice: ObjectVar[Choice]) -> rx.Component:
    return menu_item(choice.label, on_select=SignalsState.choose("theme", choice.value))


def _tag_option(tag: ObjectVar[Choice]) -> rx.Component:
    return menu_item(tag.label, on_select=SignalsState.choose("tag", tag.value))


def _filter_menu() -> rx.Component:
    severities = [
        menu_item(
            value.capitalize(),
            lead=severity_glyph(value),
            on_select=SignalsState.choose("severity", value),
        )
        for value in SEVERITIES
    ]
    sources = [(source.value, label) for source, (label, _) in SOURCES.items()]
    return menu(
        button("Filter", "ghost", "sm", "list-filter"),
        _sub("Severity", "signal", *severities),
        _sub("Status", "circle-dot", *_options("status", [(s, s.capitalize()) for s in STATUSES])),
        _sub(
            "Theme",
            "shapes",
            menu_item("In no theme", on_select=SignalsState.choose("theme", NO_THEME)),
            rx.foreach(SignalsState.themes, _theme_option),
        ),
        rx.cond(
            SignalsState.tags,
            _sub("Tag", "tag", rx.foreach(SignalsState.tags, _tag_option)),
        ),
        _sub("Received", "calendar", *_options("since", SPANS)),
        _sub("Source", "inbox", *_options("source", sources)),
    )


def _sort_menu() -> rx.Component:
    return menu(
        button(SignalsState.sort_name, "ghost", "sm", "arrow-down-up"),
        *(
            menu_item(label, on_select=SignalsState.choose("sort", sort.value))
            for sort, label in SORTS.items()
        ),
        align="end",
    )


def filter_bar() -> rx.Component:
    """Return search, the filters that hold, and the menus that change them."""
    filters = SignalsState.filters
    source = rx.match(
        filters.source, *((source.value, label) for source, (label, _) in SOURCES.items()), ""
    )
    days = rx.match(filters.since, *SPANS, "")
    return rx.el.div(
        view_menu(),
        _search(),
        _active("Severity", "severity", filters.severity, filters.severity),
        _active("Status", "status", filters.status, filters.status),
        _active("Theme", "theme", filters.theme, SignalsState.theme_name),
        _active("Tag", "tag", filters.tag, filters.tag),
        _active("Received", "since", filters.since, days),
        _active("Source", "source", filters.source, source),
        _filter_menu(),
        save_button(),
        rx.el.span(class_name="grow"),
        rx.el.span(SignalsState.total_words, class_name="t3 sm tn no-phone nowrap", role="status"),
        _sort_menu(),
        class_name="bar",
    )
