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
# Below the line; on a phone behind "More".
RECORDS = (
    Item("customers", "Customers", "building-2"),
    Item("personas", "Personas", "users"),
)

FOOT = (Item("settings/automation", "Settings", "settings"),)
# The pages of the workspace's settings, in the order of their list.
SETTINGS = (
    Item("settings/automation", "Automation", "zap"),
    Item("settings/webhooks", "Webhooks", "webhook"),
)
