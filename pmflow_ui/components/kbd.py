"""A key of the keyboard."""

import reflex as rx


def kbd(key: str) -> rx.Component:
    """Return the picture of one key, such as `K` or `Esc`; `⌘` reads `Ctrl` off a Mac.

    `palette.jsx` marks the page of a Mac, because only the browser knows.
    """
    if key == "⌘":
        return rx.el.span(class_name="kbd mod", aria_hidden="true")
    return rx.el.span(key, class_name="kbd", aria_hidden="true")
