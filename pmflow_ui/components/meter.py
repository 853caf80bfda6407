"""Parts of a whole as countable marks; a smooth bar only for what is moving now or a budget."""

from collections.abc import Sequence

import reflex as rx
from reflex.vars import ArrayVar

from pmflow_ui.components import Number, Text

Marks = Sequence[str] | rx.Var[list[str]]


def _marks(marks: Marks, class_name: str, label: Text) -> rx.Component:
    drawn = (
        rx.foreach(marks, lambda mark: rx.el.i(class_name=mark))
        if isinstance(marks, rx.Var)
        else [rx.el.i(class_name=mark) for mark in marks]
    )
    return rx.el.span(
        *(drawn if isinstance(drawn, list) else [drawn]),
        class_name=class_name,
        role="img",
        aria_label=label,
        title=label,
    )


def ticks(marks: Marks, label: Text) -> rx.Component:
    """Return one tick per part: `on`, `acc`, `ok`, `run`, `wait`, `fail` or empty for not yet."""
    return _marks(marks, "ticks", label)


def rail(marks: Marks, label: Text) -> rx.Component:
    """Return the stages of a project: `done`, `now`, `bad` or empty."""
    return _marks(marks, "rail", label)


def document_marks(marks: Marks, label: Text) -> rx.Component:
    """Return one page per document: empty, `draft`, `ok`, `run` (being written) or `fail`."""
    return _marks(marks, "docs", label)


def severity_mix(shares: rx.Var[Sequence[tuple[str, int]]]) -> rx.Component:
    """Return a bar split by severity; `shares` are (severity, count) pairs."""

    def part(share: ArrayVar[tuple[str, int]]) -> rx.Component:
        return rx.el.i(
            class_name=share[0], title=f"{share[1]} {share[0]}", style={"flexGrow": share[1]}
        )

    return rx.el.span(rx.foreach(shares, part), class_name="mix", role="img", aria_label="severity")


def progress(percent: Number, label: Text, *, running: bool = False) -> rx.Component:
    """Return a bar of 0 to 100 per cent, for what is moving now or a share of a budget."""
    return rx.el.div(
        rx.el.i(style={"width": f"{percent}%"}),
        class_name="progress run" if running else "progress",
        role="progressbar",
        aria_label=label,
        custom_attrs={"aria-valuenow": percent, "aria-valuemin": 0, "aria-valuemax": 100},
    )
