"""Durations that tick in the browser."""

import reflex as rx

from pmflow_ui.components import Text

_SOURCE = rx.asset("elapsed.jsx", shared=True)


class _Elapsed(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "Elapsed"

    since: rx.Var[str]
    until: rx.Var[str]


def elapsed(since: Text, until: Text = "") -> rx.Component:
    """Return the time between two ISO moments as `4:12`; it ticks while `until` is empty."""
    return _Elapsed.create(since=since, until=until)
