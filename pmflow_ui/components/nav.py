"""What the navigation leads to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the navigation; `counts` names the field of NavCounts beside it."""

    path: str
    label: str
    icon: str
    counts: str = ""


MAIN = (
    Item("inbox", "Inbox", "inbox", "inbox"),
    Item("board", "Board", "square-kanban", "projects"),
    Item("signals", "Signals", "message-square", "signals"),
    Item("themes", "Themes", "shapes", "themes"),
    Item("runs", "Runs", "play", "runs"),
)
