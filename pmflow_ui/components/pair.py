"""Two signals side by side, to see whether they report the same."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.glyph import severity_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.moment import moment
from pmflow_ui.state.pair_rows import Pair, Piece


def _piece(piece: ObjectVar[Piece]) -> rx.Component:
    return rx.cond(piece.matches, rx.el.mark(piece.text), rx.el.span(piece.text))


def _side(shown: ObjectVar[Pair], *, kept: bool) -> rx.Component:
    side = shown.kept if kept else shown.merged
    return rx.el.article(
        rx.el.div(
            icon("anchor" if kept else "git-merge", 14, "t3"),
            rx.el.span(side.role, class_name="med"),
            rx.el.span("S-", side.number, class_name="t3 tn right"),
            class_name="row sm",
        ),
        rx.el.blockquote(rx.foreach(side.pieces, _piece), class_name="verb"),
        rx.el.div(
            rx.cond(side.severity, severity_glyph(side.severity)),
            rx.cond(side.customer, rx.el.span(side.customer, class_name="trunc")),
            rx.el.span(side.source),
            rx.cond(side.copies, rx.el.span(side.copies)),
            rx.el.span(moment(side.received), class_name="right nowrap"),
            class_name="row wrap t3 xs",
        ),
        class_name="side kept" if kept else "side",
        aria_label=side.role,
    )


def pair(shown: ObjectVar[Pair]) -> rx.Component:
    """Return the signal that a merge keeps beside the one it merges, matching words marked."""
    return rx.el.div(
        rx.el.div(
            _side(shown, kept=True),
            _side(shown, kept=False),
            class_name="sides",
        ),
        rx.el.p(
            rx.el.b(shown.likeness, class_name="tn"),
            rx.cond(
                shown.words,
                rx.fragment(". Both say ", rx.el.mark(shown.words)),
                ". No telling word in common",
            ),
            ".",
            class_name="t2 sm",
        ),
        class_name="pair",
    )
