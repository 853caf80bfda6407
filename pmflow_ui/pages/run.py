"""A run, live: steps, log, checks, and what a person decides."""

import reflex as rx

from pmflow_ui.components.acts import acts
from pmflow_ui.components.badge import state_chip
from pmflow_ui.components.button import button
from pmflow_ui.components.form import state_form
from pmflow_ui.components.icon import icon
from pmflow_ui.components.keys import keys
from pmflow_ui.components.link import link
from pmflow_ui.components.overlay import dialog
from pmflow_ui.components.page_keys import page_keys
from pmflow_ui.components.placeholder import skeleton_rows
from pmflow_ui.components.shell import shell, workspace_path
from pmflow_ui.pages.run_parts import (
    FACTS,
    FIND,
    decision_column,
    log_column,
    metrics,
    steps_column,
)
from pmflow_ui.pages.run_rerun import rerun_dialog
from pmflow_ui.state.run import RunState
from pmflow_ui.state.session import SessionState


def _crumb() -> rx.Component:
    sep = rx.el.span("/", class_name="sep")
    return rx.fragment(
        rx.el.div(
            link("Runs", href=workspace_path("runs")),
            sep,
            link(FACTS.project_key, href=FACTS.project_href, class_name="no-phone"),
            rx.el.span("/", class_name="sep no-phone"),
            rx.el.h1("Run ", FACTS.number),
            class_name="crumb",
        ),
        rx.cond(FACTS.status, state_chip(FACTS.status)),
        rx.cond(FACTS.trial, rx.el.span("Trial of one step", class_name="chip fill")),
        rx.cond(FACTS.replay, rx.el.span("Replay", class_name="chip fill")),
    )


def _actions() -> rx.Component:
    cancel = button("Cancel", "", "sm", "square", on_click=RunState.cancel)
    retry = button("Run again", "ghost", "sm", "rotate-ccw", on_click=RunState.retry)
    replay = button(
        "Replay",
        "ghost",
        "sm",
        "history",
        compact=True,
        title="Again on the recorded answers, at no cost",
        on_click=RunState.replay,
    )
    return rx.cond(
        SessionState.can_edit,
        acts(
            "run",
            f"Run {FACTS.number}",
            rx.cond(FACTS.is_open, cancel),
            rx.cond(FACTS.can_retry, replay),
            rx.cond(FACTS.can_retry & ~RunState.can_approve, retry),
        ),
    )


def _no_worker() -> rx.Component:
    return rx.cond(
        FACTS.no_worker,
        rx.el.div(
            icon("triangle-alert", 14),
            "No worker is alive, so nothing goes on. Whoever runs pmflow starts one with ",
            rx.el.code("pmflow worker", class_name="mono"),
            class_name="lost",
            role="alert",
        ),
    )


def _reject() -> rx.Component:
    return dialog(
        "Reject",
        state_form(
            rx.el.div(
                rx.el.label("What must change", html_for="comment"),
                rx.el.textarea(
                    id="comment",
                    name="comment",
                    rows=4,
                    auto_focus=True,
                    required=True,
                    max_length=2000,
                    class_name="input",
                ),
                rx.el.p("It stands in the project's history.", class_name="hint"),
                class_name="field",
            ),
            rx.el.div(
                rx.dialog.close(rx.el.button("Keep waiting", type="button", class_name="btn")),
                rx.el.button("Reject", type="submit", class_name="btn primary"),
                class_name="row dlg-end",
            ),
            on_submit=RunState.reject,
            class_name="col paste",
        ),
        open=RunState.rejecting,
        on_open_change=RunState.ask_reject,
    )


def run_page() -> rx.Component:
    """Return the page of the run in the address."""
    body = rx.fragment(
        _no_worker(),
        metrics(),
        rx.el.div(steps_column(), log_column(), decision_column(), class_name="rn"),
    )
    return shell(
        "runs",
        _crumb(),
        rx.el.div(rx.cond(RunState.ready, body, skeleton_rows(8)), class_name="p-run"),
        _reject(),
        rerun_dialog(),
        keys(),
        page_keys(("/",), RunState.toggle_wrap, focus=FIND),
        actions=_actions(),
    )
