"""Inbox: what waits for a person, one thing beside the other, decided with one key."""

from collections.abc import Sequence

import reflex as rx
from reflex.vars import ArrayVar, ObjectVar

from pmflow_ui.components.button import button, link_button
from pmflow_ui.components.icon import icon
from pmflow_ui.components.kbd import kbd
from pmflow_ui.components.moment import moment
from pmflow_ui.components.page_keys import page_keys
from pmflow_ui.components.placeholder import empty_state, skeleton_rows
from pmflow_ui.components.shell import shell, workspace_path
from pmflow_ui.components.snooze import snooze_dialog
from pmflow_ui.components.tabs import segments
from pmflow_ui.pages.inbox_many import about, merge_all_dialog
from pmflow_ui.pages.inbox_opened import change_dialog, glyph, opened
from pmflow_ui.state.inbox import InboxState
from pmflow_ui.state.inbox_many import InboxManyState
from pmflow_ui.state.inbox_rows import InboxRow
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.signals import Choice

VIEWS = (
    ("open", "Open"),
    ("snoozed", InboxState.snoozed_words),
    ("accepted", "Accepted"),
    ("dismissed", "Dismissed"),
)


def _row(row: ObjectVar[InboxRow]) -> rx.Component:
    chosen = InboxState.selected.contains(row.id)
    lead = rx.cond(chosen, rx.el.span(icon("check", 12), class_name="cb on"), glyph(row.glyph))
    return rx.el.div(
        rx.el.span(
            lead,
            class_name="lead",
            on_click=InboxState.select(row.id).stop_propagation,
        ),
        rx.el.div(
            rx.el.div(
                rx.cond(
                    row.back,
                    rx.el.span(
                        rx.el.span("Back from snooze", class_name="sr"), class_name="dot new"
                    ),
                ),
                rx.el.span(row.title, class_name="med trunc"),
                rx.cond(
                    row.until,
                    rx.el.span(
                        icon("alarm-clock", 12),
                        moment(row.until, exact=True),
                        class_name="t3 sm right nowrap tn til",
                    ),
                    moment(row.at, class_name="t3 sm right nowrap tn"),
                ),
                class_name="row",
            ),
            rx.el.div(row.text, class_name="sm t2 trunc"),
            class_name="grow",
        ),
        key=row.id,
        id=row.dom,
        role="option",
        aria_selected=InboxState.current == row.id,
        class_name=f"it {rx.cond(InboxState.current == row.id, 'cur', '')}",
        on_click=InboxState.open(row.id),
    )


def _group(label: str, rows: ArrayVar[Sequence[InboxRow]], note: rx.Component) -> rx.Component:
    return rx.cond(
        rows,
        rx.el.div(
            rx.el.div(
                rx.el.span(label, class_name="med"), note, class_name="gh", role="presentation"
            ),
            rx.foreach(rows, _row),
            role="group",
            aria_label=label,
        ),
    )


def _count(rows: ArrayVar[Sequence[InboxRow]]) -> rx.Component:
    return rx.el.span(rows.length(), class_name="tn")


def _list() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            _group("Approvals", InboxState.approvals, _count(InboxState.approvals)),
            _group("Questions", InboxState.answers, _count(InboxState.answers)),
            _group("Mentions", InboxState.mentions, _count(InboxState.mentions)),
            _group(
                "Suggestions",
                InboxState.suggested,
                rx.el.span(InboxState.suggested_words, class_name="tn"),
            ),
            _group("Cannot go on", InboxState.repairs, _count(InboxState.repairs)),
            role="listbox",
            tab_index=0,
            aria_label="What waits for you",
            custom_attrs={"aria-activedescendant": InboxState.current_row},
            class_name="items",
        ),
        rx.cond(
            InboxState.has_more,
            rx.el.div(
                button("Show more", "ghost", "sm", on_click=InboxState.more), class_name="end-row"
            ),
        ),
        class_name="il",
    )


def _kind(choice: ObjectVar[Choice]) -> rx.Component:
    return rx.el.button(
        choice.label,
        type="button",
        class_name="btn ghost sm tn",
        on_click=InboxState.narrow(choice.value),
        aria_pressed=InboxState.kind == choice.value,
    )


