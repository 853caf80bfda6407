"""Settings, general: the workspace's name and address, and deleting it."""

import reflex as rx

from pmflow_ui.components.button import button
from pmflow_ui.components.form import field, state_form
from pmflow_ui.components.icon import icon
from pmflow_ui.components.keys import keys
from pmflow_ui.components.moment import moment
from pmflow_ui.components.overlay import dialog
from pmflow_ui.components.placeholder import skeleton_rows
from pmflow_ui.components.settings import settings_page
from pmflow_ui.state.general import GeneralState
from pmflow_ui.state.session import SessionState

FACTS = GeneralState.facts


def _facts(*more: rx.Component) -> rx.Component:
    return rx.el.dl(
        *more,
        rx.el.div(
            rx.el.dt("Project keys"),
            rx.el.dd(rx.el.span(f"{FACTS.prefix}-1", class_name="mono"), " and so on"),
        ),
        rx.el.div(rx.el.dt("Made"), rx.el.dd(moment(FACTS.created_at, exact=True))),
        class_name="aut-kv",
    )


def _form() -> rx.Component:
    warning = rx.cond(
        GeneralState.typed_slug != FACTS.slug,
        rx.el.p(
            icon("triangle-alert", 14),
            "Every address of this workspace changes. Open tabs go along; links in mails, chats"
            " and programs that name the old one stop working.",
            class_name="row note-w",
            role="status",
        ),
    )
    return state_form(
        field(
            "Name",
            "name",
            error=GeneralState.name_error,
            default_value=FACTS.name,
            max_length=80,
            required=True,
            auto_complete="off",
        ),
        field(
            "Address",
            "slug",
            error=GeneralState.slug_error,
            hint=f"/w/{GeneralState.typed_slug}",
            default_value=FACTS.slug,
            max_length=40,
            required=True,
            auto_complete="off",
            spell_check=False,
            on_change=GeneralState.type_slug,
        ),
        warning,
        _facts(),
        rx.el.div(rx.el.button("Save", type="submit", class_name="btn primary lg")),
        on_submit=GeneralState.save,
        class_name="panel-b aut",
        key=GeneralState.form_key,
    )


def _read() -> rx.Component:
    return rx.el.div(
        _facts(
            rx.el.div(rx.el.dt("Name"), rx.el.dd(FACTS.name)),
            rx.el.div(rx.el.dt("Address"), rx.el.dd(f"/w/{FACTS.slug}", class_name="mono")),
        ),
        class_name="panel-b",
    )


def _delete_dialog() -> rx.Component:
    form = state_form(
        field(
            f"Type {FACTS.name} to delete it",
            "repeated",
            error=GeneralState.delete_error,
            auto_complete="off",
            auto_focus=True,
            max_length=200,
        ),
        rx.el.div(
            rx.dialog.close(rx.el.button("Keep", class_name="btn", type="button")),
            rx.el.button("Delete the workspace", type="submit", class_name="btn danger"),
            class_name="row end",
        ),
        on_submit=GeneralState.delete,
        class_name="aut",
    )
    return dialog(
        f"Delete {FACTS.name}?",
        form,
        description="Nobody reaches it any more, its open runs are cancelled, its API keys and"
        " webhooks are off. An admin can restore it for 30 days; then it is erased for good.",
        open=GeneralState.deleting,
        on_open_change=GeneralState.ask,
    )


def _danger() -> rx.Component:
    return rx.el.section(
        rx.el.div(rx.el.h2("Danger zone"), class_name="panel-h"),
        rx.el.div(
            rx.el.div(
                rx.el.span("Delete this workspace", class_name="med"),
                rx.el.span(
                    "With all signals, projects and documents. It can be restored for 30 days.",
                    class_name="t3 sm",
                ),
                class_name="set-n",
            ),
            button("Delete…", "danger", on_click=GeneralState.ask(True)),
            class_name="set-l",
        ),
        _delete_dialog(),
        class_name="panel",
        aria_label="Danger zone",
    )


def general_page() -> rx.Component:
    """Return the page of general settings."""
    workspace = rx.el.section(
        rx.el.div(rx.el.h2("Workspace"), class_name="panel-h"),
        rx.cond(SessionState.can_admin, _form(), _read()),
        class_name="panel",
        aria_label="Workspace",
    )
    content = rx.fragment(workspace, rx.cond(SessionState.can_admin, _danger()))
    return settings_page(
        "settings/general",
        "General",
        rx.cond(GeneralState.ready, content, skeleton_rows(6)),
        keys(),
    )
