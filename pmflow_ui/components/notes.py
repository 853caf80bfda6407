"""Where the short notes of `toasts` appear."""

import reflex as rx

from pmflow_ui.guard import Note, NoticeState

_SOURCE = rx.asset("notes.jsx", shared=True)


def _number(number: rx.Var[int]) -> list[rx.Var[int]]:
    return [number]


class _Notes(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "Notes"

    notes: rx.Var[list[Note]]
    on_undo: rx.EventHandler[_number]
    on_dismiss: rx.EventHandler[_number]


def notes() -> rx.Component:
    """Return the corner of the page where notes come and go; Z undoes the newest that can be."""
    return _Notes.create(
        notes=NoticeState.notes, on_undo=NoticeState.take_back, on_dismiss=NoticeState.dismiss
    )
