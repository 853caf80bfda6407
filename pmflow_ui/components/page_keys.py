"""The keys of a page and its address, kept in step with its state."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from pmflow_ui.components import Text

_SOURCE = rx.asset("page_keys.jsx", shared=True)


def _pressed(key: rx.Var[str]) -> list[rx.Var[str]]:
    return [key]


class _PageKeys(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "PageKeys"

    keys: rx.Var[list[str]]
    focus: rx.Var[str]
    url: rx.Var[str]
    follow: rx.Var[str]
    on_press: rx.EventHandler[_pressed]


def page_keys(
    keys: Sequence[str],
    on_press: Any,
    *,
    focus: str = "",
    url: Text = "",
    follow: Text = "",
) -> rx.Component:
    """Return the listener for a page's keys, silent while somebody types or a dialog is open.

    `/` puts the cursor into the element `focus`; the address becomes `url` without a navigation;
    the element with the id `follow` is kept in view.
    """
    return _PageKeys.create(keys=list(keys), on_press=on_press, focus=focus, url=url, follow=follow)
