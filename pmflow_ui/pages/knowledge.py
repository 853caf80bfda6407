"""Knowledge: what the team has written down, which every step is told."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.acts import acts
from pmflow_ui.components.button import button, icon_button
from pmflow_ui.components.document import document
from pmflow_ui.components.form import field, state_form
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.keys import keys
from pmflow_ui.components.link import link
from pmflow_ui.components.moment import moment
from pmflow_ui.components.page_keys import page_keys
from pmflow_ui.components.placeholder import empty_state, skeleton_rows
from pmflow_ui.components.shell import shell
from pmflow_ui.state.knowledge import NEW, KnowledgeState
from pmflow_ui.state.knowledge_rows import KINDS, RecordRow, UseRow, VersionRow
from pmflow_ui.state.session import SessionState

CARD = KnowledgeState.card


def _line(row: ObjectVar[RecordRow]) -> rx.Component:
    here = CARD.id == row.id
    return rx.el.li(
        rx.cond(row.head, rx.el.h2(row.head, class_name="kh")),
        rx.el.button(
            rx.el.span(row.title, class_name="med trunc"),
            rx.el.span(row.note, class_name="t3 sm trunc tn"),
            type="button",
            class_name=rx.cond(here, "pl on", "pl"),
            aria_current=rx.cond(here, "true", "false"),
            on_click=KnowledgeState.open(row.id),
        ),
        key=row.id,
        id=f"record-{row.id}",
    )


def _binned(row: ObjectVar[RecordRow]) -> rx.Component:
    return rx.el.li(
        rx.el.span(row.title, class_name="trunc grow t2"),
        button("Restore", "ghost", "sm", on_click=KnowledgeState.restore(row.id)),
        key=row.id,
        class_name="row bin-l",
    )


def _list() -> rx.Component:
    bin_ = rx.el.details(
        rx.el.summary("In the bin (", KnowledgeState.binned.length(), ")"),
        rx.el.ul(rx.foreach(KnowledgeState.binned, _binned)),
        class_name="note-l t3 sm",
    )
    return rx.el.div(
        rx.el.ul(rx.foreach(KnowledgeState.rows, _line)),
        rx.cond(SessionState.can_edit & (KnowledgeState.binned.length() > 0), bin_),
        class_name=rx.cond(CARD.id, "plist has", "plist"),
    )


def _use(use: ObjectVar[UseRow]) -> rx.Component:
    return rx.el.li(
        state_glyph(use.status),
        link(use.run, href=use.href, class_name="link"),
        link(use.project, href=use.project_href, class_name="trunc grow"),
        rx.cond(use.version, rx.el.span(use.version, class_name="t3 sm tn")),
        moment(use.at, class_name="t3 sm"),
        key=use.href,
        class_name="row",
    )


def _used() -> rx.Component:
    nothing = rx.cond(
        CARD.is_told,
        "No run was told it yet; the next one will be.",
        "No run is told it while it is switched off.",
    )
    return rx.el.section(
        rx.el.h3("Used in", class_name="kh"),
        rx.cond(
            KnowledgeState.uses,
            rx.el.ul(rx.foreach(KnowledgeState.uses, _use), class_name="uses"),
            rx.el.p(nothing, class_name="t3 sm"),
        ),
        class_name="used",
        aria_label="Used in",
    )


def _version(version: ObjectVar[VersionRow]) -> rx.Component:
    here = KnowledgeState.shown_version == version.number
    restore = button(
        "Restore",
        "ghost",
        "sm",
        on_click=KnowledgeState.restore_version(version.number),
        aria_label=f"Restore version {version.number}",
    )
    return rx.el.li(
        rx.el.button(
            rx.el.span(f"Version {version.number}", class_name="med tn"),
            rx.el.span(version.author, class_name="t3 sm trunc"),
            moment(version.at, class_name="t3 sm"),
            type="button",
            class_name=rx.cond(here, "vl on", "vl"),
            aria_pressed=here,
            on_click=KnowledgeState.show_version(version.number),
        ),
        rx.cond(SessionState.can_edit & ~version.is_newest, restore),
        key=version.number,
        class_name="row",
    )


def _versions() -> rx.Component:
    return rx.el.section(
        rx.el.ul(rx.foreach(KnowledgeState.versions, _version), class_name="vers"),
        aria_label="Versions",
    )


def _facts() -> rx.Component:
    return rx.el.p(
        CARD.kind_name,
        rx.el.span("·"),
        rx.cond(CARD.is_told, "told to every run", "told to no run"),
        rx.el.span("·"),
        rx.el.span("version ", CARD.version),
        rx.el.span("·"),
        rx.el.span("changed ", moment(CARD.changed_at, ago=True), " by ", CARD.changed_by),
        class_name="row wrap t3 sm tn",
    )


def _reading() -> rx.Component:
    history = button(
        "History",
        "",
        "sm",
        "history",
        "H",
        compact=True,
        on_click=KnowledgeState.toggle_history,
        aria_pressed=KnowledgeState.history,
    )
    edits = rx.fragment(
        button("Edit", "", "sm", "pencil", "E", on_click=KnowledgeState.edit),
        button(
            "Delete", "ghost danger", "sm", "trash-2", compact=True, on_click=KnowledgeState.delete
        ),
    )
    return rx.el.div(
        rx.el.div(
            rx.el.h2(CARD.title, class_name="trunc grow"),
            acts("record", CARD.title, history, rx.cond(SessionState.can_edit, edits)),
            icon_button("x", "Close", on_click=KnowledgeState.open("")),
            class_name="row ph",
        ),
        _facts(),
        rx.cond(KnowledgeState.history, _versions()),
        document(KnowledgeState.blocks),
        rx.cond(KnowledgeState.history, rx.fragment(), _used()),
        class_name="prose ppage",
    )


def _kinds() -> rx.Component:
    return rx.el.div(
        rx.el.label("Kind", html_for="kind"),
        rx.el.select(
            *(rx.el.option(name, value=kind.value) for kind, (name, _) in KINDS.items()),
            id="kind",
            name="kind",
            default_value=CARD.kind,
            class_name="input lg",
        ),
        class_name="field",
    )


def _fields() -> rx.Component:
    told = rx.el.label(
        rx.el.input(type="checkbox", name="is_told", value="on", default_checked=CARD.is_told),
        rx.el.span("Told to every run"),
        class_name="row tick",
    )
    return rx.el.div(
        field("Title", "title", default_value=CARD.title, max_length=120, auto_focus=True),
        _kinds(),
        told,
        class_name="pform",
    )


def _form() -> rx.Component:
    text = rx.el.textarea(
        name="content",
        default_value=CARD.content,
        on_change=KnowledgeState.typed,
        class_name="ed-text",
        aria_label="Text of the record, in Markdown",
        placeholder="One matter, in the words you would use to a new colleague."
        " The first paragraph counts most.",
        spell_check=True,
    )
    shown = rx.el.div(document(KnowledgeState.preview), class_name="prose no-phone")
    bar = rx.el.div(
        rx.el.h2(rx.cond(CARD.id == NEW, "New record", CARD.title), class_name="med trunc grow"),
        button("Cancel", "ghost", "sm", on_click=KnowledgeState.cancel),
        rx.el.button("Save", type="submit", class_name="btn primary sm"),
        class_name="bar",
    )
    fault = rx.cond(
        KnowledgeState.edit_error,
        rx.el.p(icon("x", 12), KnowledgeState.edit_error, class_name="er-text pad-x", role="alert"),
    )
    return state_form(
        bar,
        fault,
        _fields(),
        rx.el.div(text, shown, class_name="ed"),
        on_submit=KnowledgeState.save,
        class_name="pedit",
        key=KnowledgeState.opened,
    )


def _about() -> rx.Component:
    return rx.el.dl(
        *(
            rx.el.div(rx.el.dt(name, class_name="med"), rx.el.dd(text, class_name="t3"))
            for name, text in KINDS.values()
        ),
        class_name="kinds",
    )


def _beside() -> rx.Component:
    missing = empty_state("book-open", "No such record", "It does not exist here, or is binned.")
    choose = rx.el.div(
        empty_state(
            "book-open",
            "Choose a record",
            "Every step of every run is told these records, guardrails first.",
        ),
        class_name="grow no-phone",
    )
    return rx.cond(
        KnowledgeState.editing,
        _form(),
        rx.cond(KnowledgeState.missing, missing, rx.cond(CARD.id, _reading(), choose)),
    )


def _nothing() -> rx.Component:
    write = button("Write a record", "primary", "", "plus", "C", on_click=KnowledgeState.create)
    return rx.el.div(
        empty_state(
            "book-open",
            "Nothing written down yet",
            "What you write here is told to every step that writes a document, and local"
            " documents repeat it where they are about your own decisions.",
            rx.cond(SessionState.can_edit, write),
        ),
        _about(),
        class_name="body",
    )


def knowledge_page() -> rx.Component:
    """Return what the team knows, with the open record beside it."""
    split = rx.el.div(_list(), _beside(), class_name="psplit")
    empty = (KnowledgeState.rows.length() == 0) & (KnowledgeState.binned.length() == 0)
    return shell(
        "knowledge",
        rx.el.h1("Knowledge"),
        rx.cond(
            KnowledgeState.ready,
            rx.cond(empty & ~KnowledgeState.editing, _nothing(), split),
            skeleton_rows(8),
        ),
        keys(),
        page_keys(
            ("j", "k", "Enter", "Escape", "e", "c", "h"),
            KnowledgeState.press,
            url=KnowledgeState.address,
            follow=KnowledgeState.current_row,
        ),
        actions=rx.cond(
            SessionState.can_edit,
            button(
                "New record",
                "primary",
                "sm",
                "plus",
                "C",
                compact=True,
                on_click=KnowledgeState.create,
            ),
        ),
    )
