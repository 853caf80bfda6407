"""What a page offers to do with the thing in view, so that the palette can offer the same.

The palette presses the page's own controls: what a role or the present state does not allow has no
control, so it is not offered there either.
"""

from typing import Any

import reflex as rx

from pmflow_ui.components import Text


def region(kind: str, name: Text) -> dict[str, Any]:
    """Return the attributes of an element whose controls act on one thing.

    `kind` and `name` say which, such as `card` and `SPO-18`; several regions may be of one thing.
    """
    return {"data-acts": kind, "data-name": name}


def one_of_many(kind: str, name: Text) -> dict[str, Any]:
    """Return the attributes of a card or a row: it is meant when focused, pointed at or marked."""
    return {**region(kind, name), "data-listed": ""}


def acts(kind: str, name: Text, *controls: rx.Component) -> rx.Component:
    """Return controls that act on one thing, as children of whatever they are put into."""
    return rx.el.div(*controls, class_name="acts-on", custom_attrs=region(kind, name))


def act(label: Text) -> dict[str, Any]:
    """Return the attribute with the palette's words for a control whose own say too little."""
    return {"data-act": label}
