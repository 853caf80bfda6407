"""The viewer's workspaces, and a form for a new one."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button
from pmflow_ui.components.form import field, state_form
from pmflow_ui.components.icon import icon
from pmflow_ui.components.link import link
from pmflow_ui.components.moment import moment
from pmflow_ui.components.placeholder import empty_state, skeleton_rows
from pmflow_ui.components.shell import plain_shell
from pmflow_ui.state.home import DeletedRow, HomeState
from pmflow_ui.state.session import SessionState, WorkspaceLink


def _row(workspace: ObjectVar[WorkspaceLink]) -> rx.Component:
    return rx.el.li(
        link(
            rx.el.span(workspace.mark, class_name="ws-mark"),
            rx.el.span(workspace.name, class_name="med trunc grow"),
            rx.el.span(workspace.role, class_name="chip"),
            icon("chevron-right", 14),
            href=f"/w/{workspace.slug}/board",
            class_name="ws-row",
        ),
        key=workspace.slug,
    )


def _list() -> rx.Component:
    empty = empty_state(
        "layout-grid",
        "No workspace yet",
        "A workspace holds signals, themes and projects. Create one to begin, or open the "
        "invitation you were sent.",
    )
    return rx.cond(
        SessionState.workspaces,
        rx.el.ul(rx.foreach(SessionState.workspaces, _row), class_name="panel ws-list"),
        rx.el.div(empty, class_name="panel"),
    )


def _deleted_row(row: ObjectVar[DeletedRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.name, class_name="med trunc"),
            rx.el.span("erased ", moment(row.purged_at, exact=True), class_name="t3 sm"),
            class_name="col grow",
        ),
        button(
            "Restore",
            "",
            "sm",
            "undo-2",
            on_click=HomeState.restore(row.slug),
            aria_label=f"Restore {row.name}",
        ),
        key=row.slug,
        class_name="ws-row",
    )


def _deleted() -> rx.Component:
    return rx.cond(
        HomeState.deleted,
        rx.el.section(
            rx.el.h2("Deleted", class_name="ws-h"),
            rx.el.ul(rx.foreach(HomeState.deleted, _deleted_row), class_name="panel ws-list"),
            aria_label="Deleted workspaces",
        ),
    )


def _form() -> rx.Component:
    return state_form(
        rx.el.h2("New workspace"),
        field(
            "Name",
            "name",
            error=HomeState.name_error,
            hint="Such as the product's name. It can be changed later.",
            required=True,
            max_length=80,
            auto_complete="off",
        ),
        rx.el.div(
            rx.el.button("Create workspace", type="submit", class_name="btn primary lg"),
        ),
        on_submit=HomeState.create,
        class_name="panel ws-new",
        id="new",
    )


def _sample() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h2("Look around first"),
            rx.el.p(
                "The sample workspace is a bank app with 390 messages, their themes and a "
                "finished project, made by the real pipeline in about half a minute.",
                class_name="t2",
            ),
            class_name="col grow",
        ),
        button("Load the sample", lead="flask-conical", on_click=HomeState.load_sample),
        class_name="panel ws-sample row",
    )


def home_page() -> rx.Component:
    """Return the list of workspaces, or what to do without any."""
    return plain_shell(
        "Workspaces",
        rx.cond(
            SessionState.ready,
            rx.fragment(_list(), _form(), _sample(), _deleted()),
            skeleton_rows(4),
        ),
    )
