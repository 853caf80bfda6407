"""Themes: what many signals say, ranked."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button, link_button
from pmflow_ui.components.glyph import severity_glyph, state_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.imports import running_imports
from pmflow_ui.components.keys import ITEM, keys
from pmflow_ui.components.link import link
from pmflow_ui.components.meter import severity_mix
from pmflow_ui.components.moment import moment
from pmflow_ui.components.placeholder import empty_state, skeleton_rows
from pmflow_ui.components.shell import shell, workspace_path
from pmflow_ui.components.table import Column, table, table_head
from pmflow_ui.components.tabs import Tab, segments, tabs
from pmflow_ui.pages.theme_changes import proposals_panel
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.themes import ApartRow, ThemesState
from pmflow_ui.state.themes_rows import Bar, ThemeRow


def _spark(row: ObjectVar[ThemeRow]) -> rx.Component:
    def bar(each: ObjectVar[Bar]) -> rx.Component:
        return rx.el.rect(
            class_name=each.tone,
            custom_attrs={
                "x": each.x,
                "y": each.y,
                "width": each.width,
                "height": each.height,
                "rx": "1",
            },
        )

    return rx.el.svg(
        rx.foreach(row.trend, bar),
        class_name="spark",
        role="img",
        custom_attrs={"viewBox": "0 0 72 20", "aria-label": row.trend_words},
    )


def _strength(row: ObjectVar[ThemeRow]) -> rx.Component:
    bar = rx.el.i(style={"width": rx.Var.create(f"{row.strength}%")})
    return rx.el.span(
        rx.el.span(bar, class_name="bar2", aria_hidden="true"),
        rx.el.span(row.strength, class_name="tn"),
        rx.el.span(" of 100", class_name="sr"),
        class_name="row",
    )


def _project(row: ObjectVar[ThemeRow]) -> rx.Component:
    make = button(
        "Create project", "ghost", "sm", "plus", on_click=ThemesState.make_project(row.id)
    )
    return rx.cond(
        row.project,
        link(icon("link", 12), row.project, href=row.project_href, class_name="row tight t2"),
        rx.cond(SessionState.can_edit, make),
    )


def _row(row: ObjectVar[ThemeRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            link(row.label, href=row.href, class_name="med trunc"),
            rx.cond(row.locked, icon("lock", 12, "t3")),
            class_name="c-name",
        ),
        rx.el.td(link(row.size, href=row.signals_href, class_name="link"), class_name="num c-size"),
        rx.el.td(
            rx.cond(row.customers, row.customers, rx.el.span("–", class_name="t3")),
            class_name="num c-cust",
        ),
        rx.el.td(
            rx.cond(row.value, row.value, rx.el.span("–", class_name="t3")),
            class_name="num c-value",
        ),
        rx.el.td(_strength(row), class_name="c-strength", title=row.strength_words),
        rx.el.td(_spark(row), class_name="c-trend", title=row.trend_words),
        rx.el.td(severity_mix(row.mix), class_name="c-mix"),
        rx.el.td(
            rx.foreach(row.keywords, lambda word: rx.el.span(word, class_name="chip fill")),
            class_name="c-words",
        ),
        rx.el.td(_project(row), class_name="c-proj"),
        key=row.id,
        custom_attrs=ITEM,
    )


def _table() -> rx.Component:
    columns = (
        Column("Theme", class_name="c-name"),
        Column("Signals", number=True, sort="size", class_name="c-size"),
        Column("Customers", number=True, sort="customers", class_name="c-cust"),
        Column("Value", number=True, sort="value", class_name="c-value"),
        Column("Strength", sort="strength", class_name="c-strength"),
        Column("Eight weeks", sort="trend", class_name="c-trend"),
        Column("Severity", class_name="c-mix"),
        Column("Keywords", class_name="c-words"),
        Column("Project", class_name="c-proj"),
    )
    head = table_head(columns, ThemesState.sort, True, ThemesState.sort_by)
    return table(head, rx.foreach(ThemesState.rows, _row), "Themes", "thl")


def _nothing() -> rx.Component:
    to_signals = link_button(
        "Bring in signals", workspace_path("signals"), "primary", "", "message-square"
    )
    few = empty_state(
        "shapes",
        "No themes yet",
        rx.Var.create(
            f"Themes form by themselves from {ThemesState.needed} signals that say something. "
            f"{ThemesState.themable} are here, {ThemesState.missing} more are needed."
        ),
        to_signals,
    )
    soon = empty_state(
        "shapes",
        "No themes yet",
        "There are enough signals. Themes appear when a worker has read them all.",
    )
    return rx.fragment(running_imports(), rx.cond(ThemesState.missing > 0, few, soon))


def _formed() -> rx.Component:
    last = rx.fragment(
        rx.el.span("Formed ", moment(ThemesState.formed_at, ago=True), class_name="nowrap"),
        rx.el.span("·"),
        rx.el.span(ThemesState.formed_words, class_name="trunc"),
    )
    working = rx.el.span(
        state_glyph("running"),
        "Forming themes anew from ",
        rx.el.b(ThemesState.themable, " signals"),
        class_name="row",
    )
    fineness = segments(
        "How fine the themes are",
        ThemesState.fineness,
        (("0.7", "Coarser"), ("1", "As found"), ("1.4", "Finer")),
        lambda value: ThemesState.set_fineness(float(value)),
    )
    return rx.el.div(
        rx.el.span(
            rx.cond(ThemesState.rebuilding, working, rx.cond(ThemesState.formed_at, last)),
            class_name="row state",
            role="status",
        ),
        rx.cond(SessionState.can_edit, rx.el.span(fineness, class_name="right")),
        class_name="bar t3 sm tn",
    )


def _views() -> rx.Component:
    base, view = ThemesState.base, ThemesState.view
    return tabs(
        "What signals are about",
        (
            Tab("Themes", base, view == "", ThemesState.count_words),
            Tab(
                "In no theme",
                rx.Var.create(f"{base}?view=unthemed"),
                view == "unthemed",
                ThemesState.unthemed,
            ),
            Tab(
                "Praise & other",
                rx.Var.create(f"{base}?view=praise"),
                view == "praise",
                ThemesState.praise,
            ),
        ),
    )


def _apart_row(row: ObjectVar[ApartRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(row.text, class_name="q-t"),
        rx.el.div(
            rx.cond(row.severity, severity_glyph(row.severity)),
            link("S-", row.number, href=row.href, class_name="link"),
            rx.el.span(moment(row.received)),
            class_name="q-m",
        ),
        key=row.number,
        class_name="q",
        custom_attrs=ITEM,
    )


def _apart() -> rx.Component:
    why = rx.cond(
        ThemesState.view == "praise",
        "Praise and texts without content. They make no themes; nothing is lost.",
        "They speak of matters that too few others speak of. They join when more come.",
    )
    more = button("Show more", "", "sm", on_click=ThemesState.show_more)
    return rx.el.div(
        rx.el.p(why, class_name="t3 sm why"),
        rx.cond(
            ThemesState.apart,
            rx.fragment(
                rx.el.ul(rx.foreach(ThemesState.apart, _apart_row), class_name="qs"),
                rx.cond(ThemesState.apart_more, more),
            ),
            empty_state("check", "Nothing here", "Every signal of content is in a theme."),
        ),
        class_name="apart",
    )


def themes_page() -> rx.Component:
    """Return the ranked list of themes."""
    rebuild = button(
        "Rebuild themes",
        "",
        "sm",
        "refresh-cw",
        on_click=ThemesState.rebuild,
        disabled=ThemesState.rebuilding,
        title="Form the themes anew; what would change those you know is shown for review",
    )
    ranked = rx.fragment(_formed(), proposals_panel(), _table())
    listed = rx.el.div(
        _views(), rx.cond(ThemesState.view == "", ranked, _apart()), class_name="body"
    )
    return shell(
        "themes",
        rx.fragment(rx.el.h1("Themes"), rx.el.span(ThemesState.count_words, class_name="t3 tn")),
        rx.cond(
            ThemesState.ready, rx.cond(ThemesState.rows, listed, _nothing()), skeleton_rows(12)
        ),
        keys(),
        actions=rx.cond(SessionState.can_edit & (ThemesState.missing == 0), rebuild),
    )
