"""Runs: what pmflow does and did, newest first."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.badge import state_chip
from pmflow_ui.components.elapsed import elapsed
from pmflow_ui.components.keys import ITEM, keys
from pmflow_ui.components.link import link
from pmflow_ui.components.moment import moment
from pmflow_ui.components.placeholder import empty_state, skeleton_rows
from pmflow_ui.components.shell import shell
from pmflow_ui.components.table import Column, table, table_head
from pmflow_ui.components.tabs import segments
from pmflow_ui.state.run_rows import RunLine
from pmflow_ui.state.runs import RunsState

VIEWS = (("all", "All"), ("open", "Open"), ("failed", "Failed"), ("ended", "Ended"))
COLUMNS = (
    Column("Run", class_name="c-run"),
    Column("State", class_name="c-state"),
    Column("Project", class_name="c-proj"),
    Column("Stage", class_name="c-stage"),
    Column("Duration", number=True, class_name="c-dur"),
    Column("Provider", class_name="c-prov"),
    Column("Asked by", class_name="c-who"),
    Column("Queued", number=True, class_name="c-d"),
)


def _row(run: ObjectVar[RunLine]) -> rx.Component:
    project = rx.fragment(
        link(run.project_key, href=run.project_href, class_name="link"),
        rx.el.span(" ", run.project),
        rx.cond(run.failure, rx.el.span(" ", run.failure, class_name="bad sm")),
    )
    return rx.el.tr(
        rx.el.td(
            link("Run ", run.number, href=run.href, class_name="med"),
            rx.cond(run.kind, rx.el.span(" ", run.kind, class_name="t3 sm")),
            class_name="c-run",
        ),
        rx.el.td(state_chip(run.status), class_name="c-state"),
        rx.el.td(project, class_name="c-proj", title=run.failure),
        rx.el.td(run.stage, class_name="c-stage t2"),
        rx.el.td(elapsed(run.started, run.finished), class_name="num c-dur t2"),
        rx.el.td(run.provider, class_name="c-prov t3 sm"),
        rx.el.td(run.who, class_name="c-who t2 sm"),
        rx.el.td(moment(run.queued), class_name="num c-d t3 sm"),
        key=run.id,
        custom_attrs=ITEM,
    )


def runs_page() -> rx.Component:
    """Return the list of runs."""
    none = empty_state(
        "play",
        "No runs yet",
        "A run works through the recipe of a stage. Open a project and run its stage.",
    )
    none_such = empty_state("play", "No such run", "No run is in this state.")
    listed = rx.cond(
        RunsState.rows,
        rx.el.div(
            table(table_head(COLUMNS), rx.foreach(RunsState.rows, _row), "Runs", "rnl"),
            class_name="body",
        ),
        rx.cond(RunsState.any_run, none_such, none),
    )
    return shell(
        "runs",
        rx.fragment(
            rx.el.h1("Runs"),
            rx.el.span(RunsState.words, class_name="t3 tn no-phone"),
            rx.el.div(segments("State", RunsState.view, VIEWS, RunsState.show), class_name="views"),
        ),
        rx.cond(RunsState.ready, listed, skeleton_rows(12)),
        keys(),
    )
