"""Dialogs that bring signals in, and how far each import is."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.form import state_form
from pmflow_ui.components.icon import icon
from pmflow_ui.components.link import link
from pmflow_ui.components.meter import progress
from pmflow_ui.components.moment import moment
from pmflow_ui.components.overlay import dialog
from pmflow_ui.components.shell import workspace_path
from pmflow_ui.components.tabs import segments
from pmflow_ui.components.upload import file_upload
from pmflow_ui.state.imports import ImportRow, ImportsState, Refusal
from pmflow_ui.state.session import SessionState


def import_row(row: ObjectVar[ImportRow]) -> rx.Component:
    """Return one import: its name, what it came to, and the lines it refused with the reasons."""
    return rx.el.li(
        rx.el.div(
            icon("file-text", 14, "t3"),
            rx.el.span(row.name, class_name="med trunc"),
            rx.el.span(moment(row.at), class_name="t3 sm right"),
            class_name="row",
        ),
        rx.cond(row.running, progress(row.percent, "Signals read", running=True)),
        rx.el.p(
            row.words,
            rx.cond(row.running, rx.el.span("You can leave this page", class_name="t3 right")),
            rx.cond(
                row.themed,
                link(
                    "Look at the themes",
                    href=workspace_path("themes"),
                    class_name="link right",
                    on_click=ImportsState.show_import(False),
                ),
            ),
            class_name="row wrap sm t2 tn",
            role="status",
        ),
        rx.cond(row.error, rx.el.p(icon("x", 12), row.error, class_name="er-text")),
        rx.cond(row.rejected_words, _rejected(row)),
        key=row.id,
        class_name="imp",
    )


def _rejected(row: ObjectVar[ImportRow]) -> rx.Component:
    def line(refusal: ObjectVar[Refusal]) -> rx.Component:
        return rx.el.li(
            rx.el.span("Line ", refusal.line, class_name="t3 tn"), rx.el.span(refusal.reason)
        )

    return rx.el.details(
        rx.el.summary(row.rejected_words, class_name="link sm"),
        rx.el.ul(
            rx.foreach(row.rejected, line),
            rx.cond(row.more_rejected, rx.el.li(row.more_rejected, class_name="t3")),
            class_name="imp-rej",
            tab_index=0,
        ),
    )


def running_imports() -> rx.Component:
    """Return the imports that are still being read, nothing when there are none."""
    return rx.cond(
        ImportsState.running,
        rx.el.ul(rx.foreach(ImportsState.running, import_row), class_name="imps"),
    )


def _import_dialog() -> rx.Component:
    return dialog(
        "Import a file",
        file_upload(
            f"/api/workspaces/{SessionState.workspace_slug}/signals/upload",
            ImportsState.imported,
            ImportsState.shown_in,
        ),
        rx.cond(
            ImportsState.rows,
            rx.el.section(
                rx.el.h3("Imports", class_name="sect-h"),
                rx.el.ul(rx.foreach(ImportsState.rows, import_row), class_name="imps"),
            ),
        ),
        open=ImportsState.importing,
        on_open_change=ImportsState.show_import,
    )


def _pasted() -> rx.Component:
    return rx.el.div(
        rx.el.label("What people said, word for word", html_for="pasted"),
        rx.el.textarea(
            id="pasted",
            name="text",
            rows=8,
            auto_focus=True,
            required=True,
            class_name=f"input {rx.cond(ImportsState.paste_error, 'er', '')}",
            aria_describedby="pasted-note",
        ),
        rx.cond(
            ImportsState.paste_error,
            rx.el.p(
                icon("x", 12),
                ImportsState.paste_error,
                id="pasted-note",
                class_name="er-text",
                role="alert",
            ),
        ),
        class_name="field",
    )


def _paste_dialog() -> rx.Component:
    return dialog(
        "Add signals",
        state_form(
            _pasted(),
            rx.el.div(
                rx.el.span("Make", class_name="sm t2"),
                segments(
                    "How the text becomes signals",
                    ImportsState.paste_as,
                    (
                        ("lines", "one per line"),
                        ("paragraphs", "one per paragraph"),
                        ("one", "a single one"),
                    ),
                    ImportsState.split,
                ),
                class_name="row wrap",
            ),
            rx.el.div(
                rx.dialog.close(rx.el.button("Cancel", type="button", class_name="btn")),
                rx.el.button("Add", type="submit", class_name="btn primary"),
                class_name="row dlg-end",
            ),
            on_submit=ImportsState.paste,
            class_name="col paste",
        ),
        open=ImportsState.pasting,
        on_open_change=ImportsState.show_paste,
    )


def import_dialogs() -> rx.Component:
    """Return the dialogs for files and pasted text; place them once on a page."""
    return rx.cond(SessionState.can_edit, rx.fragment(_import_dialog(), _paste_dialog()))
