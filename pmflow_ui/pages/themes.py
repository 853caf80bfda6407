"""Themes: what many signals say, ranked."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button, link_button
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.imports import running_imports
from pmflow_ui.components.keys import ITEM, keys
from pmflow_ui.components.link import link
from pmflow_ui.components.meter import severity_mix
from pmflow_ui.components.moment import moment
from pmflow_ui.components.placeholder import empty_state, skeleton_rows
from pmflow_ui.components.shell import shell, workspace_path
from pmflow_ui.components.table import Column, table, table_head
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.themes import ThemesState
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
        Column("Signals", number=True, class_name="c-size"),
        Column("Eight weeks", class_name="c-trend"),
        Column("Severity", class_name="c-mix"),
        Column("Keywords", class_name="c-words"),
        Column("Project", class_name="c-proj"),
    )
    return table(table_head(columns), rx.foreach(ThemesState.rows, _row), "Themes", "thl")


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
        "Last formed: ",
        moment(ThemesState.formed_at),
        rx.el.span("·"),
        ThemesState.formed_words,
    )
    working = rx.el.span(
        state_glyph("running"),
        "Forming themes anew from ",
        rx.el.b(ThemesState.themable, " signals"),
        class_name="row",
    )
    return rx.el.div(
        rx.cond(ThemesState.rebuilding, working, rx.cond(ThemesState.formed_at, last)),
        class_name="bar t3 sm tn",
        role="status",
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
        title="Form the themes anew; locked and renamed ones keep their names and signals",
    )
    listed = rx.fragment(_formed(), rx.el.div(_table(), class_name="body"))
    return shell(
        "themes",
        rx.fragment(rx.el.h1("Themes"), rx.el.span(ThemesState.count_words, class_name="t3 tn")),
        rx.cond(
            ThemesState.ready, rx.cond(ThemesState.rows, listed, _nothing()), skeleton_rows(12)
        ),
        keys(),
        actions=rx.cond(SessionState.can_edit & (ThemesState.missing == 0), rebuild),
    )
