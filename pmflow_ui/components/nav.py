"""What the navigation leads to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the navigation; `counts` names the field of NavCounts beside it.

    What is for `admin`s is not shown to others.
    """

    path: str
    label: str
    icon: str
    counts: str = ""
    admin: bool = False


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
    Item("recipes", "Recipes", "workflow"),
)

FOOT = (Item("settings/general", "Settings", "settings"),)
# The pages of the workspace's settings, in the order of their list.
SETTINGS = (
    Item("settings/general", "General", "sliders-horizontal"),
    Item("settings/members", "Members", "users-round"),
    Item("settings/stages", "Stages", "square-kanban"),
    Item("settings/automation", "Automation", "zap"),
    Item("settings/api-keys", "API keys", "key-round", admin=True),
    Item("settings/audit", "Audit log", "scroll-text", admin=True),
    Item("settings/trash", "Trash", "trash-2"),
)
