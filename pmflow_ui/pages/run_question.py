"""What a run asks a person, with the form that its kind of answer needs."""

import reflex as rx

from pmflow_ui.components.form import state_form
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.moment import moment
from pmflow_ui.state.run import RunState
from pmflow_ui.state.session import SessionState

ASKED = RunState.question


def _choice() -> rx.Component:
    def option(text: rx.Var[str]) -> rx.Component:
        return rx.el.label(
            rx.el.input(type="radio", name="answer", value=text, required=True),
            rx.el.span(text),
            class_name="opt",
        )

    return rx.el.fieldset(
        rx.el.legend("Answer", class_name="sr"),
        rx.foreach(ASKED.options, option),
        class_name="col opts",
    )


def _text() -> rx.Component:
    return rx.el.textarea(
        name="answer",
        rows=4,
        required=True,
        max_length=8000,
        class_name="input",
        aria_label="Answer",
        placeholder="Your answer goes to the step as you write it",
    )


def _deadline() -> rx.Component:
    late = rx.cond(
        ASKED.default,
        rx.fragment("then pmflow goes on with “", ASKED.default, "”"),
        "then the run fails",
    )
    return rx.cond(
        ASKED.deadline,
        rx.el.p(
            "Waits until ", moment(ASKED.deadline, exact=True), ", ", late, ".", class_name="sm t3"
        ),
    )


def question_form() -> rx.Component:
    """Return the open question of the run; nothing while none is open."""
    form = state_form(
        rx.cond(ASKED.kind == "text", _text(), _choice()),
        rx.el.div(
            rx.el.button("Answer", type="submit", class_name="btn primary grow"),
            class_name="row ap-do",
        ),
        on_submit=RunState.answer,
        class_name="col",
    )
    asked = rx.el.section(
        rx.el.h2(state_glyph("waiting"), "A step asks you", class_name="row"),
        rx.el.p(ASKED.text, class_name="words"),
        rx.cond(
            SessionState.can_edit,
            form,
            rx.el.p(icon("user-round", 14), "An editor answers.", class_name="t3 sm row"),
        ),
        _deadline(),
        class_name="ap",
        aria_label="Question",
    )
    return rx.cond(ASKED.id, asked)
