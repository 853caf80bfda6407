"""What the navigation leads to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the navigation; `counts` names the field of NavCounts beside it.

    What is for `admin`s is not shown to others; `key` leads there after a G.
    """

    path: str
    label: str
    icon: str
    counts: str = ""
    admin: bool = False
    key: str = ""


MAIN = (
    Item("inbox", "Inbox", "inbox", "inbox", key="i"),
    Item("board", "Board", "square-kanban", "projects", key="b"),
    Item("signals", "Signals", "message-square", "signals", key="s"),
    Item("themes", "Themes", "shapes", "themes", key="t"),
    Item("runs", "Runs", "play", "runs", key="r"),
    Item("insights", "Insights", "chart-column", key="n"),
)
# A phone's bar holds so many of them; the others are behind "More" there.
TABS = 5
# Below the line; on a phone behind "More".
RECORDS = (
    Item("customers", "Customers", "building-2", key="c"),
    Item("personas", "Personas", "users", key="p"),
    Item("knowledge", "Knowledge", "book-open", key="k"),
    Item("recipes", "Recipes", "workflow", key="o"),
)

FOOT = (Item("settings/general", "Settings", "settings", key="e"),)
SEARCH = Item("search", "Search", "search", key="f")
# The pages of the workspace's settings, in the order of their list.
SETTINGS = (
    Item("settings/general", "General", "sliders-horizontal"),
    Item("settings/members", "Members", "users-round"),
    Item("settings/stages", "Stages", "square-kanban"),
    Item("settings/automation", "Automation", "zap"),
    Item("settings/providers", "Providers and budgets", "wallet"),
    Item("settings/webhooks", "Webhooks", "webhook"),
    Item("settings/api-keys", "API keys", "key-round", admin=True),
    Item("settings/audit", "Audit log", "scroll-text", admin=True),
    Item("settings/trash", "Trash", "trash-2"),
)
