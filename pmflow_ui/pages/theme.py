"""A theme: what its signals say, since when, how badly, and what is decided about it."""

from collections.abc import Sequence

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components import Text
from pmflow_ui.components.acts import acts
from pmflow_ui.components.button import button, link_button
from pmflow_ui.components.form import field, state_form
from pmflow_ui.components.glyph import severity_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.keys import key, keys
from pmflow_ui.components.link import link
from pmflow_ui.components.meter import severity_mix
from pmflow_ui.components.moment import moment
from pmflow_ui.components.overlay import dialog
from pmflow_ui.components.placeholder import skeleton_rows
from pmflow_ui.components.shell import shell, workspace_path
from pmflow_ui.pages.theme_changes import proposals_panel
from pmflow_ui.pages.theme_parts import (
    lineage,
    members,
    merge_menu,
    nearest,
    split_dialog,
)
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.theme import QuoteRow, Share, ThemeState
from pmflow_ui.state.themes_rows import Bar, Mark

ROW = ThemeState.row
LEVELS = ("critical", "high", "medium", "low")


def _customers() -> rx.Component:
    one = ROW.customers == 1
    return rx.el.span(
        rx.el.b(ROW.customers), rx.cond(one, " customer", " customers"), class_name="tn"
    )


def _summary() -> rx.Component:
    dot = rx.el.span("·", class_name="t3")
    project = link(ROW.project, href=ROW.project_href, class_name="link")
    return rx.el.div(
        rx.el.h1(ROW.label, class_name="h1"),
        rx.el.div(
            rx.el.span(ThemeState.size_words, class_name="tn semi"),
            dot,
            rx.cond(
                ROW.customers,
                rx.fragment(_customers(), dot),
            ),
            rx.cond(
                ROW.value,
                rx.fragment(rx.el.span(rx.el.b(ROW.value), " a year", class_name="tn"), dot),
            ),
            rx.el.span(
                "Strength ", rx.el.b(ROW.strength), class_name="tn", title=ROW.strength_words
            ),
            dot,
            rx.cond(ROW.project, project, rx.el.span("No project yet")),
            rx.foreach(ThemeState.keywords, lambda word: rx.el.span(word, class_name="chip fill")),
            class_name="row wrap t2 facts",
        ),
    )


def _bar(each: ObjectVar[Bar]) -> rx.Component:
    return rx.el.rect(
        rx.el.title(each.label),
        class_name=each.tone,
        custom_attrs={
            "x": each.x,
            "y": each.y,
            "width": each.width,
            "height": each.height,
            "rx": "1.5",
        },
    )


def _text(mark: ObjectVar[Mark], anchor: str) -> rx.Component:
    return rx.el.text(mark.text, custom_attrs={"x": mark.x, "y": mark.y, "textAnchor": anchor})


def _level(mark: ObjectVar[Mark]) -> rx.Component:
    return rx.el.g(
        rx.el.line(
            custom_attrs={
                "x1": "28",
                "x2": "900",
                "y1": mark.y,
                "y2": mark.y,
                "stroke": "var(--grid)",
            }
        ),
        rx.el.text(
            mark.text,
            custom_attrs={"x": mark.x, "y": mark.y, "dy": "4", "textAnchor": "end"},
        ),
    )


def _chart() -> rx.Component:
    weeks = ThemeState.weeks
    legend = [rx.fragment(rx.el.i(class_name=level), level.capitalize()) for level in LEVELS]
    picture = rx.el.svg(
        rx.foreach(weeks.levels, _level),
        rx.foreach(weeks.bars, _bar),
        rx.foreach(weeks.weeks, lambda mark: _text(mark, "middle")),
        class_name="axis",
        role="img",
        custom_attrs={
            "viewBox": "0 0 900 168",
            "width": "100%",
            "aria-label": f"Signals per week. {weeks.words}",
        },
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Signals per week", class_name="sub"),
            rx.el.span(weeks.words, class_name="tn"),
            rx.el.span(*legend, class_name="right row leg"),
            class_name="sect-h",
        ),
        # wider than a phone, so that keys must be able to scroll it
        rx.el.div(picture, class_name="tw", tab_index=0, role="group", aria_label="Chart"),
    )


def _quote(row: ObjectVar[QuoteRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(row.text, class_name="q-t"),
        rx.el.div(
            rx.cond(row.severity, severity_glyph(row.severity)),
            link("S-", row.number, href=row.href, class_name="link"),
            rx.cond(row.segment, rx.el.span(row.segment)),
            rx.cond(row.received, rx.el.span(moment(row.received))),
            class_name="q-m",
        ),
        key=row.number,
        class_name="q",
    )


def _words(
    title: str, note: str, rows: rx.Var[Sequence[QuoteRow]], *more: rx.Component
) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title, class_name="sub"),
            rx.el.span(note),
            *more,
            class_name="sect-h",
        ),
        rx.el.ul(rx.foreach(rows, _quote), class_name="qs"),
    )


def _severities() -> rx.Component:
    def line(share: ObjectVar[Share]) -> rx.Component:
        return rx.el.li(
            severity_glyph(share.name),
            rx.el.span(share.name.capitalize()),
            rx.el.span(share.count, class_name="right tn"),
            rx.el.span(share.percent, class_name="t3 tn pc"),
        )

    return rx.el.section(
        rx.el.h3("Severity", class_name="sect-h"),
        severity_mix(ROW.mix),
        rx.el.ul(rx.foreach(ThemeState.severities, line), class_name="lg"),
        rx.cond(ThemeState.severity_words, rx.el.p(ThemeState.severity_words, class_name="t3 sm")),
    )


