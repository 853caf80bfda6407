"""Signals: what people said, one row each."""

from typing import Any

import reflex as rx

from pmflow_ui.components.button import button
from pmflow_ui.components.icon import icon
from pmflow_ui.components.imports import import_dialogs, running_imports
from pmflow_ui.components.kbd import kbd
from pmflow_ui.components.keys import keys
from pmflow_ui.components.page_keys import page_keys
from pmflow_ui.components.placeholder import empty_state, skeleton_rows
from pmflow_ui.components.shell import shell
from pmflow_ui.components.start import signals_checklist
from pmflow_ui.pages.signals_drawer import signal_drawer
from pmflow_ui.pages.signals_filters import SEARCH, filter_bar
from pmflow_ui.pages.signals_table import bulk_bar, pager, signals_table
from pmflow_ui.pages.signals_views import view_dialog, view_tabs
from pmflow_ui.state.imports import ImportsState
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.signals import SignalsState


def _heading() -> rx.Component:
    return rx.fragment(
        rx.el.h1("Signals"),
        rx.cond(SignalsState.ready, rx.el.span(SignalsState.everything_words, class_name="t3 tn")),
        rx.cond(ImportsState.empty, rx.fragment(), view_tabs()),
    )


def _actions() -> rx.Component:
    return rx.cond(
        SessionState.can_edit,
        rx.fragment(
            _action("Import", "upload", "btn ghost sm", ImportsState.show_import(True)),
            _action("Add signal", "plus", "btn primary sm", ImportsState.show_paste(True), "C"),
        ),
    )


def _action(label: str, lead: str, kind: str, on_click: Any, key: str = "") -> rx.Component:
    return rx.el.button(
        icon(lead, 14),
        rx.el.span(label, class_name="lbl"),
        kbd(key) if key else rx.fragment(),
        type="button",
        class_name=kind,
        aria_label=label,
        on_click=on_click,
    )


def _nothing() -> rx.Component:
    return empty_state(
        "search-x",
        "No signal matches",
        "Take a filter away, or search other words; all words must occur.",
        button("Show all", on_click=SignalsState.view("recent")),
    )


def _list() -> rx.Component:
    rows = rx.cond(SignalsState.rows, signals_table(), _nothing())
    return rx.fragment(
        filter_bar(),
        running_imports(),
        rx.el.div(
            rx.el.div(
                rx.el.div(
                    rx.cond(SignalsState.ready, rows, skeleton_rows(16)),
                    class_name="body",
                ),
                rx.cond(SignalsState.rows, pager()),
                bulk_bar(),
                class_name="grow rel",
            ),
            signal_drawer(),
            class_name="split",
        ),
    )


def signals_page() -> rx.Component:
    """Return the list of signals, or how to begin in a workspace without any."""
    return shell(
        "signals",
        _heading(),
        rx.cond(ImportsState.empty, signals_checklist(), _list()),
        import_dialogs(),
        view_dialog(),
        keys(),
        page_keys(
            ("j", "k", "x", "Enter", "Escape", "/", "c", "i", "v"),
            SignalsState.press,
            focus=SEARCH,
            url=SignalsState.address,
            follow=SignalsState.current_row,
        ),
        actions=_actions(),
    )
