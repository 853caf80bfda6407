"""The views of the list of signals: prepared ones, saved ones, and the dialog that names one."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button, icon_button
from pmflow_ui.components.form import field, state_form
from pmflow_ui.components.icon import icon
from pmflow_ui.components.overlay import dialog, menu, menu_item, menu_line
from pmflow_ui.components.page_keys import page_keys
from pmflow_ui.state.saved_views import NEW, SavedViewsState, ViewTab
from pmflow_ui.state.signals import SignalsState, ViewName

PREPARED: tuple[tuple[ViewName, str], ...] = (
    ("recent", "Recent"),
    ("critical", "Critical this week"),
    ("new", "New"),
    ("unthemed", "In no theme"),
)
CHANGED = "changed since it was saved"


def _is_open(tab: ObjectVar[ViewTab]) -> rx.Var[bool]:
    return SignalsState.view_id == tab.id


def _is_changed(tab: ObjectVar[ViewTab]) -> rx.Var[bool]:
    return _is_open(tab) & (SignalsState.kept != tab.kept)


def _changed_mark(tab: ObjectVar[ViewTab]) -> rx.Component:
    return rx.cond(
        _is_changed(tab),
        rx.el.span(rx.el.span(CHANGED, class_name="sr"), class_name="dot", title=CHANGED),
    )


def _tab(tab: ObjectVar[ViewTab]) -> rx.Component:
    return rx.el.button(
        rx.el.span(tab.name, class_name="trunc"),
        _changed_mark(tab),
        key=tab.id,
        id=f"view-{tab.id}",
        type="button",
        class_name="btn ghost sm saved",
        title=rx.Var.create(f"{tab.name}, {tab.note}"),
        on_click=SignalsState.show_view(tab.id),
        aria_pressed=_is_open(tab),
    )


def _prepared_tab(name: ViewName, label: str) -> rx.Component:
    return rx.el.button(
        label,
        type="button",
        class_name="btn ghost sm",
        on_click=SignalsState.view(name),
        aria_pressed=SignalsState.view_name == name,
    )


def view_tabs() -> rx.Component:
    """Return the views as a row, the prepared before the saved, and what is done with the open."""
    drawn = SignalsState.view_id.bool() & (SavedViewsState.tabs.length() > 0)
    return rx.el.div(
        # Many views do not fit; the open one is kept in sight.
        page_keys(
            (), SignalsState.press, follow=rx.cond(drawn, f"view-{SignalsState.view_id}", "")
        ),
        rx.el.div(
            *(_prepared_tab(*view) for view in PREPARED),
            rx.foreach(SavedViewsState.tabs, _tab),
            class_name="seg",
            role="group",
            aria_label="Views",
        ),
        rx.cond(
            SavedViewsState.tabs,
            menu(
                icon_button("chevrons-up-down", "All views"),
                *_menu_lines(),
            ),
        ),
        class_name="no-phone views",
    )


def view_menu() -> rx.Component:
    """Return the views behind one button that names the open one, as a phone shows them."""
    name = rx.match(SignalsState.view_name, *PREPARED, "Filtered")

    def opened(tab: ObjectVar[ViewTab]) -> rx.Component:
        return rx.cond(
            _is_open(tab), rx.fragment(rx.el.span(tab.name, class_name="trunc"), _changed_mark(tab))
        )

    shown = rx.cond(
        SignalsState.view_id,
        rx.foreach(SavedViewsState.tabs, opened),
        rx.el.span(name),
    )
    trigger = rx.el.button(
        icon("layers", 14),
        rx.el.span("View: ", class_name="sr"),
        shown,
        icon("chevron-down", 12),
        type="button",
        class_name="btn sm only-phone views-b",
    )
    return menu(trigger, *_menu_lines())


def _menu_lines() -> list[rx.Component]:
    return [
        *(
            menu_item(
                label,
                lead=_tick(SignalsState.view_name == name),
                on_select=SignalsState.view(name),
            )
            for name, label in PREPARED
        ),
        rx.cond(SavedViewsState.tabs, menu_line()),
        rx.foreach(SavedViewsState.tabs, _line),
        rx.foreach(SavedViewsState.tabs, _verbs),
    ]


def _tick(on: rx.Var[bool]) -> rx.Component:
    return rx.el.span(rx.cond(on, icon("check", 14)), class_name="tick")


def _line(tab: ObjectVar[ViewTab]) -> rx.Component:
    kind = rx.cond(tab.is_shared, icon("users", 14), icon("user", 14))
    return rx.dropdown_menu.item(
        _tick(_is_open(tab)),
        rx.el.span(tab.name, class_name="trunc"),
        _changed_mark(tab),
        rx.el.span(kind, rx.el.span(", ", tab.note, class_name="sr"), class_name="right"),
        title=rx.Var.create(f"{tab.name}, {tab.note}"),
        on_select=SignalsState.show_view(tab.id),
        class_name="view-l",
    )


def _verbs(tab: ObjectVar[ViewTab]) -> rx.Component:
    """Return what may be done with the open view, nothing for the others."""
    changed = rx.fragment(
        menu_item(
            "Undo my changes",
            lead=icon("undo-2", 14),
            on_select=SignalsState.show_view(tab.id),
        ),
        rx.cond(
            tab.may_change,
            menu_item(
                "Update to what I see",
                lead=icon("save", 14),
                on_select=SavedViewsState.replace(tab.id, SignalsState.kept),
            ),
        ),
    )
    owned = rx.fragment(
        menu_item(
            "Rename or share…",
            lead=icon("pencil", 14),
            on_select=SavedViewsState.begin(tab.id),
        ),
        menu_item(
            "Delete the view",
            lead=icon("trash-2", 14),
            on_select=SavedViewsState.delete(tab.id),
        ),
    )
    lines = rx.fragment(
        menu_line(),
        rx.cond(_is_changed(tab), changed),
        rx.cond(tab.may_change, owned),
    )
    return rx.cond(_is_open(tab) & (_is_changed(tab) | tab.may_change), lines)


def save_button() -> rx.Component:
    """Return the button that saves what is shown, while it is none of the views."""

    def changed(tab: ObjectVar[ViewTab]) -> rx.Component:
        return rx.cond(
            _is_changed(tab),
            rx.fragment(
                rx.cond(
                    tab.may_change,
                    button(
                        "Update view",
                        "ghost",
                        "sm",
                        "save",
                        title=rx.Var.create(f"Let {tab.name} show this"),
                        on_click=SavedViewsState.replace(tab.id, SignalsState.kept),
                    ),
                ),
                _save("Save as new view"),
            ),
        )

    return rx.cond(
        SignalsState.view_id,
        rx.foreach(SavedViewsState.tabs, changed),
        rx.cond(SignalsState.kept.bool() & ~SignalsState.view_name.bool(), _save("Save view")),
    )


def _save(label: str) -> rx.Component:
    return button(label, "ghost", "sm", "bookmark-plus", on_click=SavedViewsState.begin(NEW))


def _sharing() -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", name="is_shared", default_checked=SavedViewsState.is_shared),
        rx.el.span("Share it with everybody in the workspace"),
        class_name="row ck",
    )


def view_dialog() -> rx.Component:
    """Return the dialog in which a view is named, and shared by whom that is open to."""
    form = state_form(
        field(
            "Name",
            "name",
            id="view-name",
            error=SavedViewsState.fault,
            default_value=SavedViewsState.name,
            max_length=60,
            required=True,
            auto_focus=True,
            auto_complete="off",
            placeholder="Such as: Churn risk, enterprise",
        ),
        rx.cond(SavedViewsState.may_share, _sharing()),
        rx.el.div(
            rx.el.button("Save", type="submit", class_name="btn primary"),
            class_name="row end",
        ),
        on_submit=SavedViewsState.save,
        class_name="col gap",
        key=SavedViewsState.naming,
    )
    return dialog(
        rx.cond(SavedViewsState.naming == NEW, "Save this view", "Rename or share the view"),
        form,
        description="It keeps the filters, the words and the order, not the signals: what comes"
        " later and fits is in it too.",
        open=SavedViewsState.naming != "",
        on_open_change=SavedViewsState.set_naming,
    )
