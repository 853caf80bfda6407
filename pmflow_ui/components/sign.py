"""The frame of the forms for people who are not signed in."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components import Text
from pmflow_ui.components.form import NativeForm
from pmflow_ui.components.icon import icon
from pmflow_ui.components.link import loading_link
from pmflow_ui.components.shell import brand
from pmflow_ui.state.sign import ProviderButton, SignState


def sign_frame(content: rx.Component) -> rx.Component:
    """Return content in the middle of an empty page."""
    return rx.el.div(
        rx.el.main(
            content,
            rx.el.footer(
                "pmflow", rx.el.span("·"), "Your data stays on this server", class_name="row sm t3"
            ),
            class_name="lg-w",
        ),
        class_name="p-sign",
    )


def sign_form(
    title: str,
    action: str,
    submit: str,
    *content: rx.Component,
    foot: rx.Component,
    error: Text = "",
    below: rx.Component | None = None,
) -> rx.Component:
    """Return a form that posts itself; `error` is about all of it, `below` follows its button."""
    return sign_frame(
        NativeForm.create(
            rx.el.div(brand(), class_name="row lg-b"),
            rx.el.h1(title),
            rx.cond(error, sign_note(error, bad=True)),
            *content,
            rx.el.button(submit, type="submit", class_name="btn primary lg block"),
            below if below is not None else rx.fragment(),
            rx.el.p(foot, class_name="sm t3 lg-n"),
            action=action,
            method="post",
            class_name="lg-f",
        )
    )


def sign_page(title: str, *content: Any) -> rx.Component:
    """Return words where there is no form to fill in."""
    return sign_frame(
        rx.el.div(
            rx.el.div(brand(), class_name="row lg-b"),
            rx.el.h1(title),
            *content,
            class_name="lg-f",
        )
    )


def sign_note(words: Text, *, bad: bool = False) -> rx.Component:
    """Return a sentence in a box, as an alert when it is `bad`."""
    return rx.el.p(
        icon("circle-alert" if bad else "mail-check", 14),
        rx.el.span(words),
        class_name="lg-s bad" if bad else "lg-s",
        role="alert" if bad else "status",
    )


def next_field() -> rx.Component:
    """Return where the form leads, hidden."""
    return rx.el.input(type="hidden", name="next", value=SignState.next, read_only=True)


def provider_buttons() -> rx.Component:
    """Return a way in by each identity provider that is set up; nothing where none is."""

    def way_in(button: ObjectVar[ProviderButton]) -> rx.Component:
        # A link, because a form may not lead on to another site (`form-action` of our policy).
        return loading_link(
            "Continue with ",
            button.label,
            href=button.href,
            class_name="btn lg block",
            key=button.name,
        )

    return rx.cond(
        SignState.providers,
        rx.fragment(
            rx.el.div(rx.el.span("or"), class_name="or"),
            rx.el.div(rx.foreach(SignState.providers, way_in), class_name="lg-o"),
        ),
    )
