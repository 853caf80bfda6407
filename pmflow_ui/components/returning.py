"""The way on for who comes to the sign-in page and is signed in already."""

import reflex as rx

from pmflow_ui.components import Text

_SOURCE = rx.asset("returning.jsx", shared=True)


class _Returning(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "Returning"

    to: rx.Var[str]


def returning(to: Text) -> rx.Component:
    """Return what loads the page `to`, once it is known, if the browser is signed in."""
    return _Returning.create(to=to)