def _filters() -> rx.Component:
    everything = rx.el.button(
        "Everything",
        type="button",
        class_name="btn ghost sm",
        on_click=InboxState.narrow(""),
        aria_pressed=InboxState.kind == "",
    )
    all_of_them = button("Select all", "ghost", "sm", on_click=InboxState.select_all)
    # What is decided or put off has its own verbs, one by one.
    several = (InboxState.view == "open") & (InboxState.suggested.length() > 1)
    return rx.el.div(
        rx.el.div(
            everything,
            rx.foreach(InboxState.kinds, _kind),
            class_name="seg",
            role="group",
            aria_label="Kind",
        ),
        rx.el.span(class_name="grow"),
        rx.cond(SessionState.can_edit & several, all_of_them),
        class_name="bar",
    )


def _bulk() -> rx.Component:
    many = InboxState.selected.length()
    return rx.cond(
        many > 0,
        rx.el.div(
            rx.el.span(many, " selected", class_name="med tn"),
            rx.el.span(class_name="vr"),
            button("Accept", "primary", "sm", on_click=InboxManyState.decide_selected("accept")),
            button("Dismiss", "ghost", "sm", on_click=InboxManyState.decide_selected("dismiss")),
            class_name="bulk",
            role="group",
            aria_label="Selected suggestions",
        ),
    )


def _keys_line() -> rx.Component:
    def hint(words: str, *keys: str) -> rx.Component:
        return rx.el.span(*(kbd(each) for each in keys), words)

    editing = rx.fragment(
        hint("accept", "1"),
        hint("change", "2"),
        hint("dismiss", "3"),
        hint("select", "X"),
        hint("undo", "Z"),
    )
    return rx.el.div(
        hint("move", "J", "K"),
        hint("open", "↵"),
        hint("snooze", "H"),
        rx.cond(SessionState.can_edit, editing),
        class_name="keys no-phone",
        aria_hidden="true",
    )


def _nothing() -> rx.Component:
    todo = empty_state(
        "inbox",
        "Nothing waits for you",
        "Approvals, questions, mentions and runs that cannot go on come here, and what pmflow"
        " suggests about new signals: links to projects, duplicates, new projects.",
        link_button("Go to the board", workspace_path("board"), "primary"),
        link_button("Bring in signals", workspace_path("signals")),
    )
    of_kind = empty_state(
        "inbox",
        "Nothing of this kind",
        "Everything else that waits is under Everything.",
        button("Show everything", on_click=InboxState.narrow("")),
    )
    decided = empty_state(
        "inbox", "Nothing here yet", "What you decide about suggestions is listed here."
    )
    snoozed = empty_state(
        "alarm-clock",
        "Nothing is put off",
        "Press H on something in the inbox to see it again later; until then it waits here.",
        button("Show what is open", on_click=InboxState.show("open")),
    )
    put_off = rx.cond(InboxState.view == "snoozed", snoozed, decided)
    waits = rx.cond(InboxState.view == "open", todo, put_off)
    is_narrow = (InboxState.kind != "") & (
        (InboxState.view == "open") | (InboxState.view == "snoozed")
    )
    return rx.cond(is_narrow, of_kind, waits)


def inbox_page() -> rx.Component:
    """Return the list of what waits, with the one that is marked beside it."""
    heading = rx.fragment(
        rx.el.h1("Inbox"),
        rx.el.div(segments("Show", InboxState.view, VIEWS, InboxState.show), class_name="views"),
    )
    listed = rx.el.div(_list(), opened(), class_name="split")
    return shell(
        "inbox",
        heading,
        rx.cond(
            InboxState.ready,
            rx.fragment(_filters(), about(), rx.cond(InboxState.is_empty, _nothing(), listed)),
            skeleton_rows(12),
        ),
        _bulk(),
        _keys_line(),
        change_dialog(),
        merge_all_dialog(),
        snooze_dialog(InboxState.snooze, InboxState.snoozing, InboxState.set_snoozing),
        page_keys(
            ("j", "k", "x", "1", "2", "3", "h", "Enter", "Escape"),
            InboxState.press,
            url=InboxState.address,
            follow=InboxState.current_row,
        ),
    )
