"""Tags of signals: the chips of a row and of the open signal, and the dialog that changes them."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components import Text
from pmflow_ui.components.button import button
from pmflow_ui.components.form import field, state_form
from pmflow_ui.components.icon import icon
from pmflow_ui.components.overlay import dialog
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.signals import Choice, SignalsState
from pmflow_ui.state.signals_detail import SignalDetailState
from pmflow_ui.state.signals_rows import SignalRow
from pmflow_ui.state.signals_tags import SignalTagsState, TagOn

CARD = SignalDetailState.card
CHIP = "chip fill tag"


def row_tags(row: ObjectVar[SignalRow]) -> rx.Component:
    """Return the first tags of a row, and how to see the others."""
    return rx.fragment(
        rx.foreach(row.tags, lambda name: rx.el.span(_name(name), class_name=CHIP, key=name)),
        rx.cond(
            row.more_tags,
            rx.el.span("…", class_name=CHIP, title=row.more_tags, aria_label=row.more_tags),
        ),
    )


def card_tags() -> rx.Component:
    """Return the tags of the open signal; an editor takes them off and puts others on."""

    def chip(name: rx.Var[str]) -> rx.Component:
        return rx.el.span(
            _name(name),
            rx.cond(
                SessionState.can_edit,
                _off(f"Take the tag {name} off", SignalTagsState.take_one(CARD.id, name)),
            ),
            class_name=CHIP,
            key=name,
        )

    add = button(
        "Tag", "ghost", "sm", "plus", on_click=SignalTagsState.begin_one(CARD.id, CARD.number)
    )
    may_add = SessionState.can_edit & ~CARD.is_deleted & (CARD.kept == 0)
    return rx.fragment(rx.foreach(CARD.tags, chip), rx.cond(may_add, add))


def tag_dialog() -> rx.Component:
    """Return the dialog of the signals' tags; it is open while it is asked for some."""
    return dialog(
        SignalTagsState.title,
        rx.cond(SignalTagsState.on, _line("Carried", rx.foreach(SignalTagsState.on, _carried))),
        rx.cond(SignalTagsState.others, _line("Known", rx.foreach(SignalTagsState.others, _other))),
        _form(),
        open=SignalTagsState.asking.length() > 0,
        on_open_change=SignalTagsState.keep_open,
    )


def _carried(tag: ObjectVar[TagOn]) -> rx.Component:
    return rx.el.span(
        _name(tag.name),
        rx.cond(tag.note, rx.el.span(tag.note, class_name="t3")),
        _off(f"Take the tag {tag.name} off", SignalTagsState.take(tag.name)),
        class_name=CHIP,
        key=tag.name,
    )


def _other(name: rx.Var[str]) -> rx.Component:
    put = SignalTagsState.put(name)
    return rx.el.button(
        icon("plus", 12), _name(name), type="button", class_name=CHIP, on_click=put, key=name
    )


def _form() -> rx.Component:
    return state_form(
        field(
            "Tag",
            "tag",
            id="tag-name",
            error=SignalTagsState.fault,
            hint="One or two words of your own. What else carries it is found by the filter.",
            list="tags-known",
            max_length=40,
            auto_focus=True,
            auto_complete="off",
            placeholder="Such as: churn risk",
        ),
        rx.el.datalist(rx.foreach(SignalsState.tags, _known), id="tags-known"),
        rx.el.div(
            rx.el.button("Add the tag", type="submit", class_name="btn primary"),
            class_name="row end",
        ),
        on_submit=SignalTagsState.add,
        class_name="col gap",
        key=SignalTagsState.title,
    )


def _name(name: rx.Var[str]) -> rx.Component:
    return rx.el.span(name, class_name="trunc", title=name)


def _known(tag: ObjectVar[Choice]) -> rx.Component:
    return rx.el.option(value=tag.value, key=tag.value)


def _line(label: str, chips: rx.Component) -> rx.Component:
    return rx.el.div(rx.el.span(label, class_name="t3 sm"), chips, class_name="row wrap tags-line")


def _off(label: Text, on_click: Any) -> rx.Component:
    return rx.el.button(
        icon("x", 12), type="button", class_name="chip-x", aria_label=label, on_click=on_click
    )
