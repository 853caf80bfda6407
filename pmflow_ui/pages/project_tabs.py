"""What the project page's tabs and its right column hold."""

from collections.abc import Sequence

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.badge import state_chip
from pmflow_ui.components.glyph import severity_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.link import link
from pmflow_ui.components.meter import severity_mix, ticks
from pmflow_ui.components.moment import moment
from pmflow_ui.components.person import person_mark
from pmflow_ui.components.placeholder import empty_state
from pmflow_ui.components.table import Column, table, table_head
from pmflow_ui.pages.project_results import (
    files_panel,
    jury_panel,
    prototype_panel,
    tickets_panel,
)
from pmflow_ui.state.project import ProjectState
from pmflow_ui.state.project_rows import (
    ActivityLine,
    DocumentLine,
    EarlierLine,
    EvidenceLine,
    RunLine,
)

BRIEF = 5


def _panel(title: str, note: rx.Component, more: rx.Component, *body: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title), note, rx.el.span(class_name="right"), more, class_name="panel-h"
        ),
        *body,
        class_name="panel",
    )


def _more(label: str, tab: str) -> rx.Component:
    here = f"{ProjectState.base}/projects/{ProjectState.head.key}?tab={tab}"
    return rx.cond(
        ProjectState.tab == tab, rx.fragment(), link(label, href=here, class_name="link sm")
    )


def _earlier(text: ObjectVar[EarlierLine]) -> rx.Component:
    return rx.el.div(
        "before it ",
        link(text.label, href=text.href, class_name="link"),
        class_name="t3 sm earlier",
    )


def _document(row: ObjectVar[DocumentLine]) -> rx.Component:
    name = rx.el.span(
        icon("file-text", 14),
        link(row.title, href=row.href, class_name="med cover"),
        rx.el.span(row.version, class_name="t3 sm"),
        class_name="row",
    )
    evidence = rx.el.span(
        rx.cond(row.ticks, ticks(row.ticks, f"{row.coverage} claims cited")),
        rx.el.span(row.coverage, class_name="sm t2 tn"),
        class_name="row",
    )
    updated = rx.el.span(
        person_mark(row.author), moment(row.at, class_name="sm t3"), class_name="row"
    )
    return rx.el.tr(
        rx.el.td(name, rx.foreach(row.earlier, _earlier)),
        rx.el.td(rx.el.span(row.state, class_name=f"chip {row.state_class}")),
        rx.el.td(evidence),
        rx.el.td(updated),
        key=row.href,
        class_name="go",
    )


def documents_panel() -> rx.Component:
    """Return the documents with how much of each is cited."""
    head = table_head(
        (
            Column("Name", "36%"),
            Column("State", "112px"),
            Column("Evidence"),
            Column("Updated", "108px"),
        )
    )
    rows = rx.foreach(ProjectState.documents, _document)
    full = rx.el.div(table(head, rows, "Documents", "dt"), class_name="scroll-x")
    none = empty_state(
        "file-text", "No document yet", "A run of the stage writes the first one from the evidence."
    )
    return _panel(
        "Documents",
        rx.el.span("evidence: claims with a citation", class_name="t3 sm"),
        rx.fragment(),
        rx.cond(ProjectState.documents, full, none),
    )


def _evidence(row: ObjectVar[EvidenceLine]) -> rx.Component:
    return rx.el.li(
        rx.cond(row.severity, severity_glyph(row.severity), icon("quote", 14, "t3")),
        rx.el.span(row.text, class_name="trunc grow", title=row.text),
        rx.el.span(row.cited, class_name="t3 sm nowrap"),
        link(row.mark, href=row.href, class_name="cite"),
        key=row.mark,
    )


