"""Insights: what came in, how work went, and what it cost, over time."""

from typing import cast

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import link_button
from pmflow_ui.components.chart import legend, over_time, shares
from pmflow_ui.components.keys import keys
from pmflow_ui.components.link import link
from pmflow_ui.components.placeholder import empty_state, skeleton_rows
from pmflow_ui.components.shell import shell, workspace_path
from pmflow_ui.components.tabs import segments
from pmflow_ui.state.charts import Chart
from pmflow_ui.state.insights import InsightsState
from pmflow_ui.state.insights_rows import Figure, Shared, Told

RANGES = (("30", "30 days"), ("90", "13 weeks"), ("365", "1 year"))


def _figure(figure: ObjectVar[Figure]) -> rx.Component:
    value = rx.el.dd(
        rx.cond(
            figure.href,
            link(figure.value, href=figure.href, class_name="kv2 tn"),
            rx.el.span(figure.value, class_name="kv2 tn"),
        ),
        rx.el.span(
            rx.cond(figure.change, rx.el.b(figure.change, class_name="tn")),
            rx.el.span(figure.note),
            class_name=rx.cond(figure.tone, f"note sm {figure.tone}", "note sm"),
        ),
    )
    return rx.el.div(rx.el.dt(figure.label, class_name="t3 sm"), value, class_name="kpi")


def _section(title: str, words: rx.Var[str], body: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.h2(title),
        rx.cond(words, rx.el.p(words, class_name="t3 sm")),
        body,
        class_name="ch",
        aria_label=title,
    )


def _told(title: str, told: ObjectVar[Told], nothing: str) -> rx.Component:
    empty = rx.el.p(nothing, class_name="t3 none")
    chart = cast("ObjectVar[Chart]", told.chart)
    drawn = rx.cond(chart.head, over_time(chart, title, told.words), empty)
    return _section(title, rx.cond(chart.head, told.words, ""), drawn)


def _shared(title: str, shared: ObjectVar[Shared], nothing: str) -> rx.Component:
    drawn = rx.fragment(rx.cond(shared.legend, legend(shared.legend)), shares(shared.rows, title))
    empty = rx.el.p(nothing, class_name="t3 none")
    return _section(title, shared.words, rx.cond(shared.rows, drawn, empty))


def _charts() -> rx.Component:
    state = InsightsState
    return rx.el.div(
        _told("Signals by severity", state.severities, "No signal came in during this time."),
        _told("Largest themes", state.themes, "No theme has signals of this time."),
        _told("Signals by source", state.sources, "No signal came in during this time."),
        _told("Run outcomes", state.outcomes, "No run ended during this time."),
        _shared("Time per stage", state.stages, "No project left a stage during this time."),
        _shared("Cost by project", state.costs, "Nothing was paid for during this time."),
        _shared(
            "Automation decisions", state.decisions, "Automation looked at no theme in this time."
        ),
        class_name="charts",
    )


def _nothing() -> rx.Component:
    return empty_state(
        "chart-column",
        "Nothing to count yet",
        "Figures appear with the first signals: how many came in and about what, how long work"
        " takes, and what it costs.",
        link_button("Bring in signals", workspace_path("signals"), "primary", "", "message-square"),
    )


def insights_page() -> rx.Component:
    """Return the page of figures over time."""
    body = rx.el.div(
        rx.el.dl(rx.foreach(InsightsState.figures, _figure), class_name="kpis"),
        _charts(),
        class_name="body",
    )
    return shell(
        "insights",
        "Insights",
        rx.cond(
            InsightsState.ready,
            rx.cond(InsightsState.is_new, _nothing(), body),
            skeleton_rows(12),
        ),
        keys(),
        actions=segments("Look back", InsightsState.days, RANGES, InsightsState.show),
    )
