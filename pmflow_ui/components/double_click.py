"""A double click on a button counts as one."""

import reflex as rx

_SOURCE = rx.asset("double_click.jsx", shared=True)


class _DoubleClick(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "DoubleClick"


def double_click() -> rx.Component:
    """Return what drops the second click on a button with words; place it once on a page.

    Buttons of icons alone, such as those that page on, take every click.
    """
    return _DoubleClick.create()
