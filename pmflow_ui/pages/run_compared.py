"""The views of a run beside its log: calls to providers, and attempts side by side."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.badge import state_chip
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.link import link
from pmflow_ui.components.placeholder import empty_state
from pmflow_ui.components.table import Column, table, table_head
from pmflow_ui.components.tabs import segments
from pmflow_ui.state.run_compared import Attempt, CallLine, Cell, RunComparedState, StepRow

VIEWS = (("log", "Log"), ("calls", "Calls"), ("attempts", "Attempts"))


def views() -> rx.Component:
    """Return the choice between the log, the calls and the attempts."""
    return segments("View", RunComparedState.view, VIEWS, RunComparedState.show)


def _call(line: ObjectVar[CallLine]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(line.step, title=line.step),
        rx.el.td(line.asked, " ", rx.el.span(line.attempt, class_name="t3"), title=line.asked),
        rx.el.td(
            rx.el.span(
                state_glyph(line.glyph),
                rx.el.span(line.status),
                rx.el.span(line.error, class_name="bad sm trunc", title=line.error),
                class_name="row",
            )
        ),
        rx.el.td(line.tokens, class_name="num tn t2"),
        rx.el.td(line.cost, class_name="num tn"),
        rx.el.td(line.took, class_name="num tn t3", title=line.at),
    )


def calls_view() -> rx.Component:
    """Return the ledger's lines of the run, with what they cost together."""
    head = table_head(
        (
            Column("Step", "18%"),
            Column("Asked", "22%"),
            Column("Outcome"),
            Column("Tokens", "116px", number=True),
            Column("Cost", "60px", number=True),
            Column("Took", "60px", number=True),
        )
    )
    none = empty_state(
        "receipt",
        "No call was made",
        "Every call to a provider stands here before it is sent, with its tokens and its cost.",
    )
    full = rx.fragment(
        rx.el.div(
            table(head, rx.foreach(RunComparedState.calls, _call), "Calls", "calls"),
            class_name="scroll-x",
        ),
        rx.el.p("Together ", rx.el.b(RunComparedState.spent), class_name="t2 sm sum tn"),
    )
    return rx.el.div(rx.cond(RunComparedState.calls, full, none), class_name="rv")


def _attempt(attempt: ObjectVar[Attempt]) -> rx.Component:
    return rx.el.th(
        rx.el.div(
            link(attempt.title, href=attempt.href, class_name="med"),
            state_chip(attempt.status),
            rx.cond(attempt.here, rx.el.span("this one", class_name="t3 sm")),
            class_name="row wrap",
        ),
        rx.el.p(attempt.facts, class_name="t3 sm"),
        rx.el.p(attempt.took, " · ", attempt.cost, class_name="t2 sm tn"),
        rx.cond(attempt.failure, rx.el.p(attempt.failure, class_name="bad sm words")),
        scope="col",
        class_name=rx.cond(attempt.here, "here", ""),
    )


def _failed(title: rx.Var[str]) -> rx.Component:
    return rx.el.li(title)


def _cell(cell: ObjectVar[Cell]) -> rx.Component:
    return rx.el.td(
        rx.el.div(
            state_glyph(cell.glyph), rx.el.span(cell.words, class_name="tn"), class_name="row wrap"
        ),
        rx.cond(cell.checks, rx.el.p(cell.checks, class_name="t3 sm")),
        rx.cond(cell.failed, rx.el.ul(rx.foreach(cell.failed, _failed), class_name="bad sm")),
    )


def _step(row: ObjectVar[StepRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.title, scope="row", class_name="med"), rx.foreach(row.cells, _cell)
    )


def attempts_view() -> rx.Component:
    """Return this run beside the others of the project at the stage."""
    return rx.el.div(
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    rx.el.th("Step", scope="col"), rx.foreach(RunComparedState.attempts, _attempt)
                )
            ),
            rx.el.tbody(rx.foreach(RunComparedState.steps, _step)),
            class_name="atts",
            aria_label="Attempts side by side",
        ),
        rx.cond(
            RunComparedState.attempts.length() == 1,
            rx.el.p(
                "It is the only run of this project at this stage so far.", class_name="t3 sm sum"
            ),
        ),
        class_name="rv",
        tab_index=0,
    )
