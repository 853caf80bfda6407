"""Sign in."""

import reflex as rx

from pmflow_ui.components.form import field
from pmflow_ui.components.returning import returning
from pmflow_ui.components.sign import next_field, provider_buttons, sign_form
from pmflow_ui.state.sign import SignState


def login_page() -> rx.Component:
    """Return the sign-in form; it works before any script has loaded."""
    return sign_form(
        "Sign in",
        "/api/auth/login",
        "Sign in",
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
            type="password",
            auto_complete="current-password",
            required=True,
        ),
        next_field(),
        foot=rx.fragment(
            rx.cond(
                SignState.is_open,
                rx.fragment(
                    "No account yet? ",
                    rx.el.a("Create one", href="/signup", class_name="link"),
                    " · ",
                ),
            ),
            rx.el.a("Forgot your password?", href="/reset", class_name="link"),
            returning(SignState.next),
        ),
        error=SignState.form_error,
        below=provider_buttons(),
    )
