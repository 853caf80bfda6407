"""Proposals to review: themes now and after, what cites the signals, words of both sides."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button
from pmflow_ui.components.icon import icon
from pmflow_ui.components.keys import ITEM, key
from pmflow_ui.components.link import link
from pmflow_ui.components.moment import moment
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.theme_changes import ThemeChangesState
from pmflow_ui.state.theme_changes_rows import CitingRow, ProposalCard, SideRow, Words


def _box(side: ObjectVar[SideRow], count: rx.Var[int], *more: rx.Component) -> rx.Component:
    name = rx.cond(
        side.href,
        link(side.label, href=side.href, class_name="trunc"),
        rx.el.span(side.label, class_name="trunc"),
    )
    return rx.el.div(rx.el.span(count, class_name="big tn"), name, *more, class_name="bx")


def _before(side: ObjectVar[SideRow]) -> rx.Component:
    return _box(side, side.now)


def _after(side: ObjectVar[SideRow]) -> rx.Component:
    mark = rx.cond(
        side.tag == "new",
        rx.el.span("new", class_name="chip acc right"),
        rx.el.span(side.change, class_name="t3 tn right"),
    )
    return _box(side, side.after, mark)


def _document(cited: ObjectVar[CitingRow]) -> rx.Component:
    return link(cited.text, href=cited.href, class_name="chip fill")


def _effects(card: ObjectVar[ProposalCard]) -> rx.Component:
    ended = rx.foreach(
        card.before,
        lambda side: rx.cond(
            side.tag == "ends",
            rx.el.li(
                icon("circle-slash", 14, "t3"),
                rx.el.span(rx.el.b(side.label), " ends; its page says where its signals went."),
                class_name="reason",
            ),
        ),
    )
    return rx.el.ul(
        rx.el.li(
            icon("file-text", 14, "t3"),
            rx.el.span(
                rx.el.span(card.documents_words),
                rx.el.span(rx.foreach(card.documents, _document), class_name="row wrap cites"),
            ),
            class_name="reason",
        ),
        ended,
        rx.el.li(
            icon("undo-2", 14, "t3"),
            rx.el.span("It can be undone, signal by signal."),
            class_name="reason",
        ),
        class_name="eff",
    )


def _words(words: ObjectVar[Words]) -> rx.Component:
    return rx.el.li(
        rx.el.span(words.text, class_name="q-t"),
        link("S-", words.number, href=words.href, class_name="link tn"),
        key=words.number,
    )


def _side_words(side: ObjectVar[SideRow]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.b(side.label, class_name="trunc"),
            rx.el.span(side.which, class_name="t3"),
            class_name="row sm",
        ),
        rx.el.ul(rx.foreach(side.words, _words)),
        class_name="side-words",
    )


def _both_sides(card: ObjectVar[ProposalCard]) -> rx.Component:
    ends = rx.foreach(card.before, lambda side: rx.cond(side.tag == "ends", _side_words(side)))
    return rx.cond(
        ThemeChangesState.opened == card.id,
        rx.el.div(ends, rx.foreach(card.after, _side_words), class_name="sides"),
    )


def _decide(card: ObjectVar[ProposalCard]) -> rx.Component:
    return rx.fragment(
        button(
            card.keep,
            "ghost",
            "sm",
            key="3",
            on_click=ThemeChangesState.dismiss(card.id),
            custom_attrs=key("3"),
        ),
        button(
            "Accept",
            "primary",
            "sm",
            key="1",
            on_click=ThemeChangesState.apply(card.id),
            custom_attrs=key("1"),
        ),
    )


def _card(card: ObjectVar[ProposalCard]) -> rx.Component:
    is_open = ThemeChangesState.opened == card.id
    head = rx.el.div(
        icon("split", 14, "warn"),
        rx.el.h3(card.title),
        rx.el.span(card.moves, class_name="t2 sm tn"),
        rx.el.span(moment(card.at), class_name="t3 sm"),
        rx.el.span(class_name="right"),
        button(
            rx.cond(is_open, "Hide the words", "Compare the words"),
            "",
            "sm",
            on_click=ThemeChangesState.open(card.id),
            aria_expanded=is_open,
        ),
        rx.cond(SessionState.can_edit, _decide(card)),
        class_name="panel-h",
    )
    picture = rx.el.div(
        rx.el.div(rx.el.div("Now", class_name="t3 xs"), rx.foreach(card.before, _before)),
        rx.el.div(icon("arrow-right", 16), class_name="row arr"),
        rx.el.div(rx.el.div("After", class_name="t3 xs"), rx.foreach(card.after, _after)),
        _effects(card),
        class_name="ba",
    )
    return rx.el.article(
        head,
        picture,
        _both_sides(card),
        key=card.id,
        class_name="panel review",
        custom_attrs={**ITEM, "aria-label": card.title},
    )


def proposals_panel() -> rx.Component:
    """Return the proposals of the page; nothing when none waits."""
    return rx.cond(
        ThemeChangesState.cards,
        rx.el.section(
            rx.el.h2(ThemeChangesState.words, class_name="sect-h"),
            rx.foreach(ThemeChangesState.cards, _card),
            rx.cond(
                ThemeChangesState.more > 0,
                button(
                    rx.Var.create(f"Show {ThemeChangesState.more} more"),
                    "ghost",
                    "sm",
                    "chevron-down",
                    on_click=ThemeChangesState.show_all,
                ),
            ),
            class_name="reviews",
            aria_label="Changes to review",
        ),
    )
