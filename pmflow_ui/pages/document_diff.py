"""Two versions of a document compared, and what the newer one lost."""

from collections.abc import Sequence

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.placeholder import empty_state
from pmflow_ui.components.tabs import segments
from pmflow_ui.state.document import DocumentState
from pmflow_ui.state.document_diff import DiffPiece, DiffRow
from pmflow_ui.state.session import SessionState


def _old(piece: ObjectVar[DiffPiece]) -> rx.Component:
    return rx.cond(piece.differs, rx.el.del_(piece.text), rx.el.span(piece.text))


def _new(piece: ObjectVar[DiffPiece]) -> rx.Component:
    return rx.cond(piece.differs, rx.el.ins(piece.text), rx.el.span(piece.text))


def _line(pieces: rx.Var[Sequence[DiffPiece]], kind: str) -> rx.Component:
    draw = _new if kind == "a" else _old
    return rx.el.div(rx.foreach(pieces, draw), class_name=kind)


def _row(row: ObjectVar[DiffRow]) -> rx.Component:
    inline = DocumentState.inline
    nil = rx.cond(inline, rx.fragment(), rx.el.div(class_name="nil"))

    def twice(kind: str, *line: rx.Component) -> rx.Component:
        """Return a line that reads the same on both sides; one column shows it once."""
        twin = rx.el.div(*line, class_name=f"{kind} twin")
        return rx.fragment(rx.el.div(*line, class_name=kind), rx.cond(inline, rx.fragment(), twin))

    return rx.fragment(
        rx.match(
            row.kind,
            ("fold", rx.el.div(row.text, class_name="fold")),
            ("head", twice("h", rx.el.span(row.text))),
            ("same", twice("s", rx.foreach(row.new, _new))),
            ("added", rx.fragment(nil, _line(row.new, "a"))),
            ("removed", rx.fragment(_line(row.old, "d"), nil)),
            rx.fragment(_line(row.old, "d"), _line(row.new, "a")),
        )
    )


def _bar() -> rx.Component:
    view = DocumentState.diff
    restore = button(
        f"Restore v{view.old}", "", "sm", lead="undo-2", on_click=DocumentState.restore
    )
    return rx.el.div(
        rx.el.span(f"v{view.old}", class_name="med"),
        icon("arrow-right", 14),
        rx.el.span(f"v{view.new}", class_name="med"),
        rx.el.span(view.sections, class_name="t3 sm"),
        rx.el.span(f"+{view.added}", class_name="ok sm tn", title="Lines added"),
        rx.el.span(f"−{view.removed}", class_name="bad sm tn", title="Lines removed"),
        rx.el.span(class_name="right"),
        rx.el.span(
            segments(
                "Layout",
                rx.cond(DocumentState.inline, "inline", "side"),
                (("side", "Side by side"), ("inline", "Inline")),
                DocumentState.lay_out,
            ),
            class_name="no-phone",
        ),
        rx.cond(SessionState.can_edit & ~view.same, restore),
        class_name="bar",
    )


def _lost() -> rx.Component:
    def mark(text: rx.Var[str]) -> rx.Component:
        return rx.el.span(text, class_name="cite")

    view = DocumentState.diff
    return rx.cond(
        view.left,
        rx.el.div(
            state_glyph("blocked"),
            rx.el.span(
                rx.el.b("Evidence left the document. "),
                f"v{view.old} cited it, v{view.new} does not: ",
                rx.foreach(view.left, mark),
            ),
            class_name="drops",
        ),
    )


def _figure(label: str, value: rx.Var[str], tone: rx.Var[str] | str = "") -> rx.Component:
    return rx.el.div(rx.el.span(label, class_name="t3 sm"), rx.el.b(value, class_name=f"tn {tone}"))


def diff_view() -> rx.Component:
    """Return the comparison that the address asks for."""
    view = DocumentState.diff
    sides = rx.el.div(rx.el.span(view.old_label), rx.el.span(view.new_label), class_name="diffcap")
    summary = rx.el.div(
        _figure("Signals cited", view.citations),
        _figure("Claims without citation", view.uncited, rx.cond(view.worse, "warn", "")),
        _figure("Approvals", view.approvals),
        _figure("Written by", view.written_by),
        class_name="dsum",
    )
    full = rx.el.div(
        rx.cond(DocumentState.inline, rx.fragment(), sides),
        rx.el.div(
            rx.foreach(DocumentState.rows, _row),
            class_name=rx.cond(DocumentState.inline, "diff one", "diff"),
        ),
        _lost(),
        summary,
        class_name="body",
    )
    same = empty_state("equal", "Nothing differs", "Both versions read the same.")
    return rx.el.div(_bar(), rx.cond(view.same, same, full), class_name="doc-diff")
