"""Short words after an action, with undo where there is one.

An event returns or yields them: `return say("Saved")`. The framework's own toasts would need
`unsafe-eval` in the content policy.
"""

from reflex.event import Event, EventCallback, EventSpec

from pmflow_ui.guard import NoticeState, refused


def say(text: str) -> EventSpec:
    """Return the event that says what was done."""
    return NoticeState.note("said", text)


def refuse(text: str, detail: str = "") -> EventSpec:
    """Return the event that says why something was not done."""
    return refused(text, detail)


def offer_undo(text: str, undo: EventSpec | EventCallback[()]) -> EventSpec:
    """Return the event that says what was done and offers to send `undo` for ten seconds."""
    way = Event.from_event_type(undo)[0]
    # pyright knows the framework's overloads for up to four arguments only
    return NoticeState.note("undo", text, "", way.name, way.payload)  # pyright: ignore[reportCallIssue]
