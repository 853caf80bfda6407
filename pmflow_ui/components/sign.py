"""The frame of the forms for people who are not signed in."""

import reflex as rx

from pmflow_ui.components.form import NativeForm
from pmflow_ui.components.shell import brand
from pmflow_ui.state.sign import SignState


def sign_form(
    title: str, action: str, submit: str, *fields: rx.Component, foot: rx.Component
) -> rx.Component:
    """Return a form that posts itself, in the middle of an empty page."""
    return rx.el.div(
        rx.el.main(
            NativeForm.create(
                rx.el.div(brand(), class_name="row lg-b"),
                rx.el.h1(title),
                *fields,
                rx.el.input(type="hidden", name="next", value=SignState.next, read_only=True),
                rx.el.button(submit, type="submit", class_name="btn primary lg block"),
                rx.el.p(foot, class_name="sm t3 lg-n"),
                action=action,
                method="post",
                class_name="lg-f",
            ),
            rx.el.footer(
                "pmflow", rx.el.span("·"), "Your data stays on this server", class_name="row sm t3"
            ),
            class_name="lg-w",
        ),
        class_name="p-sign",
    )
