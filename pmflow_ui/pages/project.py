"""A project: its track, why it is here and what is next, then everything that belongs to it."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.acts import acts, region
from pmflow_ui.components.button import Kind, button, icon_button, link_button
from pmflow_ui.components.comments import comments
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.keys import key, keys
from pmflow_ui.components.link import link
from pmflow_ui.components.moment import moment
from pmflow_ui.components.move import move_dialog
from pmflow_ui.components.person import person_mark
from pmflow_ui.components.placeholder import skeleton_rows
from pmflow_ui.components.shell import shell, workspace_path
from pmflow_ui.components.tabs import Tab, tabs
from pmflow_ui.pages.project_dialogs import decision_dialogs
from pmflow_ui.pages.project_tabs import activity_list, properties, tab_content
from pmflow_ui.state.board_dialog import MoveState
from pmflow_ui.state.board_moves import Check
from pmflow_ui.state.project import ProjectState
from pmflow_ui.state.project_rows import StageView
from pmflow_ui.state.session import SessionState


def _track() -> rx.Component:
    def stage(view: ObjectVar[StageView]) -> rx.Component:
        return rx.el.li(
            rx.el.i(),
            rx.el.span(view.name),
            rx.el.span(view.spent, class_name="t3 sm tn"),
            class_name=view.kind,
        )

    return rx.el.ol(
        rx.foreach(ProjectState.stages, stage), class_name="stages", aria_label="Stages"
    )


def _gate(check: ObjectVar[Check]) -> rx.Component:
    return rx.el.li(
        state_glyph(check.glyph),
        rx.el.div(
            rx.el.span(check.title, class_name="med"),
            rx.el.p(check.detail, class_name="sm t2"),
            class_name="grow",
        ),
        class_name="gate",
    )


def _why() -> rx.Component:
    why = ProjectState.why
    return rx.el.div(
        rx.el.h2(
            state_glyph(why.glyph),
            rx.el.span(why.reason),
            moment(why.since, class_name="t3 sm right"),
            class_name="w-h",
        ),
        rx.cond(
            why.gates,
            rx.el.ul(rx.foreach(why.gates, _gate)),
            rx.el.p(
                "No gate has judged this stage yet. Gates are judged when a run ends.",
                class_name="sm t3",
            ),
        ),
        class_name="w-l",
    )


def _run(kind: Kind) -> rx.Component:
    return button(
        f"Run {ProjectState.head.stage}",
        kind,
        lead="play",
        key="R",
        on_click=ProjectState.start,
        custom_attrs=key("r"),
    )


def _verbs() -> rx.Component:
    """What an editor may do with an active project, the expected first."""
    why = ProjectState.why
    approve = rx.fragment(
        button(
            "Approve…",
            "primary",
            key="A",
            on_click=ProjectState.decide("approve"),
            custom_attrs=key("a"),
        ),
        button("Reject…", on_click=ProjectState.decide("reject")),
    )
    run = rx.cond(
        why.can_run & ~why.can_approve,
        rx.cond(why.mends | why.can_ship, _run(""), _run("primary")),
    )
    ship = button("Ship", "primary", lead="rocket", on_click=ProjectState.ship)
    move = button(
        "Move…",
        lead="arrow-right",
        key="M",
        on_click=MoveState.ask(ProjectState.head.id),
        custom_attrs=key("m"),
    )
    return rx.fragment(rx.cond(why.can_approve, approve), rx.cond(why.can_ship, ship), run, move)


def _actions() -> rx.Component:
    why = ProjectState.why
    mend = why.mends & SessionState.can_edit
    edit = link_button(why.fix_label, why.fix_href, "primary", lead="pencil", custom_attrs=key("e"))
    reopen = button("Reopen", "primary", lead="undo-2", on_click=ProjectState.reopen)
    return rx.el.div(
        rx.cond(mend, edit),
        rx.cond(SessionState.can_edit, rx.cond(why.is_ended, reopen, _verbs())),
        rx.cond(why.fix_href & ~mend, link_button(why.fix_label, why.fix_href, lead="file-text")),
        rx.cond(why.run_href, link_button("Open run", why.run_href, lead="play")),
        class_name="row wrap w-do",
        custom_attrs=region("project", ProjectState.head.key),
    )


def _next() -> rx.Component:
    why = ProjectState.why

    def effect(text: rx.Var[str]) -> rx.Component:
        return rx.el.li(text)

    return rx.el.div(
        rx.el.div("Next", class_name="t3 sm"),
        rx.el.p(why.next, class_name="nx"),
        rx.el.div(
            person_mark(why.owner),
            rx.cond(why.owner.mine, "You", why.owner.name),
            rx.el.span("·", class_name="t3"),
            moment(why.since, class_name="t3"),
            class_name="row sm t2",
        ),
        _actions(),
        rx.cond(
            why.effects,
            rx.el.div(
                rx.el.p("Approving does this:"),
                rx.el.ul(rx.foreach(why.effects, effect), class_name="fx"),
                class_name="sm t3 w-fx",
            ),
        ),
        class_name="w-r",
    )


def _tabs() -> rx.Component:
    base = f"{ProjectState.base}/projects/{ProjectState.head.key}"

    def tab(name: str, label: str, count: rx.Var[int] | str = "") -> Tab:
        href = base if name == "overview" else f"{base}?tab={name}"
        return Tab(label, href, ProjectState.tab == name, count)

    return tabs(
        "Project",
        (
            tab("overview", "Overview"),
            tab("documents", "Documents", ProjectState.documents.length()),
            tab("evidence", "Evidence", ProjectState.head.signals),
            tab("runs", "Runs", ProjectState.runs.length()),
            tab("prototype", "Prototype"),
            tab("validation", "Validation", ProjectState.jury.score),
            tab("tickets", "Tickets", ProjectState.tickets.length()),
            tab("activity", "Activity"),
        ),
    )


def _crumb() -> rx.Component:
    return rx.el.div(
        link("Board", href=workspace_path("board")),
        rx.el.span("/", class_name="sep"),
        rx.el.b(ProjectState.head.key),
        class_name="crumb",
    )


def _body() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.el.h1(ProjectState.head.name, class_name="h1"), _track(), class_name="pj-h"
            ),
            rx.el.section(
                _why(),
                _next(),
                class_name=f"why2 {ProjectState.why.tone}",
                aria_label="Why is it here, what is next",
            ),
            class_name="pj",
        ),
        _tabs(),
        rx.el.div(
            rx.el.div(tab_content(), class_name="col pj-main"),
            rx.el.aside(properties(), comments(), activity_list(6), class_name="col pj-side"),
            class_name="pj2",
        ),
        class_name="body",
    )


def _copy_link() -> rx.Component:
    here = rx.Var("window.location.href", _var_type=str)
    return icon_button("link", "Copy link", on_click=rx.set_clipboard(here))


def _archive() -> rx.Component:
    archive = icon_button(
        "archive", "Archive this project", on_click=ProjectState.decide("archive")
    )
    may = SessionState.can_edit & ProjectState.ready & ~ProjectState.why.is_ended
    return rx.cond(may, acts("project", ProjectState.head.key, archive))


def project_page() -> rx.Component:
    """Return the page of the project in the address."""
    return shell(
        "project",
        _crumb(),
        rx.cond(ProjectState.ready, _body(), skeleton_rows(12)),
        decision_dialogs(),
        move_dialog(),
        keys(),
        actions=rx.fragment(_archive(), _copy_link()),
    )
