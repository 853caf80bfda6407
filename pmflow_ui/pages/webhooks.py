"""Settings, webhooks: addresses that other programs send to, and what came in."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button
from pmflow_ui.components.form import field, state_form
from pmflow_ui.components.icon import icon
from pmflow_ui.components.keys import keys
from pmflow_ui.components.moment import moment
from pmflow_ui.components.placeholder import skeleton_rows
from pmflow_ui.components.secret_maker import secret_maker
from pmflow_ui.components.settings import settings_page
from pmflow_ui.pages.webhooks_log import delivery, log_panel
from pmflow_ui.pages.webhooks_out import outgoing
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.webhooks import WebhooksState
from pmflow_ui.state.webhooks_rows import KINDS, EndpointLine

CARD = WebhooksState.card
LABELS = {
    "channels": ("Channels", "Ids such as C012AB3CD, separated by commas; empty: all of the app's"),
    "replies": ("Replies in threads", ""),
    "bots": ("What apps and bots write", ""),
    "labels": ("Labels", "Only issues with one of these, separated by commas; empty: all"),
    "comments": ("Comments on issues", ""),
    "signature_header": ("Header of the signature", ""),
    "timestamp_header": ("Header of the time", "Empty: only the body is signed"),
    "prefix": ("Before the signature", "Such as hs256= or nothing"),
    "text_field": ("Field of the text", "Of a template of your own, such as data.message"),
}
SWITCHES = ("replies", "bots", "comments")


def _copied(text: rx.Var[str], label: str) -> rx.Component:
    return rx.el.div(
        rx.el.code(text, class_name="mono trunc grow", tab_index=0),
        button("Copy", "", "sm", "copy", on_click=rx.set_clipboard(text), aria_label=label),
        class_name="row wh-copy",
    )


def _line(row: ObjectVar[EndpointLine]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            icon("chevron-right", 14, "wh-arrow"),
            rx.el.span(row.name, class_name="med trunc"),
            rx.el.span(row.kind_label, class_name="chip fill"),
            rx.el.span(row.state, class_name=f"sm right wh-{row.tone}"),
            type="button",
            class_name=rx.cond(CARD.id == row.id, "wh-l on", "wh-l"),
            aria_expanded=CARD.id == row.id,
            on_click=WebhooksState.open_card(row.id),
        ),
        rx.cond(CARD.id == row.id, _card()),
        key=row.id,
        id=f"endpoint-{row.id}",
    )


def _control(name: str) -> rx.Component:
    label, hint = LABELS[name]
    value = WebhooksState.values[name]
    control = field(label, name, hint=hint, default_value=value, max_length=2_000)
    if name in SWITCHES:
        control = rx.el.div(
            rx.el.label(label, html_for=name),
            rx.el.select(
                rx.el.option("Left out", value="off"),
                rx.el.option("Taken in", value="on"),
                id=name,
                name=name,
                default_value=value,
                class_name="input lg",
            ),
            class_name="field",
        )
    return rx.cond(WebhooksState.values.contains(name), control)


def _settings_form() -> rx.Component:
    return state_form(
        rx.el.div(
            field("Name", "name", default_value=CARD.name, max_length=80),
            *(_control(name) for name in LABELS),
            class_name="grid",
        ),
        rx.el.div(button("Save", "", "sm", type="submit"), class_name="row"),
        on_submit=WebhooksState.save,
        key=f"settings-{WebhooksState.form_key}",
        class_name="wh-form",
    )


def _secret() -> rx.Component:
    """Return how the secret is set: pasted when it is the sender's to give, else made."""
    pasted = state_form(
        field(
            "The sender's secret",
            "secret",
            hint="It is encrypted and never shown again",
            type="password",
            auto_complete="off",
            required=True,
            min_length=8,
        ),
        button("Keep it", "", "sm", type="submit"),
        on_submit=WebhooksState.set_secret,
        key=f"secret-{WebhooksState.form_key}",
        class_name="wh-secret",
    )
    made = secret_maker(
        CARD.rotate_url,
        rx.cond(WebhooksState.is_new, "Make its secret", "New secret…"),
        "The one before counts for 24 hours more.",
        first=WebhooksState.is_new,
        key=CARD.id,
    )
    overlap = rx.el.p(
        "The secret before counts until ", moment(CARD.old_until, exact=True), class_name="t3 sm"
    )
    return rx.fragment(
        rx.cond(CARD.gives_secret, pasted, rx.cond(CARD.has_secret, made)),
        rx.cond(CARD.old_until, overlap),
    )


def _actions() -> rx.Component:
    switch = rx.cond(
        CARD.is_disabled,
        button("Switch on", "", "sm", "play", on_click=WebhooksState.enable(CARD.id, True)),
        button("Switch off", "", "sm", "pause", on_click=WebhooksState.enable(CARD.id, False)),
    )
    return rx.el.div(
        rx.cond(
            CARD.is_on,
            button("Send a sample", "", "sm", "send", on_click=WebhooksState.send_test(CARD.id)),
        ),
        switch,
        button("Close", "ghost danger", "sm", "x", on_click=WebhooksState.close(CARD.id)),
        class_name="row wrap",
    )


def _card() -> rx.Component:
    steps = rx.el.ol(rx.foreach(CARD.steps, lambda step: rx.el.li(step)), class_name="wh-steps t2")
    example = rx.el.details(
        rx.el.summary("Example for a shell", class_name="sm"),
        rx.el.pre(CARD.example, class_name="mono wh-body", tab_index=0),
        button("Copy", "", "sm", "copy", on_click=rx.set_clipboard(CARD.example)),
    )
    return rx.el.div(
        _copied(CARD.url, "Copy the address"),
        steps,
        rx.cond(CARD.example, example),
        rx.cond(SessionState.can_admin, rx.fragment(_secret(), _settings_form(), _actions())),
        class_name="wh-card",
    )


def _new() -> rx.Component:
    buttons = (
        button(label, "", "sm", "plus", on_click=WebhooksState.create(kind))
        for kind, (label, _) in KINDS.items()
    )
    return rx.el.div(
        rx.el.span("Take in from", class_name="t3 sm"), *buttons, class_name="row wrap"
    )


def _incoming() -> rx.Component:
    nothing = rx.el.p(
        "No program sends feedback here yet. ",
        rx.cond(
            SessionState.can_admin,
            "Choose above what is to send: Slack, GitHub, Pylon, or any program.",
            "An admin sets it up.",
        ),
        class_name="panel-b t3",
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Webhooks in", class_name="grow"),
            rx.cond(SessionState.can_admin, _new()),
            class_name="panel-h wh-h",
        ),
        rx.cond(
            WebhooksState.rows,
            rx.el.ul(rx.foreach(WebhooksState.rows, _line), class_name="wh-ls"),
            nothing,
        ),
        class_name="panel",
        aria_label="Webhooks in",
    )


def webhooks_page() -> rx.Component:
    """Return the page of webhooks, in and out."""
    replay = button(
        "Read again", "", "sm", "rotate-cw", on_click=WebhooksState.replay(WebhooksState.opened.id)
    )
    came = log_panel(
        "What came in",
        "Nothing came yet. Deliveries are kept for 30 days.",
        (WebhooksState.log, WebhooksState.more),
        (WebhooksState.open_event, WebhooksState.show_more),
    )
    content = rx.fragment(
        _incoming(),
        came,
        outgoing(),
        delivery(WebhooksState.opened, WebhooksState.close_event, replay),
    )
    return settings_page(
        "settings/webhooks",
        "Webhooks",
        rx.cond(WebhooksState.ready, content, skeleton_rows(12)),
        keys(),
    )
