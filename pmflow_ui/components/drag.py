"""Cards that are dragged and lanes that take them; the keyboard's way is the card's move menu."""

from typing import Any

import reflex as rx

# The package that drag.jsx imports is pinned in rxconfig.py.
_SOURCE = rx.asset("drag.jsx", shared=True)


def _moved(card_id: rx.Var[str], lane: rx.Var[str]) -> list[rx.Var[str]]:
    return [card_id, lane]


class _DragCard(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "DragCard"

    card_id: rx.Var[str]
    lane: rx.Var[str]
    disabled: rx.Var[bool]


class _DropLane(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "DropLane"

    lane: rx.Var[str]
    name: rx.Var[str]
    usual: rx.Var[str]
    refuses: rx.Var[list[str]]
    on_move: rx.EventHandler[_moved]
    on_hover: rx.EventHandler[_moved]


class _LaneToggle(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "LaneToggle"

    lane: rx.Var[str]
    name: rx.Var[str]
    usual: rx.Var[str]


def drag_card(*children: rx.Component, card_id: Any, lane: Any, **props: Any) -> rx.Component:
    """Return a card that can be dragged out of `lane`; `disabled` for who may not move it."""
    return _DragCard.create(*children, card_id=card_id, lane=lane, **props)


def lane_toggle(
    *children: rx.Component, lane: Any, name: Any, usual: Any, **props: Any
) -> rx.Component:
    """Return the link that collapses a lane or opens it again; see `drop_lane`."""
    return _LaneToggle.create(*children, lane=lane, name=name, usual=usual, **props)


def drop_lane(*children: rx.Component, lane: Any, on_move: Any, **props: Any) -> rx.Component:
    """Return a lane; a card dropped from another one calls `on_move(card_id, lane)`.

    Its attribute `data-shut` says whether the address has it collapsed (`shut`, lanes by commas);
    an address that does not say means `usual`.
    `refuses` lists the cards that a drop would not move (the lane says so while they hover), and
    `on_hover(card_id, lane)` lets the page show the checks and the cost before the drop.
    """
    return _DropLane.create(*children, lane=lane, on_move=on_move, **props)
