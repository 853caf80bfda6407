"""The dialog in which a run is done again from one of its steps."""

import reflex as rx

from pmflow_ui.components.form import state_form
from pmflow_ui.components.overlay import dialog
from pmflow_ui.state.run import RunState

FROM = RunState.rerun


def _instructions() -> rx.Component:
    return rx.el.div(
        rx.el.label("What this step is told besides", html_for="instructions"),
        rx.el.textarea(
            id="instructions",
            name="instructions",
            default_value=FROM.instructions,
            rows=5,
            max_length=8000,
            auto_focus=True,
            class_name="input",
            placeholder="Such as: Leave out tablets; the team decided against them.",
        ),
        rx.el.p("Optional. It counts for this run only; the recipe stays.", class_name="hint"),
        class_name="field",
    )


def rerun_dialog() -> rx.Component:
    """Return the dialog; it says what is reused before anything starts."""
    form = state_form(
        rx.cond(FROM.takes_instructions, _instructions()),
        rx.el.div(
            rx.dialog.close(rx.el.button("Cancel", type="button", class_name="btn")),
            rx.el.button("Run from here", type="submit", class_name="btn primary"),
            class_name="row dlg-end",
        ),
        on_submit=RunState.run_from,
        class_name="col paste",
    )
    return dialog(
        f"Run again from {FROM.title}",
        form,
        description=FROM.reuses,
        open=FROM.key != "",
        on_open_change=RunState.close_rerun,
    )
