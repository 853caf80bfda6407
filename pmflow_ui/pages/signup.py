"""Create an account."""

import reflex as rx

from pmflow_ui.components.form import field
from pmflow_ui.components.returning import returning
from pmflow_ui.components.sign import (
    next_field,
    provider_buttons,
    sign_form,
    sign_note,
    sign_page,
)
from pmflow_ui.state.sign import SignState


def signup_page() -> rx.Component:
    """Return the sign-up form, which works before any script has loaded, or why there is none."""
    return rx.cond(SignState.is_open, _form(), _closed())


def _closed() -> rx.Component:
    return sign_page(
        "Create an account",
        rx.cond(SignState.form_error, sign_note(SignState.form_error, bad=True)),
        rx.el.p(
            "New accounts need an invitation here. Ask an admin of your workspace for one, and"
            " open the link you get.",
            class_name="lg-p",
        ),
        rx.el.a("Sign in", href="/login", class_name="btn lg block"),
    )


def _form() -> rx.Component:
    return sign_form(
        "Create an account",
        "/api/auth/signup",
        "Create account",
        *_fields(),
        next_field(),
        foot=rx.fragment(
            "You have one? ",
            rx.el.a("Sign in", href="/login", class_name="link"),
            returning(SignState.next),
        ),
        error=SignState.form_error,
        below=provider_buttons(),
    )


def _fields() -> tuple[rx.Component, ...]:
    return (
        field(
            "Name",
            "name",
            error=SignState.name_error,
            auto_complete="name",
            required=True,
            max_length=200,
            default_value=SignState.name,
            key=SignState.name,
        ),
        field(
            "Email",
            "email",
            error=SignState.email_error,
            type="email",
            auto_complete="username",
            required=True,
            default_value=SignState.email,
            key=SignState.email,
        ),
        field(
            "Password",
            "password",
            error=SignState.password_error,
            hint="At least 8 characters.",
            type="password",
            auto_complete="new-password",
            required=True,
            min_length=8,
            max_length=128,
        ),
    )
