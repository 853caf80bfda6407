"""Settings, members: who is in, who is invited, and what each may do."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.avatar import avatar
from pmflow_ui.components.button import button, icon_button
from pmflow_ui.components.choice import ROLES, SHORT_ROLES, choice
from pmflow_ui.components.form import field, state_form
from pmflow_ui.components.keys import keys
from pmflow_ui.components.moment import moment
from pmflow_ui.components.once import shown_once
from pmflow_ui.components.overlay import confirm
from pmflow_ui.components.placeholder import skeleton_rows
from pmflow_ui.components.settings import settings_page
from pmflow_ui.state.members import InvitationRow, MemberRow, MembersState
from pmflow_ui.state.session import SessionState


def _role(row: ObjectVar[MemberRow]) -> rx.Component:
    chosen = choice(
        f"Role of {row.name}",
        SHORT_ROLES,
        default_value=row.role,
        disabled=row.fixed != "",
        title=row.fixed,
        key=f"{row.id}-{row.role}-{MembersState.form_key}",
        on_change=lambda value: MembersState.change_role(row.id, value),
    )
    return rx.cond(SessionState.can_admin, chosen, rx.el.span(row.role, class_name="chip"))


def _end(row: ObjectVar[MemberRow]) -> rx.Component:
    leave = button(
        "Leave",
        "ghost danger",
        "sm",
        disabled=row.fixed != "",
        title=row.fixed,
        on_click=MembersState.ask(row.id),
    )
    remove = icon_button(
        "user-minus", f"Remove {row.name}", "ghost danger", on_click=MembersState.ask(row.id)
    )
    return rx.cond(row.me, leave, rx.cond(SessionState.can_admin, remove))


def _member(row: ObjectVar[MemberRow]) -> rx.Component:
    return rx.el.li(
        avatar(row.letters, row.name, me=row.me),
        rx.el.div(
            rx.el.span(
                row.name, rx.cond(row.me, rx.el.span(" (you)", class_name="t3")), class_name="med"
            ),
            rx.el.span(row.email, class_name="t3 sm trunc"),
            rx.cond(row.fixed & row.me, rx.el.span(row.fixed, class_name="t3 sm")),
            class_name="set-n",
        ),
        rx.el.span("joined ", moment(row.since, ago=True), class_name="t3 sm no-phone"),
        rx.el.div(_role(row), _end(row), class_name="row set-e"),
        key=row.id,
        class_name="set-l",
    )


def _members() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Members", class_name="grow"),
            rx.el.span(MembersState.rows.length(), class_name="badge"),
            class_name="panel-h",
        ),
        rx.el.ul(rx.foreach(MembersState.rows, _member), class_name="set-ls"),
        class_name="panel",
        aria_label="Members",
    )


def _invite() -> rx.Component:
    form = state_form(
        field(
            "E-mail",
            "email",
            error=MembersState.email_error,
            type="email",
            required=True,
            auto_complete="off",
            max_length=320,
        ),
        rx.el.div(
            rx.el.label("Role", html_for="role"),
            choice("Role", ROLES, id="role", name="role", default_value="editor"),
            class_name="field",
        ),
        rx.el.button("Invite", type="submit", class_name="btn primary lg"),
        on_submit=MembersState.invite,
        class_name="set-f",
        key=MembersState.form_key,
    )
    once = shown_once(
        f"Link for {MembersState.link_for}",
        MembersState.link,
        rx.cond(
            MembersState.is_mailed,
            "It is on its way by mail. It works for seven days, once, and for that address.",
            "Send it to them now: it is shown this once. It works for seven days, once, and for "
            "that address.",
        ),
        MembersState.forget_link,
    )
    return rx.el.section(
        rx.el.div(rx.el.h2("Invite somebody"), class_name="panel-h"),
        rx.el.div(form, once, class_name="panel-b"),
        class_name="panel",
        aria_label="Invite somebody",
    )


def _invitation(row: ObjectVar[InvitationRow]) -> rx.Component:
    time = rx.cond(
        row.expired,
        rx.el.span("Expired", class_name="bad sm"),
        rx.el.span("until ", moment(row.expires_at, exact=True), class_name="t3 sm"),
    )
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.email, class_name="med trunc"),
            rx.el.span(f"{row.role}, invited by {row.by}", class_name="t3 sm trunc"),
            class_name="set-n",
        ),
        time,
        rx.el.div(
            button(
                "New link",
                "",
                "sm",
                "rotate-cw",
                on_click=MembersState.resend(row.id),
                aria_label=f"New link for {row.email}",
            ),
            button(
                "Revoke",
                "ghost danger",
                "sm",
                on_click=MembersState.revoke(row.id),
                aria_label=f"Revoke the invitation of {row.email}",
            ),
            class_name="row set-e",
        ),
        key=row.id,
        class_name="set-l inv",
    )


def _invited() -> rx.Component:
    return rx.cond(
        MembersState.invited,
        rx.el.section(
            rx.el.div(rx.el.h2("Invited"), class_name="panel-h"),
            rx.el.ul(rx.foreach(MembersState.invited, _invitation), class_name="set-ls"),
            class_name="panel",
            aria_label="Invited",
        ),
    )


def _question() -> rx.Component:
    name = MembersState.asked_name
    return confirm(
        rx.cond(MembersState.leaving, "Leave this workspace?", f"Remove {name}?"),
        rx.cond(
            MembersState.leaving,
            "You lose access at once. An admin can invite you again.",
            "They lose access at once, in open tabs too. What they wrote stays. You can invite"
            " them again.",
        ),
        rx.el.button(
            rx.cond(MembersState.leaving, "Leave", "Remove"),
            type="button",
            class_name="btn danger",
            on_click=MembersState.remove,
        ),
        MembersState.asked != "",
        MembersState.keep,
    )


def members_page() -> rx.Component:
    """Return the page of members."""
    admin = rx.cond(SessionState.can_admin, rx.fragment(_invite(), _invited()))
    content = rx.fragment(admin, _members(), _question())
    return settings_page(
        "settings/members",
        "Members",
        rx.cond(MembersState.ready, content, skeleton_rows(8)),
        keys(),
    )
