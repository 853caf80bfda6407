"""The open signal: its words, why it is where it is, its like, and who cites it."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_core.signals.models import Frequency, Severity
from pmflow_ui.components import Text
from pmflow_ui.components.acts import region
from pmflow_ui.components.button import button, icon_button
from pmflow_ui.components.glyph import severity_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.link import link
from pmflow_ui.components.moment import moment
from pmflow_ui.components.original import in_its_original
from pmflow_ui.components.overlay import drawer, menu, menu_item
from pmflow_ui.components.placeholder import empty_state
from pmflow_ui.components.signal_people import signal_people
from pmflow_ui.pages.signals_merge import (
    copies_list,
    merge_dialog,
    similar_list,
    where_it_went,
)
from pmflow_ui.pages.signals_table import source_icon
from pmflow_ui.pages.signals_tags import card_tags, tag_dialog
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.signals import Choice, SignalsState
from pmflow_ui.state.signals_detail import SignalDetailState
from pmflow_ui.state.signals_rows import PlaceRow

CARD = SignalDetailState.card
SEVERITIES = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
FREQUENCIES = (Frequency.COMMON, Frequency.OCCASIONAL, Frequency.RARE)


def _edit_menu(label: Text, shown: rx.Component, *items: rx.Component) -> rx.Component:
    trigger = rx.el.button(shown, type="button", class_name="btn ghost sm edit", aria_label=label)
    return rx.cond(SessionState.can_edit, menu(trigger, *items), shown)


def _severity() -> rx.Component:
    shown = rx.el.span(
        rx.cond(
            CARD.severity,
            rx.fragment(severity_glyph(CARD.severity), CARD.severity.capitalize()),
            rx.el.span("Not known", class_name="t3"),
        ),
        class_name="row",
    )
    items = [
        menu_item(
            value.capitalize(),
            lead=severity_glyph(value.value),
            on_select=SignalDetailState.set_severity(value),
        )
        for value in SEVERITIES
    ]
    return rx.fragment(
        _edit_menu("Change the severity", shown, *items),
        rx.cond(CARD.severity, rx.el.span(CARD.severity_by, class_name="t3 sm")),
    )


def _frequency() -> rx.Component:
    shown = rx.cond(
        CARD.frequency,
        rx.el.span(CARD.frequency),
        rx.el.span("Not known", class_name="t3"),
    )
    items = [
        menu_item(value.capitalize(), on_select=SignalDetailState.set_frequency(value))
        for value in FREQUENCIES
    ]
    return _edit_menu("Change the frequency", shown, *items)


def _fact(name: str, *value: rx.Component | rx.Var[Any]) -> rx.Component:
    return rx.fragment(rx.el.dt(name), rx.el.dd(*value))


def _facts() -> rx.Component:
    dim = "t3 sm trunc"
    return rx.el.dl(
        _fact("Severity", _severity()),
        _fact("Frequency", _frequency()),
        rx.cond(CARD.segment, _fact("Segment", rx.el.span(CARD.segment))),
        rx.cond(CARD.customer, _fact("Sender", rx.el.span(CARD.customer, class_name="trunc"))),
        _fact(
            "Source",
            source_icon(CARD.source),
            CARD.source_name,
            rx.el.span(CARD.reference, class_name=dim),
        ),
        _fact(
            "Received",
            moment(CARD.received),
            rx.el.span(moment(CARD.received, exact=True), class_name=dim),
        ),
        _fact("Status", rx.el.span(CARD.status)),
        rx.cond(
            CARD.tags.length() | SessionState.can_edit,
            _fact("Tags", rx.el.span(card_tags(), class_name="row wrap")),
        ),
        class_name="kv",
        custom_attrs=region("signal", f"S-{CARD.number}"),
    )


def _reason(name: str, *words: rx.Component | Text) -> rx.Component:
    return rx.el.div(icon(name, 14, "t3"), rx.el.span(*words), class_name="reason")


def _why() -> rx.Component:
    joined = _reason(
        "shapes",
        CARD.placed,
        " ",
        link(CARD.theme, href=CARD.theme_href, class_name="link"),
        ": similarity ",
        rx.el.b(CARD.similarity),
        rx.cond(CARD.needed, rx.fragment(", needs ", CARD.needed), " to its centre"),
    )
    return rx.el.section(
        rx.el.h3("Why it is here", class_name="sect-h"),
        rx.el.div(
            rx.cond(CARD.theme, joined, _reason("circle-dashed", CARD.unthemed)),
            rx.cond(CARD.shared, _reason("tag", "Shared words ", rx.el.b(CARD.shared))),
            rx.foreach(SignalDetailState.linked, _linked),
            class_name="why",
        ),
        rx.cond(SessionState.can_edit & ~CARD.is_deleted & (CARD.kept == 0), _actions()),
    )


def _linked(place: ObjectVar[PlaceRow]) -> rx.Component:
    return _reason(
        "link",
        "Evidence of ",
        link(place.key, " ", place.text, href=place.href, class_name="link"),
        ", ",
        place.note,
        rx.cond(
            SessionState.can_edit,
            icon_button(
                "x",
                f"Unlink from {place.key}",
                on_click=SignalsState.unlink_one(CARD.id, place.id),
            ),
        ),
    )


def _actions() -> rx.Component:
    def project(choice: ObjectVar[Choice]) -> rx.Component:
        return menu_item(choice.label, on_select=SignalsState.link_one(CARD.id, choice.value))

    return rx.el.div(
        rx.cond(
            SignalsState.projects,
            menu(
                button("Link to a project", "", "sm", "link"),
                rx.foreach(SignalsState.projects, project),
            ),
        ),
        rx.cond(
            CARD.status == "New",
            button(
                "Mark as reviewed",
                "",
                "sm",
                "check",
                on_click=SignalDetailState.set_status("reviewed"),
            ),
        ),
        rx.cond(
            CARD.status != "Archived",
            button("Archive", "ghost", "sm", "archive", on_click=SignalsState.archive_one(CARD.id)),
        ),
        class_name="row wrap acts",
        custom_attrs=region("signal", f"S-{CARD.number}"),
    )


def _cited() -> rx.Component:
    def line(place: ObjectVar[PlaceRow]) -> rx.Component:
        return link(
            icon("file-text", 14, "t3"),
            rx.el.span(place.text, class_name="trunc"),
            rx.el.span(place.key, class_name="t3 sm right"),
            href=place.href,
            class_name="citein",
        )

    return rx.cond(
        SignalDetailState.cited,
        rx.el.section(
            rx.el.h3("Cited in", class_name="sect-h"), rx.foreach(SignalDetailState.cited, line)
        ),
    )


def signal_drawer() -> rx.Component:
    """Return the drawer of the open signal; nothing while none is open."""
    number = SignalDetailState.number
    missing = empty_state(
        "message-square", "No such signal", "It does not exist in this workspace."
    )
    body = rx.fragment(
        rx.cond(CARD.is_deleted, rx.el.p("In the bin", class_name="chip")),
        where_it_went(),
        rx.el.div(
            rx.el.blockquote(CARD.text, class_name="verb"),
            rx.cond(
                CARD.reading,
                rx.el.p("Read as: ", CARD.reading, class_name="t3 sm read"),
            ),
        ),
        in_its_original(CARD.number, CARD.has_original),
        _facts(),
        signal_people(),
        _why(),
        copies_list(),
        similar_list(),
        _cited(),
    )
    panel = drawer(
        rx.fragment(
            rx.el.span("S-", number, class_name="med"),
            rx.el.span(SignalDetailState.place, class_name="t3 sm tn"),
        ),
        rx.cond(SignalDetailState.missing, missing, body),
        on_close=SignalsState.open(0),
        actions=rx.fragment(
            icon_button("chevron-up", "Previous (K)", on_click=SignalsState.step(-1)),
            icon_button("chevron-down", "Next (J)", on_click=SignalsState.step(1)),
        ),
    )
    return rx.fragment(rx.cond(number, panel), merge_dialog(), tag_dialog())
