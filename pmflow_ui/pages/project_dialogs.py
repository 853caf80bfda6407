"""The dialogs in which a project is approved, sent back or archived."""

from typing import Any

import reflex as rx

from pmflow_ui.components.covered import covered_list
from pmflow_ui.components.form import state_form
from pmflow_ui.components.icon import icon
from pmflow_ui.components.overlay import dialog
from pmflow_ui.state.project import ProjectState


def _comment(label: str, hint: str) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for="comment"),
        rx.el.textarea(
            id="comment", name="comment", class_name="input", max_length=4000, auto_focus=True
        ),
        rx.cond(
            ProjectState.comment_error,
            rx.el.p(icon("x", 12), ProjectState.comment_error, class_name="er-text", role="alert"),
            rx.el.p(hint, class_name="hint"),
        ),
        class_name="field",
    )


def _form(submit: str, kind: str, on_submit: Any, *above: rx.Component) -> rx.Component:
    return state_form(
        *above,
        rx.el.div(
            rx.el.button(
                "Cancel", type="button", class_name="btn", on_click=ProjectState.decide("")
            ),
            rx.el.button(submit, type="submit", class_name=f"btn {kind}"),
            class_name="row end",
        ),
        on_submit=on_submit,
        class_name="col gap",
    )


def _approve() -> rx.Component:
    def effect(text: rx.Var[str]) -> rx.Component:
        return rx.el.li(icon("check", 12), rx.el.span(text))

    return _form(
        "Approve",
        "primary",
        ProjectState.approve,
        rx.el.ul(rx.foreach(ProjectState.why.effects, effect), class_name="fx-list"),
        covered_list(ProjectState.covered),
        _comment("Comment", "Optional; it is kept with the approval."),
    )


def _decision(which: str, title: str, form: rx.Component, description: str = "") -> rx.Component:
    return dialog(
        title,
        form,
        description=description,
        open=ProjectState.deciding == which,
        on_open_change=ProjectState.close_decision,
    )


def decision_dialogs() -> rx.Component:
    """Return the dialogs; an approval says what it does before it is given."""
    reject = _form(
        "Reject",
        "danger",
        ProjectState.reject,
        _comment("What has to change", "The project stays in its stage and says why."),
    )
    archive = _form(
        "Archive",
        "primary",
        ProjectState.archive,
        _comment("Reason", "Optional. Everything stays, and the project can be reopened."),
    )
    what = f"{ProjectState.head.key} · {ProjectState.head.stage}"
    return rx.fragment(
        _decision("approve", f"Approve {what}", _approve(), "This is what happens:"),
        _decision("reject", f"Reject {what}", reject),
        _decision("archive", f"Archive {ProjectState.head.key}", archive),
    )
