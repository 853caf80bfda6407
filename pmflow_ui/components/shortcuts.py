"""Every key of the dashboard, in one list: it feeds the palette and the sheet of keys.

A page's keys are pressed by `keys.jsx` and `page_keys.jsx`; the palette does a command by pressing
its key. What is done to the thing in view the palette takes from the page's controls (`acts.py`),
so those keys have no icon here. A test holds the pages to this list.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pmflow_ui.components.nav import FOOT, MAIN, RECORDS, SEARCH, SETTINGS, Item

GO: tuple[Item, ...] = (*MAIN, *RECORDS, SEARCH, *FOOT)
# What the palette leads to besides: the pages of the settings but the one that `FOOT` opens.
PLACES: tuple[Item, ...] = tuple(item for item in SETTINGS if item.path != FOOT[0].path)
EVERYWHERE = (
    ("⌘ K", "Commands and search"),
    ("?", "All keys"),
    ("G …", "Go to a page"),
    ("Esc", "Back, or close"),
)


@dataclass(frozen=True, slots=True)
class Command:
    """What a key does on a page; one with an icon is a command of the palette too.

    `writes` is not offered to viewers.
    """

    key: str
    label: str
    icon: str = ""
    writes: bool = False

    @property
    def cap(self) -> str:
        """Return the key as it is drawn."""
        return {"Enter": "↵", "Escape": "Esc"}.get(self.key, self.key.upper())


_WALK = (Command("j", "Next"), Command("k", "Previous"))
_LIST = (*_WALK, Command("Enter", "Open"), Command("Escape", "Back"))
_DECIDE = (
    Command("1", "Accept", writes=True),
    Command("3", "Dismiss, or keep as it is", writes=True),
)

PAGES: Mapping[str, tuple[Command, ...]] = {
    "inbox": (
        *_LIST,
        Command("x", "Select", writes=True),
        Command("1", "Accept", writes=True),
        Command("2", "Accept, changed", writes=True),
        Command("3", "Dismiss", writes=True),
        Command("h", "Snooze"),
    ),
    "board": (
        *_WALK,
        Command("m", "Move the focused card", writes=True),
        Command("c", "New project", "plus", writes=True),
        Command("i", "Import a file, in a new workspace", writes=True),
        Command("v", "Paste signals, in a new workspace", writes=True),
        Command("s", "Load the sample, in a new workspace", writes=True),
    ),
    "project": (
        *_WALK,
        Command("r", "Run this stage", writes=True),
        Command("m", "Move to another stage", writes=True),
        Command("a", "Approve", writes=True),
        Command("e", "Go to what is to be fixed"),
    ),
    "signals": (
        *_LIST,
        Command("x", "Select", writes=True),
        Command("/", "Filter", "list-filter"),
        Command("c", "Paste signals", "clipboard", writes=True),
        Command("v", "Paste signals", writes=True),
        Command("i", "Import a file", "file-up", writes=True),
        Command("s", "Load the sample, in an empty workspace", writes=True),
    ),
    "document": (
        Command("r", "Read", "file-text"),
        Command("e", "Edit", "pencil", writes=True),
        Command("d", "Compare versions", "git-compare"),
    ),
    "themes": (
        *_WALK,
        *_DECIDE,
        Command("c", "Create a project of the open theme", writes=True),
        Command("e", "Rename the open theme", writes=True),
    ),
    "runs": (
        *_WALK,
        Command("/", "Find in the log", "search"),
        Command("1", "Approve", writes=True),
    ),
    "customers": (
        *_LIST,
        Command("/", "Filter", "list-filter"),
        Command("e", "Edit the open customer", writes=True),
        Command("i", "Import customers", "file-up", writes=True),
    ),
    "personas": (
        *_LIST,
        Command("c", "New persona", "plus", writes=True),
        Command("e", "Edit the open persona", writes=True),
    ),
    "knowledge": (
        *_LIST,
        Command("c", "New record", "plus", writes=True),
        Command("e", "Edit the open record", writes=True),
        Command("h", "History of the open record"),
    ),
    "search": (
        *_WALK,
        Command("/", "To the search box"),
        Command("v", "Results or evidence", "quote"),
    ),
}


def commands(here: str) -> tuple[Command, ...]:
    """Return what the palette offers on a page."""
    return tuple(each for each in PAGES.get(here, ()) if each.icon)
