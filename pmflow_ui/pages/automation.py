"""Settings, automation: what pmflow does by itself, what it did and why, and maintenance."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.keys import keys
from pmflow_ui.components.link import link
from pmflow_ui.components.moment import moment
from pmflow_ui.components.placeholder import skeleton_rows
from pmflow_ui.components.settings import settings_page
from pmflow_ui.components.tabs import segments
from pmflow_ui.pages.automation_form import settings_form, settings_read
from pmflow_ui.state.automation import AutomationState
from pmflow_ui.state.automation_rows import ChoreLine, EventLine
from pmflow_ui.state.session import SessionState

VIEWS = (("all", "All"), ("acted", "Done and proposed"), ("skipped", "Skipped"))


def _event(line: ObjectVar[EventLine]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(line.what, class_name="med"),
            rx.el.span(line.verdict, class_name=line.tone),
            rx.cond(line.project, link(line.project, href=line.project_href, class_name="link")),
            rx.cond(line.run, link(line.run, href=line.run_href, class_name="link")),
            moment(line.at, class_name="t3 sm right"),
            class_name="row ev-h",
        ),
        rx.el.div(
            link(line.theme, href=line.theme_href, class_name="link"),
            rx.el.span(line.reason, class_name="t2"),
            class_name="ev-b",
        ),
        key=line.id,
    )


def _log() -> rx.Component:
    listed = rx.fragment(
        rx.el.ul(rx.foreach(AutomationState.events, _event), class_name="evs"),
        rx.cond(
            AutomationState.more,
            rx.el.div(
                button("Show older", "", "sm", on_click=AutomationState.show_more),
                class_name="panel-b",
            ),
        ),
    )
    nothing = rx.el.p(
        rx.cond(
            AutomationState.view == "all",
            "Nothing yet. Each theme is looked at when signals come in, and every hour; what is"
            " done or skipped stands here with its reason.",
            "Nothing of this kind yet.",
        ),
        class_name="panel-b t3",
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h2("What it did, and why not more", class_name="grow"),
            segments("Log", AutomationState.view, VIEWS, AutomationState.show),
            class_name="panel-h",
        ),
        rx.cond(AutomationState.events, listed, nothing),
        class_name="panel",
        aria_label="Log of automation",
    )


def _came_to(line: ObjectVar[ChoreLine]) -> rx.Component:
    done = rx.el.span(line.result, class_name=rx.cond(line.failed, "bad", "t2"))
    ended = rx.fragment(done, rx.el.span(moment(line.last_at), class_name="t3 sm"))
    running = rx.fragment(state_glyph("running"), rx.el.span("Under way", class_name="t2"))
    return rx.cond(
        line.running,
        running,
        rx.cond(line.last_at, ended, rx.el.span("Never done yet", class_name="t3")),
    )


def _chore(line: ObjectVar[ChoreLine]) -> rx.Component:
    following = rx.cond(
        line.is_on,
        rx.cond(
            line.next_at,
            rx.fragment("Next ", moment(line.next_at, exact=True)),
            "Due within five minutes",
        ),
        "Switched off; done only when asked for",
    )
    ask = button(
        "Run now",
        "",
        "sm",
        "play",
        disabled=line.running,
        on_click=AutomationState.run(line.name),
        aria_label=f"Run now: {line.title}",
    )
    return rx.el.li(
        rx.el.div(
            rx.el.span(line.title, class_name="med"),
            rx.el.span(line.about, class_name="t3 sm"),
            class_name="ch-n",
        ),
        rx.el.div(
            rx.el.div(_came_to(line), class_name="row ch-r"),
            rx.el.span(following, class_name="t3 sm"),
            class_name="ch-w",
        ),
        rx.cond(SessionState.can_edit, ask),
        key=line.name,
    )


def _maintenance() -> rx.Component:
    return rx.el.section(
        rx.el.div(rx.el.h2("Maintenance"), class_name="panel-h"),
        rx.el.ul(rx.foreach(AutomationState.chores, _chore), class_name="chs"),
        class_name="panel",
        aria_label="Maintenance",
    )


def automation_page() -> rx.Component:
    """Return the page of automation."""
    content = rx.fragment(
        rx.cond(SessionState.can_admin, settings_form(), settings_read()),
        _log(),
        _maintenance(),
    )
    return settings_page(
        "settings/automation",
        "Automation",
        rx.cond(AutomationState.ready, content, skeleton_rows(12)),
        keys(),
    )


def settings_start_page() -> rx.Component:
    """Return the bare settings, which lead on to their first page."""
    return settings_page("settings", "Settings", skeleton_rows(6))
