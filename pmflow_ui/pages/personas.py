"""Personas: the kinds of customer the product is made for, in Markdown."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.acts import acts
from pmflow_ui.components.button import button, icon_button
from pmflow_ui.components.document import document
from pmflow_ui.components.form import field, state_form
from pmflow_ui.components.icon import icon
from pmflow_ui.components.keys import keys
from pmflow_ui.components.page_keys import page_keys
from pmflow_ui.components.placeholder import empty_state, skeleton_rows
from pmflow_ui.components.shell import shell
from pmflow_ui.state.personas import NEW, PersonaRow, PersonasState
from pmflow_ui.state.session import SessionState

CARD = PersonasState.card


def _line(row: ObjectVar[PersonaRow]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(
                rx.el.span(row.name, class_name="med trunc"),
                rx.cond(row.votes, rx.el.span("votes", class_name="chip fill right")),
                class_name="row",
            ),
            rx.el.span(row.note, class_name="t3 sm trunc tn"),
            type="button",
            class_name=rx.cond(CARD.id == row.id, "pl on", "pl"),
            aria_current=rx.cond(CARD.id == row.id, "true", "false"),
            on_click=PersonasState.open(row.id),
        ),
        key=row.id,
        id=f"persona-{row.id}",
    )


def _list() -> rx.Component:
    return rx.el.div(
        rx.el.ul(rx.foreach(PersonasState.rows, _line)),
        rx.el.p(PersonasState.jury_words, class_name="t3 sm note-l"),
        class_name=rx.cond(CARD.id, "plist has", "plist"),
    )


def _reading() -> rx.Component:
    weight = rx.cond(CARD.weight == "0", "no vote", rx.Var.create(f"vote counts {CARD.weight}"))
    facts = rx.el.p(
        rx.cond(CARD.segment, rx.fragment("Segment ", rx.el.b(CARD.segment)), "No segment"),
        rx.el.span("·"),
        CARD.signals_words,
        rx.el.span("·"),
        weight,
        class_name="row wrap t3 sm tn",
    )
    edits = rx.fragment(
        button("Edit", "", "sm", "pencil", "E", on_click=PersonasState.edit),
        button("Delete", "ghost danger", "sm", "trash-2", on_click=PersonasState.delete),
    )
    nothing = rx.el.p(
        "Nothing is written about them yet. A persona with a description can vote in juries.",
        class_name="t3",
    )
    return rx.el.div(
        rx.el.div(
            rx.el.h2(CARD.name, class_name="trunc grow"),
            acts("persona", CARD.name, rx.cond(SessionState.can_edit, edits)),
            icon_button("x", "Close", on_click=PersonasState.open("")),
            class_name="row ph",
        ),
        facts,
        rx.cond(CARD.description, document(PersonasState.blocks), nothing),
        class_name="prose ppage",
    )


def _fields() -> rx.Component:
    return rx.el.div(
        field("Name", "name", default_value=CARD.name, max_length=80, auto_focus=True),
        field(
            "Segment",
            "segment",
            hint="Signals of this segment are theirs",
            default_value=CARD.segment,
            max_length=200,
        ),
        field(
            "Weight of their vote",
            "weight",
            hint="0 to 10; 0 does not vote",
            default_value=CARD.weight,
            input_mode="decimal",
        ),
        class_name="pform",
    )


def _form() -> rx.Component:
    text = rx.el.textarea(
        name="description",
        default_value=CARD.description,
        on_change=PersonasState.typed,
        class_name="ed-text",
        aria_label="Description of the persona, in Markdown",
        placeholder="Who they are, what they try to get done, what stands in their way",
        spell_check=True,
    )
    shown = rx.el.div(document(PersonasState.preview), class_name="prose no-phone")
    bar = rx.el.div(
        rx.el.h2(rx.cond(CARD.id == NEW, "New persona", CARD.name), class_name="med trunc grow"),
        button("Cancel", "ghost", "sm", on_click=PersonasState.cancel),
        rx.el.button("Save", type="submit", class_name="btn primary sm"),
        class_name="bar",
    )
    fault = rx.cond(
        PersonasState.edit_error,
        rx.el.p(icon("x", 12), PersonasState.edit_error, class_name="er-text pad-x", role="alert"),
    )
    return state_form(
        bar,
        fault,
        _fields(),
        rx.el.div(text, shown, class_name="ed"),
        on_submit=PersonasState.save,
        class_name="pedit",
        key=PersonasState.opened,
    )


def _beside() -> rx.Component:
    missing = empty_state("users", "No such persona", "It does not exist here, or is in the bin.")
    choose = rx.el.div(
        empty_state(
            "users",
            "Choose a persona",
            "They speak in juries, in the PRD's section of personas, and in signals.",
        ),
        class_name="grow no-phone",
    )
    return rx.cond(
        PersonasState.editing,
        _form(),
        rx.cond(PersonasState.missing, missing, rx.cond(CARD.id, _reading(), choose)),
    )


def _nothing() -> rx.Component:
    return empty_state(
        "users",
        "No personas yet",
        "Describe the kinds of customer you build for. They stand beside the signals of their"
        " segment, open the PRD's section of personas, and four of them take the jury's seats.",
        rx.cond(
            SessionState.can_edit,
            button("Write a persona", "primary", "", "plus", "C", on_click=PersonasState.create),
        ),
    )


def personas_page() -> rx.Component:
    """Return the personas, with the open one beside them."""
    split = rx.el.div(_list(), _beside(), class_name="psplit")
    empty = PersonasState.rows.length() == 0
    return shell(
        "personas",
        rx.el.h1("Personas"),
        rx.cond(
            PersonasState.ready,
            rx.cond(empty & ~PersonasState.editing, _nothing(), split),
            skeleton_rows(8),
        ),
        keys(),
        page_keys(
            ("j", "k", "Enter", "Escape", "e", "c"),
            PersonasState.press,
            url=PersonasState.address,
            follow=PersonasState.current_row,
        ),
        actions=rx.cond(
            SessionState.can_edit,
            button(
                "New persona",
                "primary",
                "sm",
                "plus",
                "C",
                compact=True,
                on_click=PersonasState.create,
            ),
        ),
    )
