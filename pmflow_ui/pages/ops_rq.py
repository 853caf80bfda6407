"""Operations, RQ: its queue and lists, jobs with what went wrong, and its workers."""

import reflex as rx
from reflex.vars import ArrayVar, ObjectVar

from pmflow_ui.components.button import button
from pmflow_ui.components.every import every
from pmflow_ui.components.moment import moment
from pmflow_ui.components.placeholder import error_state, skeleton_rows
from pmflow_ui.components.shell import plain_shell
from pmflow_ui.components.table import Column, table, table_head
from pmflow_ui.pages.ops import LOOK_S, none, ops_tabs, panel
from pmflow_ui.state.ops import RqState
from pmflow_ui.state.ops_rows import JobRow, RqWorkerRow


def _list(each: ArrayVar[tuple[str, int]]) -> rx.Component:
    return rx.el.button(
        each[0],
        rx.el.span(each[1], class_name="n tn"),
        type="button",
        class_name="btn ghost sm",
        aria_pressed=RqState.shown == each[0],
        on_click=RqState.show(each[0]),
    )


def _job(job: ObjectVar[JobRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(job.function, class_name="med"),
            rx.el.span(job.arguments, class_name="t3 mono trunc grow", title=job.arguments),
            rx.cond(job.worker, rx.el.span(job.worker, class_name="t3 sm trunc no-phone")),
            rx.el.span(moment(job.at), class_name="t3 sm"),
            rx.cond(
                job.can_requeue,
                button("Put back", "", "sm", "rotate-ccw", on_click=RqState.requeue(job.id)),
            ),
            rx.cond(
                job.can_delete,
                button("Delete", "ghost danger", "sm", "trash-2", on_click=RqState.delete(job.id)),
            ),
            class_name="row job-h",
        ),
        rx.el.div(job.id, class_name="t3 sm mono"),
        rx.cond(
            job.exception,
            rx.el.details(
                rx.el.summary("What went wrong", class_name="sm bad"),
                rx.el.pre(job.exception, class_name="mono", tab_index=0),
            ),
        ),
        key=job.id,
    )


def _jobs() -> rx.Component:
    listed = rx.el.ul(rx.foreach(RqState.jobs, _job), class_name="jobs")
    more = rx.cond(
        RqState.total > RqState.jobs.length(),
        rx.el.p(
            rx.Var.create(f"The first {RqState.jobs.length()} of {RqState.total} jobs."),
            class_name="panel-b t3 sm",
        ),
    )
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.foreach(RqState.lists, _list),
                class_name="seg",
                role="group",
                aria_label="List of jobs",
            ),
            class_name="panel-h lists",
        ),
        rx.cond(
            RqState.jobs,
            rx.fragment(listed, more),
            none("No job is in this list. Rows are the truth: an empty queue loses nothing."),
        ),
        class_name="panel",
        aria_label="Jobs",
    )


def _worker(worker: ObjectVar[RqWorkerRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(worker.name, class_name="med", title=worker.name),
        rx.el.td(worker.state, class_name="t2"),
        rx.el.td(worker.job, class_name="t2 mono no-phone", title=worker.job),
        rx.el.td(worker.done, class_name="t2 tn no-phone"),
        rx.el.td(moment(worker.heard_at), class_name="num t2"),
        key=worker.name,
    )


def _workers() -> rx.Component:
    head = table_head(
        (
            Column("Worker"),
            Column("State", width="80px"),
            Column("Job", class_name="no-phone"),
            Column("Jobs", width="150px", class_name="no-phone"),
            Column("Heard", width="80px", number=True),
        )
    )
    listed = table(head, rx.foreach(RqState.workers, _worker), "Workers of RQ")
    return panel("Workers of RQ", rx.cond(RqState.workers, listed, none("RQ knows of no worker.")))


def ops_rq_page() -> rx.Component:
    """Return RQ's lists of jobs and its workers."""
    shown = rx.cond(
        RqState.away,
        error_state("The queue cannot be read", RqState.away),
        rx.fragment(_jobs(), _workers()),
    )
    return plain_shell(
        "Operations",
        ops_tabs("rq"),
        rx.cond(RqState.ready, shown, skeleton_rows(12)),
        every(LOOK_S, RqState.refresh),
        here="ops",
    )
