"""Search: one box, what was found by kind, and the evidence for a question."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button
from pmflow_ui.components.glyph import severity_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.kbd import kbd
from pmflow_ui.components.keys import ITEM, keys
from pmflow_ui.components.link import link
from pmflow_ui.components.moment import moment
from pmflow_ui.components.overlay import menu, menu_item
from pmflow_ui.components.page_keys import page_keys
from pmflow_ui.components.placeholder import empty_state, skeleton_rows
from pmflow_ui.components.shell import shell
from pmflow_ui.components.tabs import segments
from pmflow_ui.pages.signals_filters import SEVERITIES, SPANS, STATUSES
from pmflow_ui.state.search import SearchState
from pmflow_ui.state.search_rows import EVIDENCE, Group, HitRow, Name, Piece, QuoteRow
from pmflow_ui.state.signals import Choice
from pmflow_ui.state.signals_rows import SOURCES

BOX = "search-box"
KINDS = (
    ("", "All"),
    ("signal", "Signals"),
    ("theme", "Themes"),
    ("project", "Projects"),
    ("document", "Documents"),
)
ICONS = ("message-square", "shapes", "square-kanban", "file-text")


def _box() -> rx.Component:
    return rx.el.div(
        icon("search", 16, "t3"),
        rx.el.input(
            id=BOX,
            type="search",
            placeholder="Words, a question, or a key",
            aria_label="Search the workspace",
            default_value=SearchState.look.q,
            key=SearchState.loaded,
            on_change=SearchState.type,
            max_length=500,
            auto_focus=True,
            auto_complete="off",
        ),
        kbd("/"),
        class_name="input lg soft ask",
    )


def _sub(label: str, lead: str, *items: rx.Component) -> rx.Component:
    return rx.dropdown_menu.sub(
        rx.dropdown_menu.sub_trigger(icon(lead, 14), label),
        rx.dropdown_menu.sub_content(*items, class_name="menu-long"),
    )


def _filter_menu() -> rx.Component:
    def options(name: Name, several: Any) -> list[rx.Component]:
        return [
            menu_item(label, on_select=SearchState.choose(name, value)) for value, label in several
        ]

    def theme(choice: ObjectVar[Choice]) -> rx.Component:
        return menu_item(choice.label, on_select=SearchState.choose("theme", choice.value))

    def project(choice: ObjectVar[Choice]) -> rx.Component:
        return menu_item(choice.label, on_select=SearchState.choose("project", choice.value))

    sources = [(source.value, label) for source, (label, _) in SOURCES.items()]
    return menu(
        button("Filter", "ghost", "sm", "list-filter"),
        _sub("Severity", "signal", *options("severity", [(s, s.capitalize()) for s in SEVERITIES])),
        _sub("Status", "circle-dot", *options("status", [(s, s.capitalize()) for s in STATUSES])),
        _sub("Theme", "shapes", rx.foreach(SearchState.themes, theme)),
        _sub("Project", "square-kanban", rx.foreach(SearchState.projects, project)),
        _sub("Received", "calendar", *options("since", SPANS)),
        _sub("Source", "inbox", *options("source", sources)),
    )


def _active(label: str, name: Name, value: Any, shown: Any) -> rx.Component:
    chip = rx.el.span(
        rx.el.span(label, class_name="k"),
        rx.el.span(shown, class_name="trunc"),
        rx.el.button(
            icon("x", 12),
            type="button",
            class_name="x",
            aria_label=f"Remove the filter {label}",
            on_click=SearchState.choose(name, ""),
        ),
        class_name="filter",
    )
    return rx.cond(value, chip)


def _bar() -> rx.Component:
    look = SearchState.look
    source = rx.match(look.source, *((each.value, name) for each, (name, _) in SOURCES.items()), "")
    kinds = segments("What to find", look.kind, KINDS, lambda v: SearchState.choose("kind", v))
    views = segments(
        "How to answer",
        look.view,
        (("", "Results"), (EVIDENCE, "Evidence")),
        lambda value: SearchState.choose("view", value),
    )
    return rx.el.div(
        views,
        rx.cond(look.view, rx.fragment(), kinds),
        _active("Severity", "severity", look.severity, look.severity),
        _active("Status", "status", look.status, look.status),
        _active("Theme", "theme", look.theme, SearchState.theme_name),
        _active("Project", "project", look.project, SearchState.project_name),
        _active("Received", "since", look.since, rx.match(look.since, *SPANS, "")),
        _active("Source", "source", look.source, source),
        _filter_menu(),
        class_name="bar",
    )


def _piece(piece: ObjectVar[Piece]) -> rx.Component:
    return rx.cond(piece.marked, rx.el.mark(piece.text), rx.fragment(piece.text))


def _glyph(row: ObjectVar[HitRow]) -> rx.Component:
    plain = rx.match(row.icon, *((name, icon(name, 14, "t3")) for name in ICONS), rx.fragment())
    return rx.el.span(rx.cond(row.severity, severity_glyph(row.severity), plain), class_name="lead")


def _notes(notes: rx.Var[list[str]], at: rx.Var[str]) -> rx.Component:
    return rx.el.span(
        rx.foreach(notes, lambda note: rx.el.span(note, class_name="note-part")),
        rx.cond(at, moment(at)),
        class_name="about t3 sm",
    )


def _hit(row: ObjectVar[HitRow]) -> rx.Component:
    return rx.el.li(
        link(
            _glyph(row),
            rx.el.span(
                rx.el.span(
                    rx.cond(row.lead, rx.el.span(row.lead, class_name="key t3 tn")),
                    rx.foreach(row.pieces, _piece),
                    class_name="said",
                ),
                rx.cond(
                    row.below, rx.el.span(rx.foreach(row.below, _piece), class_name="below t2 sm")
                ),
                _notes(row.notes, row.at),
                class_name="grow col",
            ),
            href=row.href,
            class_name="hit",
        ),
        key=row.id,
        id=row.id,
        custom_attrs=ITEM,
    )


def _group(group: ObjectVar[Group]) -> rx.Component:
    return rx.el.section(
        rx.el.h2(
            group.title,
            rx.el.span(group.count, class_name="t3 tn"),
            rx.cond(
                group.more,
                link("All with these words", href=group.more, class_name="link right"),
            ),
            class_name="gh",
        ),
        rx.el.ul(rx.foreach(group.rows, _hit)),
        key=group.kind,
        aria_label=group.title,
    )


def _quote(row: ObjectVar[QuoteRow]) -> rx.Component:
    return rx.el.li(
        link(
            rx.el.span(
                rx.cond(row.severity, severity_glyph(row.severity), icon("quote", 14, "t3")),
                class_name="lead",
            ),
            rx.el.span(
                rx.el.q(row.quote, class_name="said"),
                rx.el.span(
                    rx.el.span(row.name, class_name="note-part"),
                    _notes(row.notes, row.at),
                    class_name="about t3 sm tn",
                ),
                class_name="grow col",
            ),
            href=row.href,
            class_name="hit",
        ),
        key=row.id,
        custom_attrs=ITEM,
    )


def _evidence() -> rx.Component:
    return rx.el.section(
        rx.el.h2(SearchState.words, class_name="gh"),
        rx.el.ul(rx.foreach(SearchState.quotes, _quote)),
        aria_label="Evidence",
    )


def _nothing() -> rx.Component:
    wider = button(
        "Look everywhere",
        on_click=[
            SearchState.choose(name, "")
            for name in ("kind", "severity", "status", "theme", "project", "since", "source")
        ],
    )
    return empty_state(
        "search-x",
        "Nothing speaks to that",
        "Try other words or fewer of them. Quotes and minus signs are kept to strictly.",
        rx.cond(SearchState.look.narrows, wider),
    )


def _invitation() -> rx.Component:
    return empty_state(
        "search",
        "Ask in your own words",
        "Signals are found by their words and by their meaning; themes, projects and documents"
        " too. A key such as S-12 leads straight there, “quotes” keep words together, and -word"
        " leaves one out.",
    )


def _told() -> rx.Component:
    return rx.fragment(
        rx.cond(
            SearchState.corrected,
            rx.el.p("Also searched for ", rx.el.b(SearchState.corrected), class_name="told t3 sm"),
        ),
        rx.cond(
            SearchState.words_only,
            rx.el.p(
                "Compared by words only: no model that read these signals can be asked now.",
                class_name="told t3 sm",
            ),
        ),
    )


def _answer() -> rx.Component:
    found = rx.cond(
        SearchState.groups,
        rx.foreach(SearchState.groups, _group),
        rx.cond(SearchState.quotes, _evidence(), _nothing()),
    )
    return rx.el.div(
        rx.cond(SearchState.look.q, rx.fragment(_told(), found), _invitation()),
        class_name="body",
        aria_live="polite",
    )


def search_page() -> rx.Component:
    """Return the page that answers questions from all of the workspace."""
    return shell(
        "search",
        "Search",
        rx.el.div(_box(), class_name="askbar"),
        _bar(),
        rx.cond(SearchState.ready, _answer(), skeleton_rows(12)),
        keys(),
        page_keys(("/", "v"), SearchState.press, focus=BOX, url=SearchState.address),
    )
