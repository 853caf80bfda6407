"""Settings, trash: what was deleted, by whom, and until when it can come back."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button, icon_button
from pmflow_ui.components.keys import keys
from pmflow_ui.components.link import link
from pmflow_ui.components.moment import moment
from pmflow_ui.components.overlay import confirm
from pmflow_ui.components.placeholder import empty_state, skeleton_rows
from pmflow_ui.components.settings import settings_page
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.trash import KindTab, TrashRow, TrashState


def _tab(tab: ObjectVar[KindTab]) -> rx.Component:
    return link(
        tab.label,
        rx.cond(tab.count, rx.el.span(tab.count, class_name="n")),
        href=tab.href,
        key=tab.kind,
        custom_attrs={"aria-current": rx.cond(tab.here, "page", "false")},
    )


def _row(row: ObjectVar[TrashRow]) -> rx.Component:
    erased = rx.cond(
        row.gone_at, rx.fragment(", erased ", moment(row.gone_at, exact=True)), rx.fragment()
    )
    back = button(
        "Restore",
        "",
        "sm",
        "undo-2",
        on_click=TrashState.restore(row.id),
        aria_label=f"Restore {row.name}",
    )
    gone = icon_button(
        "trash-2", f"Erase {row.name} for good", "ghost danger", on_click=TrashState.ask(row.id)
    )
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.name, class_name="trunc"),
            rx.el.span(
                "deleted ",
                moment(row.deleted_at, ago=True),
                f" by {row.by}",
                erased,
                class_name="t3 sm",
            ),
            class_name="set-n",
        ),
        rx.el.div(
            rx.cond(SessionState.can_edit, back),
            rx.cond(SessionState.can_admin & TrashState.erasable, gone),
            class_name="row set-e",
        ),
        key=row.id,
        class_name="set-l gone",
    )


def _listed() -> rx.Component:
    nothing = empty_state(
        "trash-2",
        "Nothing here",
        "What is deleted lies here for 30 days and can be restored.",
    )
    more = rx.cond(
        TrashState.more,
        rx.el.div(
            button("Show earlier", "", "sm", on_click=TrashState.show_more), class_name="panel-b"
        ),
    )
    note = rx.el.p(
        rx.cond(
            TrashState.erasable,
            "Erased 30 days after it was deleted. A signal that a document cites stays.",
            "Projects stay: their decisions and versions go with the workspace only.",
        ),
        class_name="t3 sm panel-b",
    )
    rows = rx.el.ul(rx.foreach(TrashState.rows, _row), class_name="set-ls")
    return rx.el.section(
        rx.cond(TrashState.rows, rx.fragment(note, rows, more), nothing),
        class_name="panel",
        aria_label="Trash",
    )


def trash_page() -> rx.Component:
    """Return the page of the trash."""
    question = confirm(
        "Erase it for good?",
        f"{TrashState.asked_name}: this cannot be undone.",
        button("Erase", "danger", on_click=TrashState.erase),
        TrashState.asked != "",
        TrashState.keep,
    )
    kinds = rx.el.nav(rx.foreach(TrashState.tabs, _tab), class_name="tabs", aria_label="Kinds")
    return settings_page(
        "settings/trash",
        "Trash",
        rx.cond(TrashState.ready, rx.fragment(kinds, _listed(), question), skeleton_rows(10)),
        keys(),
    )
