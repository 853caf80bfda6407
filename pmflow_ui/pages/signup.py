"""Create an account."""

import reflex as rx

from pmflow_ui.components.form import field
from pmflow_ui.components.sign import sign_form
from pmflow_ui.state.sign import SignState


def signup_page() -> rx.Component:
    """Return the sign-up form; it works before any script has loaded."""
    return sign_form(
        "Create an account",
        "/api/auth/signup",
        "Create account",
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
        foot=rx.fragment("You have one? ", rx.el.a("Sign in", href="/login", class_name="link")),
    )
