"""Webhooks out, the lower half of their page: whom pmflow tells of what."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button
from pmflow_ui.components.form import field, state_form
from pmflow_ui.components.moment import moment
from pmflow_ui.components.secret_maker import secret_maker
from pmflow_ui.pages.webhooks_log import delivery, log_panel
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.webhooks_out import OutgoingState
from pmflow_ui.state.webhooks_rows import HookLine, choices


def _hook(row: ObjectVar[HookLine]) -> rx.Component:
    overlap = rx.el.span(
        "Signed with the secret before, too, until ",
        moment(row.old_until, exact=True),
        class_name="t3 sm",
    )
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.name, class_name="med trunc"),
            rx.el.span(row.state, class_name=f"sm right wh-{row.tone}"),
            class_name="row",
        ),
        rx.el.code(row.url, class_name="mono t2 sm trunc"),
        rx.el.span(row.events, class_name="t3 sm"),
        rx.cond(row.old_until, overlap),
        rx.cond(SessionState.can_admin, _controls(row)),
        class_name="wh-hook",
        key=row.id,
    )


def _controls(row: ObjectVar[HookLine]) -> rx.Component:
    """Return what admins do with a webhook."""
    is_new = OutgoingState.made_id == row.id
    secret = secret_maker(
        row.rotate_url,
        rx.cond(is_new, "Make its secret", "New secret…"),
        "For 24 hours messages are signed with both.",
        first=is_new,
        key=row.id,
    )
    test = button("Send a test", "", "sm", "send", on_click=OutgoingState.send_test(row.id))
    return rx.el.div(
        rx.cond(row.is_on, test),
        rx.cond(
            row.is_on,
            button("Switch off", "", "sm", "pause", on_click=OutgoingState.enable(row.id, False)),
            button("Switch on", "", "sm", "play", on_click=OutgoingState.enable(row.id, True)),
        ),
        secret,
        button("Delete", "ghost danger", "sm", "trash-2", on_click=OutgoingState.delete(row.id)),
        class_name="row wrap",
    )


def _choice(event: str, about: str) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", name=event),
        rx.el.span(
            rx.el.code(event, class_name="mono"),
            rx.el.span(about, class_name="t3 sm"),
            class_name="col",
        ),
        class_name="opt",
    )


def _form() -> rx.Component:
    return state_form(
        rx.el.div(
            field("Name", "hook_name", placeholder="Webhook", max_length=80),
            field(
                "Address",
                "hook_url",
                OutgoingState.error,
                "https://…; redirects are not followed",
                type="url",
                required=True,
                max_length=2_000,
            ),
            class_name="grid",
        ),
        rx.el.fieldset(
            rx.el.legend("What it is told of"),
            rx.el.div(*(_choice(event, about) for event, about in choices()), class_name="opts"),
        ),
        rx.el.div(
            button("Make the webhook", "primary", "sm", type="submit"),
            button("Cancel", "ghost", "sm", on_click=OutgoingState.write(False)),
            class_name="row",
        ),
        on_submit=OutgoingState.create,
        class_name="panel-b wh-form",
    )


def _panel() -> rx.Component:
    new = button("New webhook", "", "sm", "plus", on_click=OutgoingState.write(True))
    nothing = rx.el.p(
        "No program is told of anything yet.",
        rx.cond(
            SessionState.can_admin,
            " A webhook tells one when a project moves, a run fails, or a person must approve.",
            "",
        ),
        class_name="panel-b t3",
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Webhooks out", class_name="grow"),
            rx.cond(SessionState.can_admin & ~OutgoingState.writing, new),
            class_name="panel-h wh-h",
        ),
        rx.cond(OutgoingState.writing & SessionState.can_admin, _form()),
        rx.cond(
            OutgoingState.rows,
            rx.el.ul(rx.foreach(OutgoingState.rows, _hook), class_name="wh-ls"),
            rx.cond(OutgoingState.writing, rx.fragment(), nothing),
        ),
        class_name="panel",
        aria_label="Webhooks out",
    )


def outgoing() -> rx.Component:
    """Return the webhooks out with their log, and the message that is open."""
    opened = OutgoingState.opened
    again = button("Send again", "", "sm", "rotate-cw", on_click=OutgoingState.redeliver(opened.id))
    sent = log_panel(
        "What was sent",
        "Nothing was sent yet. Messages are kept for 30 days.",
        (OutgoingState.log, OutgoingState.more),
        (OutgoingState.open_message, OutgoingState.show_more),
    )
    return rx.fragment(_panel(), sent, delivery(opened, OutgoingState.close_message, again))
