"""Links inside the dashboard, which change the page without a reload, and links out of it."""

from typing import Any

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from pmflow_ui.components import Text


class _PlacedLink(ReactRouterLink):
    tag = "NavLink"
    alias = "PlacedLink"

    end: rx.Var[bool]


def link(*children: Any, href: Text, **props: Any) -> rx.Component:
    """Return a link to another page of the dashboard, unstyled."""
    return ReactRouterLink.create(*children, to=href, **props)


def placed_link(*children: Any, href: Text, **props: Any) -> rx.Component:
    """Return a link that is `aria-current=page` on the very page that it leads to."""
    return _PlacedLink.create(*children, to=href, end=True, **props)


def loading_link(*children: Any, href: Text, **props: Any) -> rx.Component:
    """Return a link that the browser follows itself, to an address that is no page."""
    return ReactRouterLink.create(*children, to=href, reload_document=True, **props)


def outward_link(*children: Any, href: Text, **props: Any) -> rx.Component:
    """Return a link to another site, which learns nothing and opens beside this one."""
    props.setdefault("class_name", "link")
    return rx.el.a(
        *children, href=href, target="_blank", rel="noopener noreferrer nofollow", **props
    )
