"""What is open beside the inbox's list: said first what happens, then why, then the verbs."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button, icon_button, link_button
from pmflow_ui.components.glyph import severity_glyph, state_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.link import link
from pmflow_ui.components.meter import ticks
from pmflow_ui.components.moment import moment
from pmflow_ui.components.overlay import dialog
from pmflow_ui.state.inbox import InboxState
from pmflow_ui.state.inbox_rows import Side
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.signals import Choice

OPENED = InboxState.opened
KINDS = {
    "link_signal": "link",
    "merge_duplicate": "merge",
    "new_project": "plus",
    "generate_prd": "file-text",
    "archive_signal": "archive",
}


def glyph(name: rx.Var[str]) -> rx.Component:
    """Return the sign of what waits."""
    return rx.fragment(
        rx.match(
            name,
            ("waiting", state_glyph("waiting")),
            ("failed", state_glyph("failed")),
            ("question", icon("circle-help", 14, "warn")),
            ("named", icon("at-sign", 14, "t3")),
            ("answered", icon("message-square", 14, "t3")),
            *((kind, icon(mark, 14, "t3")) for kind, mark in KINDS.items()),
            icon("circle-dot", 14, "t3"),
        )
    )


def _side(side: ObjectVar[Side]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.cond(side.severity, severity_glyph(side.severity)),
            link(side.name, href=side.href, class_name="med link"),
            rx.el.span(side.about, class_name="t3 trunc"),
            moment(side.received, class_name="t3 nowrap tn"),
            rx.cond(
                side.note,
                rx.el.span(side.note, class_name=f"right chip {side.tone}"),
            ),
            class_name="row sm",
        ),
        rx.el.p(side.text),
        class_name="panel sb",
        key=side.name,
    )


def _why() -> rx.Component:
    score = rx.el.div(
        rx.el.span(OPENED.measure, class_name="t2 k"),
        ticks(OPENED.ticks, rx.Var.create(f"{OPENED.score} of 1")),
        rx.el.span(OPENED.score, class_name="tn med"),
        rx.el.span(OPENED.needed, class_name="t3 sm"),
        class_name="row why",
    )
    words = rx.el.div(
        rx.el.span("Matching words", class_name="t2 k"),
        rx.foreach(OPENED.words, lambda word: rx.el.span(word, class_name="chip fill")),
        class_name="row why wrap",
    )
    return rx.cond(
        OPENED.reason,
        rx.el.section(
            rx.el.h3("Why it is suggested", class_name="sect-h"),
            score,
            rx.cond(OPENED.words.length() > 0, words),
            rx.el.p(OPENED.reason, class_name="t2"),
        ),
    )


def _effects() -> rx.Component:
    def effect(text: rx.Var[str]) -> rx.Component:
        return rx.el.li(icon("arrow-right", 14, "t3"), rx.el.span(text), class_name="reason")

    heading = rx.cond(OPENED.suggestion, "What changes", "What to do next")
    return rx.cond(
        OPENED.effects.length() > 0,
        rx.el.section(
            rx.el.h3(heading, class_name="sect-h"),
            rx.el.ul(rx.foreach(OPENED.effects, effect), class_name="chg"),
        ),
    )


def _verbs() -> rx.Component:
    id_ = OPENED.suggestion
    deciding = rx.fragment(
        button(OPENED.accept, "primary", key="1", on_click=InboxState.accept(id_)),
        rx.cond(
            OPENED.change,
            button(
                rx.cond(OPENED.change == "name", "Other name", "Other project"),
                key="2",
                on_click=InboxState.set_changing(True),
            ),
        ),
        button(OPENED.dismiss, key="3", on_click=InboxState.dismiss(id_)),
    )
    restore = button("Suggest again", lead="undo-2", on_click=InboxState.restore(id_))
    mention = button("Mark as read", key="1", on_click=InboxState.read_mention(OPENED.mention))
    return rx.fragment(
        rx.cond(OPENED.mention, mention),
        rx.cond(SessionState.can_edit & (OPENED.accept != ""), deciding),
        rx.cond(SessionState.can_edit & (OPENED.status == "dismissed"), restore),
    )


def _later() -> rx.Component:
    put_off = button(
        rx.cond(OPENED.until, "Another time", "Snooze"),
        "ghost",
        key="H",
        on_click=InboxState.set_snoozing(True),
    )
    back = button("Back to the inbox", "ghost", on_click=InboxState.wake)
    return rx.fragment(rx.cond(OPENED.until, back), put_off)


def _foot() -> rx.Component:
    words, href = OPENED.link_words, OPENED.href
    way = rx.cond(
        OPENED.suggestion, link_button(words, href, "ghost"), link_button(words, href, "primary")
    )
    comment = button(words, "primary", on_click=InboxState.go)
    return rx.el.div(
        rx.cond(OPENED.mention, rx.cond(OPENED.href, comment)),
        _verbs(),
        rx.cond(OPENED.href & ~OPENED.mention, way),
        rx.cond(OPENED.decided, rx.fragment(), _later()),
        rx.el.span(InboxState.place, class_name="right t3 sm tn nowrap"),
        class_name="row pva wrap",
    )


def _put_off() -> rx.Component:
    until = moment(OPENED.until, exact=True)
    words = rx.el.p(icon("alarm-clock", 14), "Back on ", until, class_name="t2 til")
    return rx.cond(OPENED.until, words)


def opened() -> rx.Component:
    """Return the thing that is marked, with all that decides it."""
    body = rx.el.div(
        rx.el.div(
            glyph(OPENED.glyph),
            rx.el.h2(OPENED.title, class_name="pvh"),
            icon_button("x", "Close", class_name="only-phone right", on_click=InboxState.close),
            class_name="row",
        ),
        rx.el.p(OPENED.lead, class_name="t2 lead-p"),
        _put_off(),
        rx.cond(
            OPENED.decided,
            rx.el.p(OPENED.decided, " ", moment(OPENED.decided_at), class_name="t2"),
        ),
        rx.cond(
            OPENED.sides.length() > 0,
            rx.el.div(
                rx.foreach(OPENED.sides, _side),
                class_name=rx.cond(OPENED.sides.length() > 1, "two", "one"),
            ),
        ),
        _why(),
        _effects(),
        _foot(),
        class_name="pv",
    )
    return rx.el.section(
        rx.cond(OPENED.id, body),
        class_name=rx.cond(InboxState.sheet, "grow ipv open", "grow ipv"),
        aria_label="What is marked",
        aria_live="off",
    )


def change_dialog() -> rx.Component:
    """Return the dialog that links to another project, or names the new one."""

    def choice(project: ObjectVar[Choice]) -> rx.Component:
        return rx.el.button(
            project.label,
            type="button",
            class_name="btn ghost block pick",
            on_click=InboxState.link_to(project.value),
        )

    name = rx.el.form(
        rx.el.div(
            rx.el.label("Name", html_for="name"),
            rx.el.input(
                id="name",
                name="name",
                class_name="input lg",
                max_length=120,
                default_value=OPENED.name,
                auto_focus=True,
            ),
            class_name="field",
        ),
        rx.el.div(
            rx.el.button("Create project", type="submit", class_name="btn primary"),
            class_name="row end",
        ),
        on_submit=InboxState.name_it,
        class_name="col gap",
    )
    projects = rx.el.div(rx.foreach(InboxState.projects, choice), class_name="picks")
    return dialog(
        rx.cond(OPENED.change == "name", "Create under another name", "Link to another project"),
        rx.cond(OPENED.change == "name", name, projects),
        open=InboxState.changing,
        on_open_change=InboxState.set_changing,
    )
