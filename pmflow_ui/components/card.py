"""A project as a card of the board; memoised, so that only cards that changed are drawn again."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.acts import act, one_of_many
from pmflow_ui.components.address import plain_link
from pmflow_ui.components.avatar import avatar
from pmflow_ui.components.button import button, icon_button
from pmflow_ui.components.drag import drag_card
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.keys import ITEM, key
from pmflow_ui.components.meter import document_marks, progress
from pmflow_ui.state.board_dialog import MoveState
from pmflow_ui.state.board_rows import CardView


@rx.memo
def board_card(  # noqa: PLR0913 plain values let React see that nothing changed
    card_id: rx.Var[Any],
    number: rx.Var[str],
    href: rx.Var[str],
    title: rx.Var[str],
    owner: rx.Var[str],
    letters: rx.Var[str],
    mine: rx.Var[bool],
    signals: rx.Var[int],
    signals_label: rx.Var[str],
    marks: rx.Var[str],
    marks_label: rx.Var[str],
    cost: rx.Var[str],
    percent: rx.Var[int],
    glyph: rx.Var[str],
    lead: rx.Var[str],
    words: rx.Var[str],
    following: rx.Var[str],
    tone: rx.Var[str],
    can_override: rx.Var[bool],
    mood: rx.Var[str],
    lane: rx.Var[str],
    movable: rx.Var[bool],
) -> rx.Component:
    """Return one card; every prop is a plain value."""
    override = button("Override…", "", "sm", on_click=MoveState.ask(card_id))
    return drag_card(
        _head(card_id, number, owner, letters, mine, movable),
        _title(title, href),
        full_reason(glyph, lead, words, following, tone),
        rx.cond(can_override, rx.el.div(override, class_name="card-do")),
        rx.cond(percent.to(int) >= 0, progress(percent, "Steps done", running=True)),
        _foot(signals, signals_label, marks, marks_label, cost),
        card_id=card_id,
        lane=lane,
        disabled=~movable,
        class_name="card",
        custom_attrs={**ITEM, **one_of_many("card", number), "data-mood": mood},
    )


def _title(title: rx.Var[str], href: rx.Var[str]) -> rx.Component:
    return plain_link(
        title, href=href, class_name="card-t", draggable=False, custom_attrs=act("Open")
    )


def _foot(
    signals: rx.Var[int],
    signals_label: rx.Var[str],
    marks: rx.Var[str],
    marks_label: rx.Var[str],
    cost: rx.Var[str],
) -> rx.Component:
    return rx.el.div(
        rx.el.span(icon("message-square", 12), signals, title=signals_label),
        document_marks(marks.to(str).split(","), marks_label),
        rx.el.span(cost, class_name="right", title="Spent on runs"),
        class_name="card-f",
    )


def _head(
    card_id: rx.Var[Any],
    number: rx.Var[str],
    owner: rx.Var[str],
    letters: rx.Var[str],
    mine: rx.Var[bool],
    movable: rx.Var[bool],
) -> rx.Component:
    move = icon_button(
        "arrow-right",
        "Move (M)",
        class_name="card-m",
        on_click=MoveState.ask(card_id),
        custom_attrs=key("m"),
    )
    return rx.el.div(
        rx.el.span(number),
        rx.el.span(class_name="right"),
        rx.cond(movable, move),
        avatar(letters, owner, me=mine),
        class_name="card-k",
    )


def full_reason(
    glyph: Any, lead: Any, words: Any, following: Any = "", tone: Any = ""
) -> rx.Component:
    """Return a reason line that also says what is next."""
    return rx.el.div(
        state_glyph(glyph),
        rx.el.span(
            rx.cond(lead, rx.el.b(lead, " ")),
            words,
            rx.cond(following, rx.fragment(" ", rx.el.b("Next: "), following)),
        ),
        class_name=f"reason {tone}",
    )


def card_of(card: ObjectVar[CardView], lane: rx.Var[str], movable: rx.Var[bool]) -> rx.Component:
    """Return the card of a row of a lane's list."""
    drawn = board_card(
        card_id=card.id,
        number=card.key,
        href=card.href,
        title=card.title,
        owner=card.owner,
        letters=card.letters,
        mine=card.mine,
        signals=card.signals,
        signals_label=card.signals_label,
        marks=card.marks,
        marks_label=card.marks_label,
        cost=card.cost,
        percent=card.percent,
        glyph=card.glyph,
        lead=card.lead,
        words=card.text,
        following=card.next,
        tone=card.tone,
        can_override=card.can_override,
        mood=card.mood,
        lane=lane,
        movable=movable,
    )
    return rx.fragment(drawn, key=card.id)
