"""The frame of the workspace's settings: a list of pages at the side, one of them open."""

import reflex as rx

from pmflow_ui.components.icon import icon
from pmflow_ui.components.link import link
from pmflow_ui.components.nav import SETTINGS, Item
from pmflow_ui.components.shell import shell, workspace_path
from pmflow_ui.state.session import SessionState


def settings_page(
    here: str, title: str, *content: rx.Component, actions: rx.Component | None = None
) -> rx.Component:
    """Return a page of the settings; `here` is its path in `nav.SETTINGS`."""
    items = (_item(item, here) for item in SETTINGS)
    heading = rx.fragment(
        rx.el.span("Settings", rx.el.span("/", class_name="sep"), class_name="crumb no-phone"),
        rx.el.h1(title),
    )
    return shell(
        "settings",
        heading,
        rx.el.div(
            rx.el.nav(*items, class_name="set-nav nav", aria_label="Settings"),
            rx.el.div(*content, class_name="set-b"),
            class_name="set",
        ),
        actions=actions,
    )


def _item(item: Item, here: str) -> rx.Component:
    shown = link(
        icon(item.icon),
        item.label,
        href=workspace_path(item.path),
        custom_attrs={"aria-current": "page"} if item.path == here else {},
    )
    return rx.cond(SessionState.can_admin, shown) if item.admin else shown
