"""The dialog that moves a project; the board and the project page share it."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button
from pmflow_ui.components.card import full_reason
from pmflow_ui.components.form import state_form
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.overlay import dialog
from pmflow_ui.state.board_dialog import MoveState
from pmflow_ui.state.board_moves import MoveOption
from pmflow_ui.state.session import SessionState


def _option(option: ObjectVar[MoveOption], index: rx.Var[int]) -> rx.Component:
    note = rx.el.span(option.note, class_name="sm t2")
    words = rx.el.span(rx.el.span(option.name, class_name="med"), note, class_name="col grow")
    free = rx.el.button(
        state_glyph("completed"),
        words,
        type="button",
        class_name="mv",
        auto_focus=index == 0,
        on_click=MoveState.choose(option.stage),
    )
    over = button("Override…", "", "sm", on_click=MoveState.ask_override(option.stage))
    refused = rx.el.div(
        state_glyph("blocked"),
        words,
        rx.cond(option.can_override & SessionState.can_admin, over),
        class_name="mv off",
    )
    return rx.el.li(rx.cond(option.refused, refused, free), key=option.stage)


def _override(option: ObjectVar[MoveOption]) -> rx.Component:
    return state_form(
        rx.el.div(
            rx.el.label("Reason", html_for="override-reason"),
            rx.el.textarea(
                id="override-reason",
                name="reason",
                class_name="input",
                max_length=2000,
                auto_focus=True,
                placeholder="Such as: the missing citation is a legal requirement",
            ),
            rx.cond(
                MoveState.reason_error,
                rx.el.p(MoveState.reason_error, class_name="er-text", role="alert"),
                rx.el.p("It is kept with the decision and in the audit log.", class_name="hint"),
            ),
            class_name="field",
        ),
        rx.el.div(
            rx.el.button(f"Move to {option.name} anyway", type="submit", class_name="btn danger"),
            class_name="row",
        ),
        on_submit=MoveState.override,
        class_name="col gap",
    )


def _looking() -> rx.Component:
    row = rx.el.div(rx.el.span(class_name="sk grow"), class_name="mv off")
    return rx.el.div(*[row] * 6, class_name="mvs", role="status", aria_label="Loading")


def move_dialog() -> rx.Component:
    """Return the dialog; `MoveState.ask(project_id)` opens it."""
    chosen = MoveState.overriding
    return dialog(
        f"Move {MoveState.key}",
        rx.cond(MoveState.refusal, full_reason("blocked", "", MoveState.refusal, tone="fail")),
        rx.cond(
            chosen,
            _override(chosen.to(ObjectVar[MoveOption])),
            rx.cond(
                MoveState.options.length() > 0,
                rx.el.ul(rx.foreach(MoveState.options, _option), class_name="mvs"),
                _looking(),
            ),
        ),
        open=MoveState.is_open,
        on_open_change=MoveState.set_open,
    )
