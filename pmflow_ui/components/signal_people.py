"""Who is behind the open signal: customer and personas, and choosing others."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button, icon_button
from pmflow_ui.components.customer_choice import customer_choice
from pmflow_ui.components.icon import icon
from pmflow_ui.components.link import link
from pmflow_ui.components.overlay import menu, menu_item
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.signal_people import PersonaChip, SignalPeopleState

CUSTOMER = SignalPeopleState.customer


def signal_people() -> rx.Component:
    """Return who speaks in the open signal; nothing while there is nobody to show or choose."""
    shown = CUSTOMER.id | SignalPeopleState.personas | SessionState.can_edit
    return rx.cond(
        shown,
        rx.el.section(
            rx.el.h3("Who says it", class_name="sect-h"),
            rx.el.div(_customer(), _personas(), class_name="col people"),
        ),
    )


def _customer() -> rx.Component:
    known = rx.fragment(
        link(CUSTOMER.name, href=CUSTOMER.href, class_name="link trunc"),
        rx.el.span(CUSTOMER.note, class_name="t3 sm trunc"),
    )
    nobody = rx.el.span("No known customer", class_name="t3")
    change = rx.fragment(
        button(
            rx.cond(SignalPeopleState.choosing, "Cancel", rx.cond(CUSTOMER.id, "Change", "Choose")),
            "ghost",
            "sm",
            class_name="right",
            on_click=SignalPeopleState.choose(~SignalPeopleState.choosing),
        ),
        rx.cond(
            CUSTOMER.id,
            icon_button("x", "Not this customer's", on_click=SignalPeopleState.detach),
        ),
    )
    return rx.fragment(
        rx.el.div(
            icon("building-2", 14, "t3"),
            rx.cond(CUSTOMER.id, known, nobody),
            rx.cond(SessionState.can_edit, change),
            class_name="row",
        ),
        rx.cond(
            SignalPeopleState.choosing,
            customer_choice(
                "Find the customer of this signal",
                SignalPeopleState.choices,
                SignalPeopleState.find,
                SignalPeopleState.attach,
            ),
        ),
    )


def _personas() -> rx.Component:
    def chip(persona: ObjectVar[PersonaChip]) -> rx.Component:
        remove = rx.el.button(
            icon("x", 12),
            type="button",
            class_name="chip-x",
            aria_label=f"Take {persona.name} off",
            on_click=SignalPeopleState.unlink(persona.id),
        )
        return rx.el.span(
            persona.name,
            rx.cond(SessionState.can_edit, remove),
            class_name="chip fill",
            title=persona.reason,
            key=persona.id,
        )

    def other(persona: ObjectVar[PersonaChip]) -> rx.Component:
        return menu_item(persona.name, on_select=SignalPeopleState.link(persona.id))

    add = menu(
        button("Persona", "ghost", "sm", "plus"),
        rx.foreach(SignalPeopleState.others, other),
    )
    line = rx.el.div(
        icon("users", 14, "t3"),
        rx.foreach(SignalPeopleState.personas, chip),
        rx.cond(SessionState.can_edit & (SignalPeopleState.others.length() > 0), add),
        class_name="row wrap",
    )
    return rx.cond(SignalPeopleState.personas | SignalPeopleState.others, line)
