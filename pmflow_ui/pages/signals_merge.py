"""Of the open signal: what is like it, what is merged into it, and where it went."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button
from pmflow_ui.components.glyph import severity_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.meter import ticks
from pmflow_ui.components.overlay import dialog
from pmflow_ui.components.pair import pair
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.signals import SignalsState
from pmflow_ui.state.signals_detail import SignalDetailState
from pmflow_ui.state.signals_merge import MergeState
from pmflow_ui.state.signals_rows import CopyRow, SimilarRow

CARD = SignalDetailState.card


def where_it_went() -> rx.Component:
    """Return which signal is kept for the open one; nothing unless it was merged."""
    return rx.cond(
        CARD.kept,
        rx.el.div(
            icon("git-merge", 14, "t3"),
            rx.el.span(
                "Merged into ",
                rx.el.button(
                    "S-",
                    CARD.kept,
                    type="button",
                    class_name="plain-b link",
                    on_click=SignalsState.open(CARD.kept),
                ),
                rx.el.span(" ", CARD.kept_text, class_name="t3"),
                class_name="trunc grow",
            ),
            rx.cond(
                SessionState.can_edit,
                button("Unmerge", "", "sm", on_click=MergeState.unmerge(CARD.id)),
            ),
            class_name="went row",
        ),
    )


def _alike(row: ObjectVar[SimilarRow]) -> rx.Component:
    shown = rx.el.button(
        rx.el.span(row.similarity, class_name="tn sm t2 sim"),
        ticks(row.ticks, f"similarity {row.similarity}"),
        rx.cond(row.severity, severity_glyph(row.severity), rx.el.span(class_name="sev")),
        rx.el.span(row.text, class_name="trunc grow"),
        rx.el.span("S-", row.number, class_name="t3 sm"),
        type="button",
        class_name="simrow",
        on_click=SignalsState.open(row.number),
    )
    merge = button(
        "Merge…",
        "ghost",
        "sm",
        aria_label=f"Merge with S-{row.number}…",
        on_click=MergeState.compare(CARD.id, row.id),
    )
    return rx.el.li(
        rx.el.div(
            shown,
            rx.cond(SessionState.can_edit & row.may_merge & (CARD.kept == 0), merge),
            class_name="row",
        ),
        rx.cond(row.words, rx.el.div(row.words, class_name="t3 xs trunc both")),
        key=row.number,
    )


def similar_list() -> rx.Component:
    """Return the signals like the open one; editors can compare and merge those that may be it."""
    return rx.cond(
        SignalDetailState.similar,
        rx.el.section(
            rx.el.h3(
                "Similar signals",
                rx.el.span("1.00 is the same", class_name="right med t3"),
                class_name="sect-h",
            ),
            rx.el.ul(rx.foreach(SignalDetailState.similar, _alike), class_name="alike"),
        ),
    )


def copies_list() -> rx.Component:
    """Return the signals that are merged into the open one, to open or to take out again."""

    def line(row: ObjectVar[CopyRow]) -> rx.Component:
        return rx.el.li(
            rx.el.div(
                rx.el.button(
                    rx.el.span("S-", row.number, class_name="t3 sm num"),
                    rx.el.span(row.text, class_name="trunc grow"),
                    rx.el.span(row.note, class_name="t3 sm"),
                    type="button",
                    class_name="simrow",
                    on_click=SignalsState.open(row.number),
                ),
                rx.cond(
                    SessionState.can_edit,
                    button(
                        "Unmerge",
                        "ghost",
                        "sm",
                        aria_label=f"Unmerge S-{row.number}",
                        on_click=MergeState.unmerge(row.id),
                    ),
                ),
                class_name="row",
            ),
            key=row.number,
        )

    return rx.cond(
        SignalDetailState.copies,
        rx.el.section(
            rx.el.h3(
                "Merged into it",
                rx.el.span(CARD.voices, class_name="right med t3"),
                class_name="sect-h",
            ),
            rx.el.ul(rx.foreach(SignalDetailState.copies, line), class_name="alike"),
        ),
    )


def merge_dialog() -> rx.Component:
    """Return the two signals side by side, with the button that makes them one."""
    return dialog(
        "Do they report the same?",
        pair(MergeState.pair),
        footer=rx.fragment(
            rx.dialog.close(button("Keep both")),
            button("Merge", "primary", lead="git-merge", on_click=MergeState.merge),
        ),
        description=(
            "The older one stays, with the links, tags and personas of both. Unmerge takes it back"
            " exactly."
        ),
        open=MergeState.comparing,
        on_open_change=MergeState.show,
    )
