"""An event every few seconds, for what no nudge tells of: processes, servers, queues."""

from typing import Any

import reflex as rx
from reflex.event import no_args_event_spec

_SOURCE = rx.asset("every.jsx", shared=True)


class _Every(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "Every"

    seconds: rx.Var[int]
    on_tick: rx.EventHandler[no_args_event_spec]


def every(seconds: int, on_tick: Any) -> rx.Component:
    """Return what sends `on_tick` every so many seconds while the page is in view."""
    return _Every.create(seconds=seconds, on_tick=on_tick)
