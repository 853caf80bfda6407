"""Choosing until when something is put off; the browser knows the viewer's zone, we do not."""

from typing import Any

import reflex as rx

from pmflow_ui.components import Flag
from pmflow_ui.components.overlay import dialog

_SOURCE = rx.asset("snooze_times.jsx", shared=True)


def _chosen(until: rx.Var[str], words: rx.Var[str]) -> list[rx.Var[str]]:
    return [until, words]


class _SnoozeTimes(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "SnoozeTimes"

    on_choose: rx.EventHandler[_chosen]


def snooze_dialog(on_choose: Any, is_open: Flag, on_change: Any) -> rx.Component:
    """Return the dialog that calls `on_choose(until, words)` with a moment and how it is said."""
    return dialog(
        "Snooze until",
        _SnoozeTimes.create(on_choose=on_choose),
        open=is_open,
        on_open_change=on_change,
    )
