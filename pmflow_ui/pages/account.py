"""One's own account: name, password, other ways in, signed-in browsers, and its end."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button
from pmflow_ui.components.form import NativeForm, field, state_form
from pmflow_ui.components.icon import icon
from pmflow_ui.components.link import loading_link
from pmflow_ui.components.moment import moment
from pmflow_ui.components.overlay import dialog
from pmflow_ui.components.placeholder import skeleton_rows
from pmflow_ui.components.shell import plain_shell
from pmflow_ui.state.account import AccountState, ProviderLine, SessionLine

_AGAIN = "To show that it is you, sign out and in again, then come back within 15 minutes."


def account_page() -> rx.Component:
    """Return the page of the signed-in person's own account."""
    return plain_shell(
        "Your account",
        rx.cond(
            AccountState.ready,
            rx.fragment(
                _said(), _about(), _password(), _providers(), _sessions(), _end_of_account()
            ),
            skeleton_rows(10),
        ),
        here="account",
    )


def _said() -> rx.Component:
    return rx.fragment(
        rx.cond(
            AccountState.said, rx.el.p(AccountState.said, class_name="panel panel-b", role="status")
        ),
        rx.cond(
            AccountState.error,
            rx.el.p(AccountState.error, class_name="panel panel-b bad", role="alert"),
        ),
    )


def _panel(title: str, *content: rx.Component, action: rx.Component | None = None) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title, class_name="grow"),
            action if action is not None else rx.fragment(),
            class_name="panel-h",
        ),
        *content,
        class_name="panel",
        aria_label=title,
    )


def _about() -> rx.Component:
    form = state_form(
        field(
            "Name",
            "name",
            error=AccountState.name_error,
            hint="What others in your workspaces see.",
            required=True,
            max_length=80,
            auto_complete="name",
            default_value=AccountState.name,
            key=AccountState.name,
        ),
        rx.el.p("You sign in as ", rx.el.b(AccountState.email), ".", class_name="t2"),
        rx.el.div(rx.el.button("Save the name", type="submit", class_name="btn lg")),
        on_submit=AccountState.rename,
        class_name="acc-f",
    )
    return _panel("About you", form)


def _password() -> rx.Component:
    can = AccountState.has_password | AccountState.is_fresh
    waits = rx.el.p("You have no password yet. ", _AGAIN, class_name="panel-b t2")
    return _panel("Password", rx.cond(can, _password_form(), waits))


def _password_form() -> rx.Component:
    said = rx.el.p(AccountState.password_said, class_name="t2", role="status")
    wrong = rx.el.p(AccountState.password_error, class_name="bad", role="alert")
    label = rx.cond(AccountState.has_password, "Change the password", "Set a password")
    return NativeForm.create(
        rx.cond(AccountState.password_said, said),
        rx.cond(AccountState.password_error, wrong),
        # Password keepers look for whose password it is.
        rx.el.input(
            type="text",
            name="email",
            value=AccountState.email,
            auto_complete="username",
            hidden=True,
            read_only=True,
        ),
        rx.cond(AccountState.has_password, _present_password()),
        field(
            "New password",
            "password",
            error=AccountState.new_error,
            hint="At least 8 characters. Ends your other sessions.",
            type="password",
            auto_complete="new-password",
            required=True,
            min_length=8,
            max_length=128,
        ),
        rx.el.div(rx.el.button(label, type="submit", class_name="btn lg")),
        action="/api/auth/password",
        method="post",
        class_name="acc-f",
    )


def _present_password() -> rx.Component:
    return field(
        "Present password",
        "old_password",
        error=AccountState.old_error,
        type="password",
        auto_complete="current-password",
        required=True,
    )


def _provider(line: ObjectVar[ProviderLine]) -> rx.Component:
    connected = rx.fragment(
        rx.el.span(line.account, class_name="t3 sm trunc"),
        rx.el.span("Last used ", moment(line.used_at, ago=True), class_name="t3 sm"),
    )
    return rx.el.li(
        rx.el.div(
            rx.el.span(line.label, class_name="med"),
            rx.cond(line.account, connected, rx.el.span("Not connected", class_name="t3 sm")),
            class_name="col grow",
        ),
        rx.cond(
            line.account,
            button(
                "Disconnect",
                "",
                "sm",
                aria_label=f"Disconnect {line.label}",
                on_click=AccountState.disconnect(line.name),
            ),
            loading_link(
                "Connect",
                href=line.href,
                class_name="btn sm",
                aria_label=f"Connect {line.label}",
            ),
        ),
        key=line.name,
    )


def _providers() -> rx.Component:
    listed = rx.el.ul(rx.foreach(AccountState.providers, _provider), class_name="acc-l")
    return rx.cond(AccountState.providers, _panel("Other ways to sign in", listed))


def _session(line: ObjectVar[SessionLine]) -> rx.Component:
    seen = rx.fragment(" · last seen ", moment(line.seen_at, exact=True))
    return rx.el.li(
        icon("monitor", 16),
        rx.el.div(
            rx.el.span(
                rx.el.span(line.device, class_name="med"),
                rx.cond(line.is_current, rx.el.span("This browser", class_name="chip")),
                class_name="row",
            ),
            rx.el.span(
                line.address,
                " · signed in ",
                moment(line.signed_in_at, exact=True),
                rx.cond(line.is_current, rx.fragment(), seen),
                class_name="t3 sm",
            ),
            class_name="col grow",
        ),
        rx.cond(
            line.is_current,
            rx.fragment(),
            button(
                "Sign out",
                "",
                "sm",
                aria_label=f"Sign out {line.device}",
                on_click=AccountState.end(line.id),
            ),
        ),
        key=line.id,
    )


def _sessions() -> rx.Component:
    others = rx.cond(
        AccountState.sessions.length() > 1,
        button("Sign out all others", "", "sm", on_click=AccountState.end_others),
    )
    listed = rx.el.ul(rx.foreach(AccountState.sessions, _session), class_name="acc-l")
    return _panel("Where you are signed in", listed, action=others)


def _end_of_account() -> rx.Component:
    blocked = rx.fragment(
        "You are the last admin of ",
        rx.el.b(AccountState.stuck),
        ". Make somebody else an admin there, or delete the workspace, first.",
    )
    gone = (
        "You leave every workspace and your name, address and sign-ins are forgotten. What you"
        " wrote stays there, by “Former member”."
    )
    can = AccountState.has_password | AccountState.is_fresh
    words = rx.cond(AccountState.stuck, blocked, rx.cond(can, gone, _AGAIN))
    return _panel(
        "Delete your account",
        rx.el.div(
            rx.el.div(
                rx.el.span(words, class_name="t2"),
                rx.cond(
                    AccountState.delete_error,
                    rx.el.span(AccountState.delete_error, class_name="bad", role="alert"),
                ),
                class_name="col",
            ),
            rx.cond(can & (AccountState.stuck == ""), _delete_dialog()),
            class_name="acc-d",
        ),
    )


def _delete_dialog() -> rx.Component:
    shown = field(
        "Your password",
        "password",
        id="delete-password",
        type="password",
        auto_complete="current-password",
        required=True,
    )
    return dialog(
        "Delete your account?",
        NativeForm.create(
            rx.cond(AccountState.has_password, shown),
            rx.el.div(
                rx.dialog.close(button("Keep it", size="lg")),
                rx.el.button("Delete for good", type="submit", class_name="btn danger lg"),
                class_name="row",
            ),
            action="/api/auth/me/delete",
            method="post",
            class_name="col acc-del",
        ),
        trigger=button("Delete the account…", "danger"),
        description="This cannot be undone.",
    )
