"""The log of a run: appends what it is sent, follows the end, and draws only what is seen."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from pmflow_ui.components import Flag, Text
from pmflow_ui.state.run_rows import LogLine

_SOURCE = rx.asset("log.jsx", shared=True)


def _after(seq: rx.Var[int]) -> list[rx.Var[int]]:
    return [seq]


class _LogView(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "LogView"

    source: rx.Var[str]
    chunk: rx.Var[list[LogLine]]
    since: rx.Var[int]
    levels: rx.Var[list[str]]
    query: rx.Var[str]
    wrap: rx.Var[bool]
    jump: rx.Var[str]
    label: rx.Var[str]
    on_gap: rx.EventHandler[_after]


def log_view(
    source: Text,
    chunk: rx.Var[Sequence[LogLine]],
    levels: rx.Var[Sequence[str]] | None = None,
    query: Text = "",
    wrap: Flag = False,
    **more: Any,
) -> rx.Component:
    """Return a log that appends each new `chunk`; another `source` (a run's id) empties it.

    The state holds only the newest chunk, so that a delta stays small however long the log is,
    and answers `on_gap(seq)` with a chunk of the lines after that number; `since` is the first line
    that it has sent. Each new `jump`, as `<seq>:<count>`, brings that line into view; all three are
    among the props in `more`.
    """
    options: dict[str, Any] = {"levels": levels, **more}
    return _LogView.create(
        source=source,
        chunk=chunk,
        query=query,
        wrap=wrap,
        label="Log of the run",
        **{name: value for name, value in options.items() if value is not None},
    )
