"""Settings, audit log: who changed what, to look through and to take away."""

from typing import Literal

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components import Text
from pmflow_ui.components.button import button, link_button
from pmflow_ui.components.form import state_form
from pmflow_ui.components.icon import icon
from pmflow_ui.components.keys import keys
from pmflow_ui.components.moment import moment
from pmflow_ui.components.placeholder import empty_state, skeleton_rows
from pmflow_ui.components.settings import settings_page
from pmflow_ui.components.shell import workspace_path
from pmflow_ui.state.audit import AuditLine, AuditState, KindChoice

WANTED = AuditState.wanted


def _line(line: ObjectVar[AuditLine]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(line.action, class_name="med"),
            rx.el.span(line.target, class_name="t2 au-t"),
            rx.el.span(
                rx.cond(line.bot, icon("bot", 12), icon("user", 12)),
                line.actor,
                class_name="t3 sm row au-w",
            ),
            moment(line.at, class_name="t3 sm au-m"),
            class_name="au-h",
        ),
        rx.cond(line.detail, rx.el.p(line.detail, class_name="t3 sm au-d")),
        key=line.id,
    )


def _field(label: Text, name: str, kind: Literal["text", "date"] = "text") -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=name),
        rx.el.input(
            id=name,
            name=name,
            default_value=WANTED[name],
            class_name="input",
            auto_complete="off",
            type=kind,
        ),
        class_name="field",
    )


def _filters() -> rx.Component:
    def option(kind: ObjectVar[KindChoice]) -> rx.Component:
        return rx.el.option(kind.label, value=kind.name)

    kind = rx.el.div(
        rx.el.label("About", html_for="action"),
        rx.el.select(
            rx.el.option("Everything", value=""),
            rx.foreach(AuditState.kinds, option),
            id="action",
            name="action",
            default_value=WANTED["action"],
            class_name="input",
        ),
        class_name="field",
    )
    clear = link_button("Clear", workspace_path("settings/audit"), "ghost")
    return state_form(
        kind,
        _field("Who", "actor"),
        _field("What", "target"),
        _field("From", "since", "date"),
        _field("To", "until", "date"),
        rx.el.div(
            rx.el.button("Filter", type="submit", class_name="btn"),
            rx.cond(AuditState.filtered, clear),
            class_name="row",
        ),
        on_submit=AuditState.find,
        class_name="set-f au-f panel-b",
        key=AuditState.form_key,
    )


def audit_page() -> rx.Component:
    """Return the page of the audit log."""
    nothing = empty_state(
        "scroll-text",
        "Nothing of this kind",
        "Whatever changes in this workspace is written here, and stays as it was written.",
    )
    more = rx.cond(
        AuditState.more,
        rx.el.div(
            button("Show older", "", "sm", on_click=AuditState.show_more), class_name="panel-b"
        ),
    )
    listed = rx.fragment(rx.el.ul(rx.foreach(AuditState.lines, _line), class_name="evs au"), more)
    download = rx.el.a(
        icon("download", 14),
        rx.el.span("CSV", class_name="lbl"),
        href=AuditState.file,
        download=True,
        class_name="btn sm",
        aria_label="Download as CSV",
    )
    content = rx.el.section(
        rx.el.div(rx.el.h2("Who changed what", class_name="grow"), download, class_name="panel-h"),
        _filters(),
        rx.cond(AuditState.lines, listed, nothing),
        class_name="panel",
        aria_label="Audit log",
    )
    return settings_page(
        "settings/audit",
        "Audit log",
        rx.cond(AuditState.ready, content, skeleton_rows(12)),
        keys(),
    )