def _segments() -> rx.Component:
    def line(share: ObjectVar[Share]) -> rx.Component:
        return rx.el.li(
            rx.el.span(share.name, class_name="trunc", title=share.name),
            rx.el.span(rx.el.i(style={"width": share.width}), class_name="bar2"),
            rx.el.span(share.count, class_name="tn num"),
        )

    return rx.cond(
        ThemeState.segments,
        rx.el.section(
            rx.el.h3("Segments", class_name="sect-h"),
            rx.el.ul(rx.foreach(ThemeState.segments, line), class_name="sg"),
        ),
    )


def _fact(name: str, *value: rx.Component | Text) -> rx.Component:
    return rx.fragment(rx.el.dt(name), rx.el.dd(*value))


def _properties() -> rx.Component:
    named = rx.cond(ThemeState.named_by_person, "given by a person", "from its own words")
    return rx.el.section(
        rx.el.h3("Properties", class_name="sect-h"),
        rx.el.dl(
            _fact("Name", named),
            _fact("Locked", rx.cond(ROW.locked, "yes, it stays as it is", "no")),
            _fact("Signals", rx.el.span(ThemeState.placed_words, class_name="wrapped")),
            _fact("Confidence", rx.el.span(ThemeState.confidence_words, class_name="tn")),
            rx.cond(
                ThemeState.formed_at,
                rx.fragment(
                    _fact("Formed", moment(ThemeState.formed_at, exact=True)),
                    _fact("Rule", rx.el.span(ThemeState.formed_words, class_name="mono")),
                ),
            ),
            class_name="kv",
        ),
    )


def _rename() -> rx.Component:
    return dialog(
        "Rename the theme",
        state_form(
            field(
                "Name",
                "label",
                error=ThemeState.name_error,
                hint="It stays when themes are formed anew, and so do its signals.",
                default_value=ROW.label,
                max_length=120,
                required=True,
                auto_focus=True,
            ),
            rx.el.div(
                rx.dialog.close(rx.el.button("Cancel", type="button", class_name="btn")),
                rx.el.button("Rename", type="submit", class_name="btn primary"),
                class_name="row dlg-end",
            ),
            on_submit=ThemeState.rename,
            class_name="col paste",
        ),
        open=ThemeState.renaming,
        on_open_change=ThemeState.ask_name,
    )


def _lock() -> rx.Component:
    return rx.cond(
        ROW.locked,
        button("Unlock", "ghost", "sm", "lock-open", on_click=ThemeState.lock(False)),
        button(
            "Lock",
            "ghost",
            "sm",
            "lock",
            on_click=ThemeState.lock(True),
            title="Keep its name and signals when themes are formed anew",
        ),
    )


def _ended() -> rx.Component:
    went = rx.cond(
        ThemeState.went_to,
        rx.fragment(
            " Its signals went to ",
            rx.foreach(
                ThemeState.went_to,
                lambda tag: link(tag.text, href=tag.href, class_name="link listed"),
            ),
            ".",
        ),
        " Its signals are in no theme now, or were deleted.",
    )
    return rx.cond(
        ThemeState.active,
        rx.fragment(),
        rx.el.section(
            icon("circle-slash", 14),
            rx.el.span(
                rx.el.b("This theme has ended "), moment(ThemeState.ended_at, ago=True), ".", went
            ),
            class_name="panel ended",
            role="status",
        ),
    )


def _actions() -> rx.Component:
    make = button(
        "Create project",
        "primary",
        "sm",
        "plus",
        key="C",
        on_click=ThemeState.make_project,
        custom_attrs=key("c"),
    )
    rename = button(
        "Rename",
        "ghost",
        "sm",
        "pencil",
        key="E",
        on_click=ThemeState.ask_name(True),
        custom_attrs=key("e"),
    )
    open_project = link_button(
        rx.Var.create(f"Open {ROW.project}"), ROW.project_href, "primary", "sm"
    )
    editing = rx.fragment(
        rename,
        rx.el.span(_lock(), merge_menu(), class_name="row no-phone"),
        rx.cond(ROW.project, rx.fragment(), make),
    )
    return rx.cond(
        ROW & ThemeState.active,
        acts(
            "theme",
            ROW.label,
            rx.cond(SessionState.can_edit, editing),
            rx.cond(ROW.project, open_project),
        ),
    )


def theme_page() -> rx.Component:
    """Return one theme."""
    crumb = rx.el.div(
        link("Themes", href=workspace_path("themes")),
        rx.el.span("/", class_name="sep"),
        rx.el.b(ROW.label, class_name="trunc"),
        class_name="crumb",
    )
    every = link("All ", ThemeState.size_words, href=ROW.signals_href, class_name="link right")
    body = rx.el.div(
        rx.el.div(
            _summary(),
            _ended(),
            proposals_panel(),
            _chart(),
            _words("Top quotes", "closest to the centre", ThemeState.quotes, every),
            members(),
            class_name="th-main",
        ),
        rx.el.aside(
            _severities(), _segments(), nearest(), lineage(), _properties(), class_name="th-side"
        ),
        class_name="th",
    )
    return shell(
        "themes",
        crumb,
        rx.el.div(rx.cond(ROW, body, skeleton_rows(8)), class_name="body pad p-theme"),
        rx.cond(SessionState.can_edit & ROW, rx.fragment(_rename(), split_dialog())),
        keys(),
        actions=_actions(),
    )
