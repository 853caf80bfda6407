"""A key of the keyboard."""

import reflex as rx


def kbd(key: str) -> rx.Component:
    """Return the picture of one key, such as `K`, `⌘` or `Esc`."""
    return rx.el.span(key, class_name="kbd", aria_hidden="true")
