"""What lies over the page: dialogs, menus, hover cards, tooltips; Radix gives the behaviour."""

from typing import Any, Literal

import reflex as rx

from pmflow_ui.components import Flag, Text
from pmflow_ui.components.button import icon_button


def dialog(
    title: Text,
    *body: rx.Component,
    footer: rx.Component | None = None,
    trigger: rx.Component | None = None,
    description: Text = "",
    **props: Any,
) -> rx.Component:
    """Return a dialog that traps focus and closes by Esc.

    Give a `trigger`, or hold `open` and `on_open_change` in the state. A form as the body keeps
    its own buttons; otherwise `footer` holds them.
    """
    return rx.dialog.root(
        rx.dialog.trigger(trigger) if trigger is not None else rx.fragment(),
        rx.dialog.content(
            rx.el.div(
                rx.dialog.title(title, class_name="grow"),
                rx.dialog.close(icon_button("x", "Close")),
                class_name="dlg-h",
            ),
            rx.el.div(
                # Radix warns without a description, so an empty one is hidden, not left out.
                rx.dialog.description(
                    description,
                    class_name="sr" if isinstance(description, str) and not description else "",
                ),
                *body,
                class_name="dlg-b",
            ),
            rx.el.div(footer, class_name="dlg-f") if footer is not None else rx.fragment(),
            class_name="dlg",
        ),
        **props,
    )


def drawer(
    title: rx.Component,
    *body: rx.Component,
    on_close: Any,
    footer: rx.Component | None = None,
    actions: rx.Component | None = None,
) -> rx.Component:
    """Return the side panel that pushes its list aside, and is a sheet on a phone.

    Render it inside `rx.cond(State.opened, …)`, as the last child of `.split`.
    """
    return rx.el.aside(
        rx.el.div(
            title,
            rx.el.span(class_name="grow"),
            actions if actions is not None else rx.fragment(),
            icon_button("x", "Close", on_click=on_close),
            class_name="drawer-h",
        ),
        rx.el.div(*body, class_name="drawer-b"),
        rx.el.div(footer, class_name="drawer-f") if footer is not None else rx.fragment(),
        class_name="drawer",
        aria_label="Details",
    )


def menu(
    trigger: rx.Component, *items: rx.Component, align: Literal["start", "end"] = "start"
) -> rx.Component:
    """Return a menu behind a trigger; build the items with `menu_item` and `menu_line`."""
    return rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(trigger),
        rx.dropdown_menu.content(*items, align=align, variant="soft"),
    )


def menu_item(
    label: Text, *, lead: rx.Component | None = None, key: str = "", **props: Any
) -> rx.Component:
    """Return one line of a menu; `on_select` does it, `key` shows the key that does the same."""
    shortcut = {"shortcut": key} if key else {}
    return rx.dropdown_menu.item(
        lead if lead is not None else rx.fragment(), label, **shortcut, **props
    )


def menu_line() -> rx.Component:
    """Return the line between groups of a menu."""
    return rx.dropdown_menu.separator()


def hover_card(trigger: rx.Component, *body: rx.Component) -> rx.Component:
    """Return a card that opens over its trigger after 150 ms, by focus too."""
    return rx.hover_card.root(
        rx.hover_card.trigger(trigger),
        rx.hover_card.content(*body, class_name="hc", side="top"),
        open_delay=150,
        close_delay=80,
    )


def tooltip(trigger: rx.Component, text: Text) -> rx.Component:
    """Return the trigger with a line of explanation on hover and focus."""
    return rx.tooltip(trigger, content=text, delay_duration=300)


def confirm(
    title: Text, text: Text, action: rx.Component, is_open: Flag, on_change: Any
) -> rx.Component:
    """Return the question before something heavy; undo is better where it is possible."""
    return dialog(
        title,
        footer=rx.fragment(
            rx.dialog.close(rx.el.button("Keep", class_name="btn", type="button")),
            action,
        ),
        description=text,
        open=is_open,
        on_open_change=on_change,
    )
