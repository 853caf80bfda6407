"""Keys of a page: each presses the control that carries it as `data-key`."""

import reflex as rx

_SOURCE = rx.asset("keys.jsx", shared=True)


class _Keys(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "Keys"


def keys() -> rx.Component:
    """Return what listens for the page's keys; place it once on a page.

    A control opts in with `custom_attrs=key("m")`; of the controls inside items (`ITEM`) only the
    focused item's is pressed. J and K walk the items.
    """
    return _Keys.create()


def key(letter: str) -> dict[str, str]:
    """Return the attribute that lets a key press a control."""
    return {"data-key": letter}


ITEM = {"data-item": ""}
