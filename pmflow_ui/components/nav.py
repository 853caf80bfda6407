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
    Item("board", "Board", "square-kanban"),
    Item("signals", "Signals", "message-square", "signals"),
    Item("themes", "Themes", "shapes", "themes"),
    Item("runs", "Runs", "play", "runs"),
    Item("insights", "Insights", "chart-no-axes-column"),
)
AUTOMATION = (
    Item("recipes", "Recipes", "scroll-text"),
    Item("personas", "Personas", "user-round"),
    Item("knowledge", "Knowledge", "book"),
)
PHONE = (MAIN[0], MAIN[1], MAIN[2], MAIN[4])