def evidence_panel(rows: rx.Var[Sequence[EvidenceLine]]) -> rx.Component:
    """Return the signals behind the project, the most cited first, and how severe they are."""
    none = empty_state(
        "message-square",
        "No evidence yet",
        "Open signals, choose those that speak of this, and link them to the project.",
        link("Open signals", href=f"{ProjectState.base}/signals", class_name="btn"),
    )
    full = rx.fragment(
        rx.el.div(severity_mix(ProjectState.severities), class_name="mix-b"),
        rx.cond(
            ProjectState.severity_words,
            rx.el.p(ProjectState.severity_words, class_name="t3 sm rated"),
        ),
        rx.el.ul(rx.foreach(rows, _evidence), class_name="ev"),
    )
    number = ProjectState.head.signals
    note = rx.el.span(number, rx.cond(number == 1, " signal", " signals"), class_name="t3 sm tn")
    return _panel(
        "Evidence",
        note,
        _more("All evidence", "evidence"),
        rx.cond(ProjectState.evidence, full, none),
    )


def _run(row: ObjectVar[RunLine]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(link(row.number, href=row.href, class_name="med cover")),
        rx.el.td(row.stage),
        rx.el.td(state_chip(row.status)),
        rx.el.td(row.failure, class_name="t3", title=row.failure),
        rx.el.td(row.took, class_name="num t3"),
        rx.el.td(moment(row.at, class_name="sm t3")),
        key=row.href,
        class_name="go",
    )


def runs_panel() -> rx.Component:
    """Return the project's runs, the newest first."""
    head = table_head(
        (
            Column("Run", "92px"),
            Column("Stage", "104px"),
            Column("State", "116px"),
            Column("Failure"),
            Column("Took", "88px", number=True),
            Column("Queued", "84px"),
        )
    )
    full = rx.el.div(
        table(head, rx.foreach(ProjectState.runs, _run), "Runs", "dt"), class_name="scroll-x"
    )
    none = empty_state("play", "No run yet", "Run the stage: its steps, log and cost appear here.")
    return _panel("Runs", rx.fragment(), rx.fragment(), rx.cond(ProjectState.runs, full, none))


def _happened(row: ObjectVar[ActivityLine]) -> rx.Component:
    return rx.el.li(
        person_mark(row.actor),
        rx.el.span(rx.el.b(row.actor.name), " ", row.text),
        moment(row.at),
    )


def activity_list(number: int = 0) -> rx.Component:
    """Return what happened, the newest first; `number` limits it, beside the tab that has all."""
    rows = ProjectState.activity[:number] if number else ProjectState.activity
    return rx.el.section(
        rx.el.h3(
            "Activity",
            rx.el.span(class_name="right"),
            _more("All", "activity"),
            class_name="sect-h",
        ),
        rx.el.ol(rx.foreach(rows, _happened), class_name="tl"),
    )


def _property(label: str, *value: rx.Component) -> rx.Component:
    return rx.fragment(rx.el.dt(label), rx.el.dd(*value))


def properties() -> rx.Component:
    """Return the project's properties; those that are not set say so."""
    head = ProjectState.head
    unset = rx.el.span("None", class_name="t3")
    owner = rx.fragment(person_mark(head.owner), head.owner.name)
    theme = link(head.theme, href=head.theme_href, class_name="link trunc")
    return rx.el.section(
        rx.el.h3("Properties", class_name="sect-h"),
        rx.el.dl(
            _property("Owner", rx.cond(head.owner.name, owner, unset)),
            _property("Priority", rx.cond(head.priority, head.priority, unset)),
            _property("Theme", rx.cond(head.theme, theme, unset)),
            _property("Signals", rx.el.span(head.signals, class_name="tn")),
            _property("Spent", rx.el.span(head.cost, class_name="tn")),
            class_name="kv",
        ),
    )


def _description() -> rx.Component:
    return rx.cond(
        ProjectState.head.description,
        rx.el.p(ProjectState.head.description, class_name="t2 desc"),
    )


def tab_content() -> rx.Component:
    """Return what the tab in the address holds."""
    return rx.fragment(
        rx.match(
            ProjectState.tab,
            ("documents", rx.fragment(documents_panel(), files_panel())),
            ("evidence", evidence_panel(ProjectState.evidence)),
            ("runs", runs_panel()),
            ("prototype", prototype_panel()),
            ("validation", jury_panel()),
            ("tickets", tickets_panel()),
            ("activity", activity_list()),
            rx.fragment(
                _description(), documents_panel(), evidence_panel(ProjectState.evidence[:BRIEF])
            ),
        )
    )
