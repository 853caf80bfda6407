"""What follows from the address alone, and is therefore shown before the server has answered."""

from typing import Any

import reflex as rx

from pmflow_ui.components import Text

_SOURCE = rx.asset("address.jsx", shared=True)
PLAIN = {"data-plain": ""}


class _AddressLink(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "AddressLink"

    param: rx.Var[str]
    fallback: rx.Var[str]
    to: rx.Var[str]


class _AddressScope(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "AddressScope"

    param: rx.Var[str]
    fallback: rx.Var[str]


def address_link(
    *children: Any, href: Text, param: str, fallback: str, **props: Any
) -> rx.Component:
    """Return a link that is current while the address gives `param` the value that `href` does.

    An address without it means `fallback`.
    """
    return _AddressLink.create(*children, to=href, param=param, fallback=fallback, **props)


def address_scope(*children: Any, param: str, fallback: str, **props: Any) -> rx.Component:
    """Return a block whose attribute `data-{param}` is what the address says, for the styles.

    Links in it made by `plain_link` change the page without a reload.
    """
    return _AddressScope.create(*children, param=param, fallback=fallback, **props)


def plain_link(
    *children: Any, href: Text, custom_attrs: dict[str, Any] | None = None, **props: Any
) -> rx.Component:
    """Return a link for a block that has hundreds; it must be inside an `address_scope`."""
    return rx.el.a(*children, href=href, custom_attrs=PLAIN | (custom_attrs or {}), **props)
