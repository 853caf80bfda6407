"""The editor: the text beside how it will read, and a save that loses nobody's words."""

import reflex as rx

from pmflow_ui.components.button import button, link_button
from pmflow_ui.components.document import document
from pmflow_ui.components.form import state_form
from pmflow_ui.components.icon import icon
from pmflow_ui.components.link import link
from pmflow_ui.components.moment import moment
from pmflow_ui.state.document import DocumentState


def _newer() -> rx.Component:
    """Return what to do when somebody wrote a version meanwhile; the draft stays as it is."""
    compare = f"{DocumentState.head.href}?diff={DocumentState.base_version}"
    return rx.cond(
        DocumentState.newer,
        rx.el.div(
            icon("git-compare", 14),
            rx.el.span(
                rx.el.b(f"Version {DocumentState.newer} was written meanwhile. "),
                "Your text is kept here. Compare, take over what you need, then save on top of it.",
                class_name="grow",
            ),
            link("Compare", href=compare, target="_blank", class_name="btn sm"),
            button("I compared, save on top", "", "sm", on_click=DocumentState.save_over),
            class_name="drops",
            role="alert",
        ),
        rx.cond(
            DocumentState.edit_error,
            rx.el.div(
                icon("circle-alert", 14),
                rx.el.span(DocumentState.edit_error, class_name="grow"),
                class_name="drops",
                role="alert",
            ),
        ),
    )


def _bar() -> rx.Component:
    return rx.el.div(
        rx.el.span(f"Editing version {DocumentState.base_version}", class_name="med"),
        rx.el.span(DocumentState.words, " words", class_name="t3 sm tn no-phone"),
        rx.cond(
            DocumentState.kept_at,
            rx.el.span(
                "Draft kept ",
                moment(DocumentState.kept_at, ago=True),
                class_name="t3 sm nowrap",
                role="status",
            ),
        ),
        rx.el.span(
            "Cite a signal as [S-12]; mark a judgement as [assumption: owner].",
            class_name="t3 sm no-phone trunc",
        ),
        rx.el.span(class_name="right"),
        rx.cond(
            DocumentState.kept_at,
            button("Discard draft", "ghost", "sm", on_click=DocumentState.discard),
        ),
        link_button("Close", DocumentState.head.href, "ghost", "sm"),
        rx.el.button("Save version", type="submit", class_name="btn primary sm"),
        class_name="bar",
    )


def edit_view() -> rx.Component:
    """Return the editor of the newest version."""
    text = rx.el.textarea(
        name="content",
        default_value=DocumentState.text,
        on_change=DocumentState.typed,
        class_name="ed-text",
        aria_label="Text of the document, in Markdown",
        spell_check=True,
        auto_focus=True,
        key=DocumentState.opened,
    )
    shown = rx.el.div(document(DocumentState.preview), class_name="prose no-phone")
    return state_form(
        _bar(),
        _newer(),
        rx.el.div(text, shown, class_name="ed"),
        on_submit=DocumentState.save,
        class_name="doc-edit",
    )
