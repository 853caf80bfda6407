"""The documents that an approval covers; each opens to what changed since the last approval."""

from collections.abc import Sequence

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.icon import icon
from pmflow_ui.components.link import link
from pmflow_ui.state.covered import ChangedLine, Covered


def _line(line: ObjectVar[ChangedLine]) -> rx.Component:
    return rx.el.div(line.text, class_name=line.kind)


def _mark(sign: str, tone: str, word: str, marks: rx.Var[list[str]]) -> rx.Component:
    """Name the requirements that came or went; a dropped one must not be overlooked."""
    return rx.cond(
        marks,
        rx.el.p(
            rx.el.b(f"{sign} {word} "),
            rx.foreach(marks, lambda mark: rx.el.span(mark, class_name="chip fill")),
            class_name=f"req {tone}",
        ),
    )


def _document(row: ObjectVar[Covered]) -> rx.Component:
    head = rx.fragment(
        icon("file-text", 14, "t3"),
        link(row.title, href=row.href, class_name="med"),
        rx.el.span(row.version, class_name="t3 sm"),
        rx.el.span(row.change, class_name="t2 sm tn right"),
    )
    changes = rx.el.details(
        rx.el.summary(head),
        rx.el.div(
            rx.foreach(row.lines, _line),
            rx.cond(row.more, rx.el.div(row.more, class_name="fold")),
            class_name="diff one",
            tab_index=0,
        ),
    )
    return rx.el.li(
        rx.cond(row.lines, changes, rx.el.div(head, class_name="plain")),
        _mark("−", "bad", "Dropped", row.dropped),
        _mark("+", "", "Added", row.added),
        key=row.title,
    )


def covered_list(rows: rx.Var[Sequence[Covered]]) -> rx.Component:
    """Return the documents with their changes; nothing when none is covered."""
    return rx.cond(
        rows,
        rx.el.div(
            rx.el.div("It covers, until somebody edits them", class_name="t3 xs med"),
            rx.el.ul(rx.foreach(rows, _document), class_name="covered"),
        ),
    )
