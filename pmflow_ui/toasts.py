"""Short words after an action, with undo where there is one."""

import reflex as rx
from reflex.event import EventSpec

UNDO_MS = 10_000


def say(text: str) -> EventSpec:
    """Return the event that shows what was done."""
    return rx.toast(text)


def refuse(text: str, reference: str | None = None) -> EventSpec:
    """Return the event that shows why something was not done."""
    return rx.toast.error(text, description=reference, duration=8000)


def offer_undo(text: str, undo: EventSpec) -> EventSpec:
    """Return the event that shows what was done and offers to undo it for ten seconds."""
    return rx.toast(text, duration=UNDO_MS, action={"label": "Undo", "on_click": undo})
