"""Operations: the installation, for those who run it."""

import reflex as rx
from reflex.vars import ArrayVar, ObjectVar

from pmflow_ui.components.badge import state_chip
from pmflow_ui.components.button import button
from pmflow_ui.components.every import every
from pmflow_ui.components.glyph import severity_glyph, state_glyph
from pmflow_ui.components.meter import progress
from pmflow_ui.components.moment import moment
from pmflow_ui.components.placeholder import skeleton_rows
from pmflow_ui.components.shell import plain_shell
from pmflow_ui.components.table import Column, table, table_head
from pmflow_ui.components.tabs import Tab, tabs
from pmflow_ui.state.ops import OpsState
from pmflow_ui.state.ops_rows import (
    AlarmRow,
    ChangeRow,
    ProcessRow,
    RunRow,
    ServerRow,
    WorkRow,
)

LOOK_S = 5


def ops_tabs(here: str) -> rx.Component:
    """Return the pages of operators; `here` is the open one."""
    return tabs(
        "Operations",
        (
            Tab("Installation", "/ops", here == "ops"),
            Tab("RQ jobs", "/ops/rq", here == "rq"),
        ),
    )


def panel(title: str, *content: rx.Component, note: str = "") -> rx.Component:
    """Return a panel of the operators' pages."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title),
            rx.el.span(note, class_name="t3 sm") if note else rx.fragment(),
            class_name="panel-h",
        ),
        *content,
        class_name="panel",
        aria_label=title,
    )


def none(text: str) -> rx.Component:
    """Return what stands in an empty panel."""
    return rx.el.p(text, class_name="panel-b t3")


def _alarm(alarm: ObjectVar[AlarmRow]) -> rx.Component:
    return rx.el.li(
        severity_glyph(alarm.level),
        rx.el.span(rx.el.b(alarm.text), " ", rx.el.span(alarm.action, class_name="t2")),
        key=alarm.text,
    )


def _alarms() -> rx.Component:
    fine = rx.el.p(
        state_glyph("completed"),
        "Nothing needs you: processes, servers and work are as they should be.",
        class_name="row fine",
    )
    listed = rx.el.ul(rx.foreach(OpsState.alarms, _alarm), class_name="alarms")
    return rx.el.div(rx.cond(OpsState.alarms, listed, fine), role="status")


def _server(server: ObjectVar[ServerRow]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(server.name, class_name="t3 sm"),
        rx.el.dd(
            rx.el.span(
                state_glyph(server.state),
                rx.el.b(server.words, class_name="trunc"),
                class_name="row",
            ),
            rx.foreach(server.facts, lambda fact: rx.el.span(fact, class_name="t3 sm tn")),
        ),
        key=server.name,
        class_name="server",
    )


def _process(process: ObjectVar[ProcessRow]) -> rx.Component:
    sign = rx.cond(
        process.is_silent,
        rx.el.span("silent, heard ", moment(process.seen_at, ago=True), class_name="bad"),
        rx.el.span("alive", class_name="good"),
    )
    return rx.el.tr(
        rx.el.td(process.name, class_name="med", title=process.name),
        rx.el.td(process.role, class_name="t2 no-phone"),
        rx.el.td(process.place, class_name="t2 tn no-phone", title=process.place),
        rx.el.td(sign),
        key=process.name,
    )


def _processes() -> rx.Component:
    head = table_head(
        (
            Column("Name"),
            Column("Role", width="110px", class_name="no-phone"),
            Column("Where", class_name="no-phone"),
            Column("Heartbeat", width="150px"),
        )
    )
    listed = table(head, rx.foreach(OpsState.processes, _process), "Workers and schedulers")
    return panel(
        "Workers and schedulers",
        rx.cond(OpsState.processes, listed, none("No process has said that it is alive.")),
    )


def _work_row(work: ObjectVar[WorkRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(rx.el.span(state_glyph(work.state), work.label, class_name="row")),
        rx.el.td(work.many, class_name="num tn"),
        rx.el.td(rx.cond(work.oldest, moment(work.oldest)), class_name="num t2 tn"),
        key=work.label,
    )


def _work() -> rx.Component:
    head = table_head(
        (
            Column("Work"),
            Column("How much", width="90px", number=True),
            Column("Oldest", width="90px", number=True),
        )
    )
    listed = table(head, rx.foreach(OpsState.work, _work_row), "Open and failed work")
    return panel(
        "Open and failed work",
        rx.cond(OpsState.work, listed, none("Everything is done.")),
        note="over all workspaces",
    )


def _run(run: ObjectVar[RunRow]) -> rx.Component:
    rescue = button(
        "Rescue",
        "",
        "sm",
        "life-buoy",
        on_click=OpsState.rescue(run.id),
        aria_label=f"Rescue {run.name} of {run.workspace}",
        title="Offer it again if its job is lost or its lease ran out; a healthy run is left alone",
    )
    return rx.el.tr(
        rx.el.td(run.name, class_name="med tn"),
        rx.el.td(run.workspace, class_name="t2"),
        rx.el.td(run.stage, class_name="t2 no-phone"),
        rx.el.td(state_chip(run.status)),
        rx.el.td(rx.cond(run.why, run.why, run.worker), class_name="t2 no-phone", title=run.worker),
        rx.el.td(moment(run.queued_at), class_name="num t2 tn"),
        rx.el.td(rx.cond(run.can_rescue, rescue), class_name="num"),
        key=run.id,
    )


def _runs() -> rx.Component:
    head = table_head(
        (
            Column("Run", width="84px"),
            Column("Workspace"),
            Column("Stage", width="110px", class_name="no-phone"),
            Column("State", width="108px"),
            Column("Why, or who holds it", class_name="no-phone"),
            Column("Queued", width="72px", number=True),
            Column("", width="96px"),
        )
    )
    listed = table(head, rx.foreach(OpsState.runs, _run), "Open runs", "runs")
    return panel(
        "Open runs",
        rx.cond(OpsState.runs, listed, none("No run is open.")),
        note="the longest queued first, those that wait for people last",
    )


def _change(change: ObjectVar[ChangeRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(change.workspace, class_name="med"),
            rx.el.span("to ", change.model, class_name="t2 trunc"),
            rx.cond(change.failed, rx.el.span("last try failed", class_name="bad")),
            rx.el.span(change.words, class_name="right tn t2"),
            class_name="row",
        ),
        progress(change.percent, change.words, running=True),
        key=change.workspace,
    )


def _changes() -> rx.Component:
    return rx.cond(
        OpsState.changes,
        panel(
            "Signals embedded anew",
            rx.el.ul(rx.foreach(OpsState.changes, _change), class_name="changes"),
        ),
    )


def _version(pair: ArrayVar[tuple[str, str]]) -> rx.Component:
    return rx.el.div(rx.el.dt(pair[0], class_name="t3"), rx.el.dd(pair[1], class_name="tn"))


def ops_page() -> rx.Component:
    """Return the installation as it is now."""
    shown = rx.fragment(
        _alarms(),
        rx.el.dl(rx.foreach(OpsState.servers, _server), class_name="panel servers"),
        rx.el.div(_processes(), _work(), class_name="pairs"),
        _changes(),
        _runs(),
        panel(
            "Versions",
            rx.el.dl(rx.foreach(OpsState.versions, _version), class_name="versions"),
        ),
    )
    return plain_shell(
        "Operations",
        ops_tabs("ops"),
        rx.cond(OpsState.ready, shown, skeleton_rows(12)),
        every(LOOK_S, OpsState.refresh),
        here="ops",
    )
