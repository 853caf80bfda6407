"""An invitation: what it offers, and for each state of it what to do."""

import reflex as rx

from pmflow_ui.components import Text
from pmflow_ui.components.double_click import double_click
from pmflow_ui.components.icon import icon
from pmflow_ui.components.moment import moment
from pmflow_ui.components.notes import notes
from pmflow_ui.components.shell import brand
from pmflow_ui.state.invite import UNKNOWN, InviteState

S = InviteState


def _said(
    name: str, title: Text, text: Text | rx.Component, *actions: rx.Component
) -> rx.Component:
    return rx.fragment(
        rx.el.p(icon(name), class_name="inv-i t3"),
        rx.el.h1(title),
        rx.el.p(text, class_name="t2"),
        *actions,
    )


def _away(label: Text, href: Text, kind: str = "primary") -> rx.Component:
    # A full page load, because signing in changes the cookie that the socket carries.
    return rx.el.a(label, href=href, class_name=f"btn {kind} lg block")


def _offer() -> rx.Component:
    text = rx.fragment(
        rx.cond(S.by, rx.fragment(rx.el.b(S.by), " invited "), "An invitation for "),
        rx.el.b(S.email),
        " as ",
        rx.el.b(S.role),
        ", until ",
        moment(S.expires_at, exact=True),
        ".",
    )
    signed_in = rx.el.button(
        f"Join {S.workspace}",
        type="button",
        class_name="btn primary lg block",
        on_click=S.accept,
    )
    signed_out = rx.fragment(
        _away("Create an account", S.sign_up), _away("I have one: sign in", S.sign_in, "")
    )
    return _said("mail-open", f"Join {S.workspace}", text, rx.cond(S.me, signed_in, signed_out))


def _for_another() -> rx.Component:
    text = rx.fragment(
        "It is for ", rx.el.b(S.email), ", and you are signed in as ", rx.el.b(S.me), "."
    )
    return _said(
        "user-x",
        "This invitation is for somebody else",
        text,
        _away(f"Sign in as {S.email}", S.sign_in),
        _away("Your workspaces", "/", ""),
    )


def _over(name: str, title: str, text: Text) -> rx.Component:
    return _said(name, title, text, _away("Your workspaces", "/", ""))


def _already_member() -> rx.Component:
    return _said(
        "circle-check",
        f"You are a member of {S.workspace}",
        "There is nothing left to accept.",
        _away("Open it", S.home),
    )


def _used() -> rx.Component:
    return _said(
        "circle-check",
        "This invitation was accepted already",
        f"If it was you, sign in as {S.email}.",
        _away("Sign in", S.sign_in),
    )


def _shown() -> rx.Component:
    by = rx.cond(S.by, S.by, "an admin")
    newer = f"Or a newer link was sent to {S.email}. Ask {by} if you expected to join."
    whole = "Check that it was copied whole, or ask for a new one."
    looking = rx.el.p("Looking for the invitation…", class_name="t3", role="status")
    return rx.fragment(
        rx.match(
            S.status,
            ("open", _offer()),
            ("for_another", _for_another()),
            ("already_member", _already_member()),
            ("expired", _over("clock", "This invitation is over", f"Ask {by} for a new link.")),
            ("revoked", _over("ban", "This invitation was taken back", newer)),
            ("used", _used()),
            (UNKNOWN, _over("compass", "This link leads to no invitation", whole)),
            looking,
        )
    )


def invite_page() -> rx.Component:
    """Return the page behind an invitation's link."""
    return rx.el.div(
        rx.el.main(
            rx.el.div(rx.el.div(brand(), class_name="row lg-b"), _shown(), class_name="lg-f inv"),
            class_name="lg-w",
        ),
        notes(),
        double_click(),
        class_name="p-sign",
    )
