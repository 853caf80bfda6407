"""Settings, API keys: programs' ways into the workspace."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button
from pmflow_ui.components.choice import SHORT_ROLES, choice
from pmflow_ui.components.form import field, state_form
from pmflow_ui.components.keys import keys
from pmflow_ui.components.moment import moment
from pmflow_ui.components.once import shown_once
from pmflow_ui.components.overlay import confirm
from pmflow_ui.components.placeholder import empty_state, skeleton_rows
from pmflow_ui.components.settings import settings_page
from pmflow_ui.state.api_keys import ApiKeysState, KeyRow

EXPIRY = (("", "Never"), ("30", "After 30 days"), ("90", "After 90 days"), ("365", "After a year"))


def _form() -> rx.Component:
    form = state_form(
        field(
            "What it is for",
            "name",
            error=ApiKeysState.name_error,
            max_length=80,
            required=True,
            auto_complete="off",
        ),
        rx.el.div(
            rx.el.label("Role", html_for="role"),
            choice("Role", SHORT_ROLES, id="role", name="role", default_value="editor"),
            class_name="field",
        ),
        rx.el.div(
            rx.el.label("Expires", html_for="days"),
            choice("Expires", EXPIRY, id="days", name="days", default_value="90"),
            class_name="field",
        ),
        rx.el.button("Create key", type="submit", class_name="btn primary lg"),
        on_submit=ApiKeysState.create,
        class_name="set-f",
        key=ApiKeysState.form_key,
    )
    once = shown_once(
        "The new key",
        ApiKeysState.key,
        "Copy it now: it is shown this once. Send it as “Authorization: Bearer pmf_…”.",
        ApiKeysState.forget_key,
    )
    return rx.el.section(
        rx.el.div(rx.el.h2("New key"), class_name="panel-h"),
        rx.el.div(form, once, class_name="panel-b"),
        class_name="panel",
        aria_label="New key",
    )


def _life(row: ObjectVar[KeyRow]) -> rx.Component:
    used = rx.cond(
        row.used_at, rx.fragment("used ", moment(row.used_at, ago=True)), rx.fragment("never used")
    )
    until = rx.cond(
        row.expires_at,
        rx.fragment(", expires ", moment(row.expires_at, exact=True)),
        rx.fragment(", does not expire"),
    )
    return rx.el.span(
        "made ", moment(row.made_at, ago=True), ", ", used, until, class_name="t3 sm key-life"
    )


def _key(row: ObjectVar[KeyRow]) -> rx.Component:
    end = button(
        "Revoke",
        "ghost danger",
        "sm",
        on_click=ApiKeysState.ask(row.id),
        aria_label=f"Revoke {row.name}",
    )
    return rx.el.li(
        rx.el.div(
            rx.el.span(
                rx.el.span(row.name, class_name="med trunc"),
                rx.el.span(row.role, class_name="chip"),
                class_name="row",
            ),
            rx.el.span(row.prefix, class_name="t3 sm mono trunc"),
            _life(row),
            class_name="set-n",
        ),
        rx.cond(row.ended, rx.el.span(row.ended, class_name="t3 sm"), end),
        key=row.id,
        class_name=rx.cond(row.ended, "set-l off", "set-l"),
    )


def _keys() -> rx.Component:
    nothing = empty_state(
        "key-round",
        "No keys yet",
        "A key lets a program send signals, start runs and read everything its role may.",
    )
    return rx.el.section(
        rx.el.div(rx.el.h2("Keys"), class_name="panel-h"),
        rx.cond(
            ApiKeysState.rows,
            rx.el.ul(rx.foreach(ApiKeysState.rows, _key), class_name="set-ls"),
            nothing,
        ),
        class_name="panel",
        aria_label="Keys",
    )


def api_keys_page() -> rx.Component:
    """Return the page of API keys."""
    question = confirm(
        f"Revoke {ApiKeysState.asked_name}?",
        "Programs that use it are refused from now on. A key that was revoked stays so.",
        button("Revoke", "danger", on_click=ApiKeysState.revoke),
        ApiKeysState.asked != "",
        ApiKeysState.keep,
    )
    return settings_page(
        "settings/api-keys",
        "API keys",
        rx.cond(ApiKeysState.ready, rx.fragment(_form(), _keys(), question), skeleton_rows(8)),
        keys(),
    )
