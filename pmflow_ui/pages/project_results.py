"""The tabs of what runs left besides documents: files, the prototype, the jury, the tickets."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components import Text
from pmflow_ui.components.badge import chip
from pmflow_ui.components.button import link_button
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.link import link, outward_link
from pmflow_ui.components.meter import progress
from pmflow_ui.components.moment import moment
from pmflow_ui.components.placeholder import empty_state
from pmflow_ui.components.table import Column, table, table_head
from pmflow_ui.state.project import ProjectState
from pmflow_ui.state.project_results import FileLine, TicketLine, VoteLine

JURY = ProjectState.jury


def _panel(title: str, note: rx.Component, *body: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.div(rx.el.h2(title), note, class_name="panel-h"), *body, class_name="panel"
    )


def _note(text: Text) -> rx.Component:
    return rx.el.span(text, class_name="t3 sm tn")


def _items(label: str, rows: rx.Var[list[str]]) -> rx.Component:
    def item(text: rx.Var[str]) -> rx.Component:
        return rx.el.li(text)

    return rx.cond(
        rows,
        rx.el.div(
            rx.el.div(label, class_name="t3 xs med"),
            rx.el.ul(rx.foreach(rows, item), class_name="points"),
        ),
    )


def _file(row: ObjectVar[FileLine]) -> rx.Component:
    name = rx.el.span(
        icon("file-code", 14),
        outward_link(row.name, href=row.href, class_name="med"),
        class_name="row",
    )
    return rx.el.tr(
        rx.el.td(name),
        rx.el.td(row.kind, class_name="t2"),
        rx.el.td(row.size, class_name="num t3"),
        rx.el.td(link(row.run, href=row.run_href, class_name="link sm")),
        rx.el.td(moment(row.at, class_name="sm t3")),
        key=row.href,
    )


def files_panel() -> rx.Component:
    """Return the files that runs made; nothing while there are none."""
    head = table_head(
        (
            Column("Name", "36%"),
            Column("Kind"),
            Column("Size", "88px", number=True),
            Column("Made by", "92px"),
            Column("Made", "84px"),
        )
    )
    rows = table(head, rx.foreach(ProjectState.files, _file), "Files", "dt")
    return rx.cond(
        ProjectState.files,
        _panel("Files", _note("made by runs"), rx.el.div(rows, class_name="scroll-x")),
    )


def prototype_panel() -> rx.Component:
    """Return the newest prototype in a frame that runs no script and loads nothing."""
    href = ProjectState.prototype
    frame = rx.el.iframe(
        src=href,
        title="Prototype",
        class_name="proto",
        custom_attrs={"sandbox": "", "loading": "lazy"},
    )
    none = empty_state(
        "app-window",
        "No prototype yet",
        "The Prototype stage draws one from the requirements: its screens, flows and states.",
    )
    full = outward_link("Open in a tab", href=href, class_name="link sm right")
    return rx.cond(href, _panel("Prototype", full, frame), none)


def _vote(row: ObjectVar[VoteLine]) -> rx.Component:
    return rx.el.li(
        state_glyph(row.glyph),
        rx.el.div(
            rx.el.div(
                rx.el.span(row.persona, class_name="med"),
                rx.el.span(row.vote, class_name="t2"),
                rx.cond(row.weight, rx.el.span(row.weight, class_name="t3 sm")),
                class_name="row wrap",
            ),
            _items("Why", row.reasons),
            _items("What would turn the vote", row.conditions),
            class_name="grow col",
        ),
        class_name="vote",
    )


def jury_panel() -> rx.Component:
    """Return the newest jury: its score, computed from the votes, and each vote with reasons."""
    stale = rx.el.p(
        icon("triangle-alert", 14),
        "A document changed after this vote, so it does not count. Run the stage again.",
        class_name="reason need",
    )
    head = rx.el.div(
        state_glyph(JURY.glyph),
        rx.el.span(JURY.verdict, class_name="med"),
        rx.el.span(JURY.score, " of 1", class_name="t2 tn"),
        rx.el.div(progress(JURY.percent, "Score of the jury"), class_name="grow score"),
        class_name="row jury-h",
    )
    by = rx.el.span(
        link(JURY.run, href=JURY.run_href, class_name="link sm"),
        moment(JURY.at, class_name="t3 sm"),
        class_name="row right",
    )
    none = empty_state(
        "gavel",
        "No jury has voted yet",
        "The Validate stage asks personas for their votes; the score is computed from them.",
    )
    full = _panel(
        "Jury",
        by,
        rx.cond(JURY.stale, stale),
        head,
        rx.el.ul(rx.foreach(JURY.votes, _vote), class_name="votes"),
    )
    return rx.cond(JURY.votes, full, none)


def _ticket(row: ObjectVar[TicketLine]) -> rx.Component:
    covers = rx.foreach(row.covers, lambda mark: chip(mark, "fill"))
    return rx.el.li(
        rx.el.details(
            rx.el.summary(
                rx.el.span(row.mark, class_name="t3 sm tn mark"),
                rx.el.span(row.title, class_name="med grow"),
                covers,
                rx.el.span(row.estimate, class_name="t2 sm tn nowrap"),
                rx.el.span(row.status, class_name="t3 sm nowrap"),
            ),
            rx.el.div(
                rx.cond(row.description, rx.el.p(row.description, class_name="t2 words")),
                _items("Acceptance criteria", row.acceptance),
                class_name="col inner",
            ),
        ),
        key=row.mark,
    )


def tickets_panel() -> rx.Component:
    """Return the tickets of the plan; each opens to its acceptance criteria."""
    none = empty_state(
        "list-checks",
        "No ticket yet",
        "The Tickets stage plans them: every requirement of the MVP gets at least one.",
        link_button(
            "Read the PRD", f"{ProjectState.base}/projects/{ProjectState.head.key}/documents/prd"
        ),
    )
    full = _panel(
        "Tickets",
        _note(ProjectState.plan),
        rx.el.ol(rx.foreach(ProjectState.tickets, _ticket), class_name="tickets"),
    )
    return rx.cond(ProjectState.tickets, full, none)
