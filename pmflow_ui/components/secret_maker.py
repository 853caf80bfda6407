"""Making a secret and showing it once, past the page's state, which lives on the server."""

import reflex as rx

from pmflow_ui.components import Flag, Text

_SOURCE = rx.asset("secret_maker.jsx", shared=True)


class _SecretMaker(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "SecretMaker"

    url: rx.Var[str]
    label: rx.Var[str]
    warning: rx.Var[str]
    auto_start: rx.Var[bool]


def secret_maker(
    url: Text, label: Text, warning: Text, *, first: Flag = False, key: Text = ""
) -> rx.Component:
    """Return the button that has the route at `url` make a secret, and what it made.

    The `first` one replaces what nobody has seen, so it asks nothing and counts at once.
    """
    return _SecretMaker.create(url=url, label=label, warning=warning, auto_start=first, key=key)
