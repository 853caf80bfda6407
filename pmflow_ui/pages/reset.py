"""A forgotten password: asking for a link, and choosing a new one by it."""

import reflex as rx

from pmflow_ui.components.form import field
from pmflow_ui.components.placeholder import skeleton_rows
from pmflow_ui.components.sign import sign_form, sign_note, sign_page
from pmflow_ui.state.reset import ResetState

_BACK = ("Back to sign in", "/login")
_SENT = (
    "If that address has an account, a link is on its way to it. It works once, for 30 minutes."
    " Look among unwanted mail too."
)
_NO_MAIL = (
    "This installation sends no mail, so nobody can be sent a link. Ask who runs it; they make one"
    " for you with this command:"
)


def reset_page() -> rx.Component:
    """Return the form that asks for a link, that it is on its way, or whom to ask instead."""
    return rx.cond(ResetState.sends_mail, rx.cond(ResetState.was_sent, _sent(), _ask()), _by_hand())


def choose_page() -> rx.Component:
    """Return the form for a new password, or what is wrong with the link."""
    usable = rx.cond(ResetState.standing == "live", _choose(), _unusable())
    waiting = sign_page("Choose a new password", skeleton_rows(2))
    return rx.cond(ResetState.ready, usable, waiting)


def _ask() -> rx.Component:
    return sign_form(
        "Reset your password",
        "/api/auth/reset",
        "Send a link",
        field(
            "Email",
            "email",
            error=ResetState.email_error,
            hint="The address you sign in with.",
            type="email",
            auto_complete="username",
            required=True,
            default_value=ResetState.email,
            key=ResetState.email,
        ),
        foot=_back(),
        error=ResetState.form_error,
    )


def _sent() -> rx.Component:
    again = rx.el.a("Send it again, or to another address", href="/reset", class_name="link")
    return sign_page(
        "Look into your mail",
        sign_note(_SENT),
        rx.el.p(again, class_name="sm t3 lg-n"),
        rx.el.p(_back(), class_name="sm t3 lg-n"),
    )


def _by_hand() -> rx.Component:
    return sign_page(
        "Reset your password",
        rx.el.p(_NO_MAIL, class_name="lg-p"),
        rx.el.code("pmflow user reset-link --email YOUR-ADDRESS"),
        rx.el.p(_back(), class_name="sm t3 lg-n"),
    )


def _choose() -> rx.Component:
    return sign_form(
        "Choose a new password",
        "/api/auth/reset/confirm",
        "Set the password",
        field(
            "New password",
            "password",
            error=ResetState.password_error,
            hint="At least 8 characters. Ends your other sessions.",
            type="password",
            auto_complete="new-password",
            required=True,
            min_length=8,
            max_length=128,
        ),
        rx.el.input(type="hidden", name="token", value=ResetState.token, read_only=True),
        foot=_back(),
        error=ResetState.form_error,
    )


def _unusable() -> rx.Component:
    return sign_page(
        "This link does not work",
        sign_note(ResetState.trouble, bad=True),
        rx.el.a("Ask for a new one", href="/reset", class_name="btn primary lg block"),
        rx.el.p(_back(), class_name="sm t3 lg-n"),
    )


def _back() -> rx.Component:
    return rx.el.a(_BACK[0], href=_BACK[1], class_name="link")
