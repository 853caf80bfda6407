"""Comments in threads, with the field for the next one."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components import Text
from pmflow_ui.components.button import button, icon_button
from pmflow_ui.components.form import state_form
from pmflow_ui.components.icon import icon
from pmflow_ui.components.mention_field import mention_field
from pmflow_ui.components.moment import moment
from pmflow_ui.components.overlay import menu, menu_item
from pmflow_ui.components.person import person_mark
from pmflow_ui.state.comments import CommentsState, Line, Piece, Thread
from pmflow_ui.state.session import SessionState


def _piece(piece: ObjectVar[Piece]) -> rx.Component:
    return rx.cond(piece.named, rx.el.b(piece.text), rx.el.span(piece.text))


def _fault() -> rx.Component:
    return rx.cond(
        CommentsState.error,
        rx.el.p(icon("x", 12), CommentsState.error, class_name="er-text", role="alert"),
    )


def _field(label: str, submit: str, text: Text, on_submit: Any, on_cancel: Any) -> rx.Component:
    return state_form(
        mention_field(label, CommentsState.others, text=text, auto_focus=True),
        _fault(),
        rx.el.div(
            rx.el.button("Cancel", type="button", class_name="btn ghost sm", on_click=on_cancel),
            rx.el.button(submit, type="submit", class_name="btn primary sm"),
            class_name="row end",
        ),
        on_submit=on_submit,
        class_name="cm-f",
    )


def _line(line: ObjectVar[Line]) -> rx.Component:
    words = rx.cond(
        line.deleted,
        rx.el.p("Deleted", class_name="sm t3"),
        rx.el.p(
            rx.foreach(line.pieces, _piece),
            rx.cond(line.edited, rx.el.span(" (edited)", class_name="t3 xs")),
            class_name="sm cm-t",
        ),
    )
    edit = icon_button("pencil", "Correct", on_click=CommentsState.correct(line.id))
    delete = icon_button("trash-2", "Delete", on_click=CommentsState.delete(line.id))
    correcting = _field(
        "Correct the comment",
        "Save",
        line.text,
        CommentsState.say_correction,
        CommentsState.correct(""),
    )
    return rx.el.div(
        rx.el.div(
            person_mark(line.author),
            rx.el.span(line.author.name, class_name="med trunc"),
            rx.cond(
                ~line.deleted,
                rx.el.span(
                    rx.cond(line.mine, edit),
                    rx.cond(line.can_delete, delete),
                    class_name="row cm-do",
                ),
            ),
            moment(line.at, class_name="t3 xs right nowrap"),
            class_name="row sm cm-h",
        ),
        rx.cond((CommentsState.editing == line.id) & ~line.deleted, correcting, words),
        class_name="cm-l",
        key=line.id,
    )


def _thread(thread: ObjectVar[Thread]) -> rx.Component:
    answer = _field("Answer", "Answer", "", CommentsState.say_answer, CommentsState.answer(""))
    verbs = rx.el.div(
        button("Answer", "ghost", "sm", on_click=CommentsState.answer(thread.id)),
        rx.cond(
            thread.resolved,
            button("Open again", "ghost", "sm", on_click=CommentsState.resolve(thread.id, False)),
            button("Close", "ghost", "sm", on_click=CommentsState.resolve(thread.id, True)),
        ),
        class_name="row cm-v",
    )
    return rx.el.li(
        rx.cond(
            thread.section,
            rx.cond(
                thread.href,
                rx.el.a(thread.section, href=thread.href, class_name="cm-s trunc"),
                rx.el.span(thread.section, " (gone)", class_name="cm-s t3 trunc"),
            ),
        ),
        _line(thread.first.to(Line)),
        rx.foreach(thread.replies, _line),
        rx.cond(thread.resolved, rx.el.p("Closed by ", thread.resolved, class_name="t3 xs")),
        rx.cond(
            SessionState.can_edit, rx.cond(CommentsState.answering == thread.id, answer, verbs)
        ),
        key=thread.id,
        class_name="cm",
    )


def _names() -> rx.Component:
    def line(name: rx.Var[str]) -> rx.Component:
        return menu_item(name, on_select=CommentsState.name_member(name))

    return menu(
        rx.el.button(
            icon("at-sign", 14),
            type="button",
            class_name="btn ghost icon sm",
            aria_label="Name a member",
            title="Name a member; they are told",
        ),
        rx.foreach(CommentsState.others, line),
    )


def _compose() -> rx.Component:
    def option(title: rx.Var[str]) -> rx.Component:
        return rx.el.option(title, value=title)

    about = rx.el.select(
        rx.el.option("The whole document", value=""),
        rx.foreach(CommentsState.sections, option),
        name="section",
        default_value=CommentsState.about,
        class_name="input soft cm-about",
        aria_label="What it speaks of",
    )
    return state_form(
        mention_field(
            "New comment",
            CommentsState.others,
            text=CommentsState.draft,
            hint="Comment; @name tells somebody",
            auto_focus=(CommentsState.about != "") | (CommentsState.draft != ""),
            field_id="comment-text",
            on_typed=CommentsState.typed,
        ),
        _fault(),
        rx.cond(CommentsState.sections, about),
        rx.el.div(
            rx.el.span(class_name="grow"),
            _names(),
            rx.el.button("Comment", type="submit", class_name="btn sm"),
            class_name="row",
        ),
        on_submit=CommentsState.say,
        class_name="cm-f",
        key=CommentsState.composed,
    )


def comments() -> rx.Component:
    """Return the threads of the page's address, and for editors the field for a new one."""
    closed = rx.fragment(
        rx.el.button(
            rx.cond(CommentsState.show_closed, "Hide ", "Show "),
            CommentsState.words,
            type="button",
            class_name="btn ghost sm",
            on_click=CommentsState.toggle_closed,
        ),
        rx.cond(
            CommentsState.show_closed,
            rx.el.ol(rx.foreach(CommentsState.closed, _thread), class_name="cms"),
        ),
    )
    none = rx.el.p(
        rx.cond(
            SessionState.can_edit,
            "Nobody has said anything yet.",
            "Nobody has said anything yet. Editors comment.",
        ),
        class_name="t3 sm",
    )
    return rx.el.section(
        rx.el.h3("Comments", class_name="sect-h"),
        rx.cond(
            CommentsState.threads,
            rx.el.ol(rx.foreach(CommentsState.threads, _thread), class_name="cms"),
            rx.cond(CommentsState.closed, rx.fragment(), none),
        ),
        rx.cond(CommentsState.closed, closed),
        rx.cond(SessionState.can_edit, _compose()),
        class_name="discussion",
        id="comments",
        aria_label="Comments",
    )


def section_comments(title: rx.Var[str]) -> rx.Component:
    """Return what begins a comment on a section, and how many threads speak of it."""
    number = CommentsState.by_section[title]
    shown = rx.el.button(
        icon("message-square", 12),
        rx.cond(number, rx.el.span(number, class_name="tn")),
        type="button",
        class_name=rx.cond(number, "btn ghost sm sec-c has", "btn ghost sm sec-c"),
        aria_label=f"Comment on {title}",
        title=f"Comment on {title}",
        on_click=CommentsState.speak_of(title),
    )
    return rx.cond(SessionState.can_edit, shown)
