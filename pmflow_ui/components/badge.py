"""Chips for state, severity and plain facts, and counts."""

from typing import Any, Literal

import reflex as rx

from pmflow_ui.components import Text
from pmflow_ui.components.glyph import state_glyph

Tone = Literal["", "fill", "acc"]


def chip(text: Text, tone: Tone = "", **props: Any) -> rx.Component:
    """Return a small label: outlined, filled or in the accent."""
    return rx.el.span(text, class_name=f"chip {tone}".strip(), **props)


def state_chip(state: Text, label: Text | None = None) -> rx.Component:
    """Return a run state as glyph and word, in the state's tint."""
    return rx.el.span(
        state_glyph(state),
        state if label is None else label,
        class_name=f"chip s-{state}",
    )


def count(number: Text | rx.Var[int]) -> rx.Component:
    """Return a number in a pill."""
    return rx.el.span(number, class_name="badge")
