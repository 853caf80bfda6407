"""Parts of a theme's page: its signals to choose from, what is done with them, and its lineage."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button, icon_button
from pmflow_ui.components.form import field, state_form
from pmflow_ui.components.glyph import severity_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.link import link
from pmflow_ui.components.moment import moment
from pmflow_ui.components.overlay import dialog, menu, menu_item
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.theme import QuoteRow, ThemeState
from pmflow_ui.state.theme_changes_rows import LineageRow
from pmflow_ui.state.theme_hand import Choice, ThemeHandState

ROW = ThemeState.row


def _check(row: ObjectVar[QuoteRow]) -> rx.Component:
    is_on = ThemeState.chosen.contains(row.id)
    return rx.el.button(
        rx.el.span(rx.cond(is_on, icon("check", 12)), class_name=f"cb {rx.cond(is_on, 'on', '')}"),
        type="button",
        role="checkbox",
        aria_checked=is_on,
        aria_label=rx.Var.create(f"Choose S-{row.number}"),
        class_name="check",
        on_click=ThemeState.choose(row.id),
    )


def _may_choose() -> rx.Var[bool]:
    return SessionState.can_edit & ThemeState.active & ~ROW.locked


def _member(row: ObjectVar[QuoteRow]) -> rx.Component:
    words = rx.el.div(
        rx.el.div(row.text, class_name="q-t"),
        rx.el.div(
            rx.cond(row.severity, severity_glyph(row.severity)),
            link("S-", row.number, href=row.href, class_name="link"),
            rx.cond(row.segment, rx.el.span(row.segment)),
            rx.el.span(moment(row.received)),
            class_name="q-m",
        ),
        class_name="grow",
    )
    return rx.el.li(rx.cond(_may_choose(), _check(row)), words, key=row.number, class_name="q pick")


def _to_theme(choice: ObjectVar[Choice]) -> rx.Component:
    return menu_item(choice.label, on_select=ThemeHandState.move(choice.id))


def _into_theme(choice: ObjectVar[Choice]) -> rx.Component:
    return menu_item(choice.label, on_select=ThemeHandState.merge(choice.id))


def _chosen() -> rx.Component:
    many = ThemeState.chosen.length()
    move = menu(
        button("Move to", "", "sm", "arrow-right"), rx.foreach(ThemeHandState.others, _to_theme)
    )
    return rx.cond(
        _may_choose() & (many > 0),
        rx.el.div(
            rx.el.span(many, " chosen", class_name="med tn"),
            rx.cond(ThemeHandState.others, move),
            button("Split off", "", "sm", "split", on_click=ThemeHandState.ask_split(True)),
            button(
                "Take out",
                "ghost",
                "sm",
                "circle-minus",
                on_click=ThemeHandState.take_out,
                title="They count as no matter of work from then on, like praise",
            ),
            icon_button("x", "Choose none", on_click=ThemeState.choose_none),
            class_name="row chosen",
            role="toolbar",
            aria_label="With the chosen signals",
        ),
    )


def members() -> rx.Component:
    """Return the newest signals of the theme, to choose from."""
    every = link("All ", ThemeState.size_words, href=ROW.signals_href, class_name="link right")
    return rx.cond(
        ThemeState.newest,
        rx.el.section(
            rx.el.div(
                rx.el.h2("Signals", class_name="sub"),
                rx.el.span("newest first"),
                every,
                class_name="sect-h",
            ),
            _chosen(),
            rx.el.ul(rx.foreach(ThemeState.newest, _member), class_name="qs"),
        ),
    )


def split_dialog() -> rx.Component:
    """Return the question for the name of a theme made of the chosen signals."""
    return dialog(
        "Split off into a new theme",
        state_form(
            field(
                "Name",
                "label",
                error=ThemeHandState.split_error,
                hint="The chosen signals stay in it when themes are formed anew.",
                max_length=120,
                required=True,
                auto_focus=True,
            ),
            rx.el.div(
                rx.dialog.close(rx.el.button("Cancel", type="button", class_name="btn")),
                rx.el.button("Split off", type="submit", class_name="btn primary"),
                class_name="row dlg-end",
            ),
            on_submit=ThemeHandState.split,
            class_name="col paste",
        ),
        open=ThemeHandState.splitting & (ThemeState.chosen.length() > 0),
        on_open_change=ThemeHandState.ask_split,
    )


def merge_menu() -> rx.Component:
    """Return the menu of themes to merge this one into; a theme with a project does not end."""
    return rx.cond(
        ThemeHandState.others & ~ROW.locked & (ROW.project == ""),
        menu(
            button("Merge into", "ghost", "sm", "merge"),
            rx.foreach(ThemeHandState.others, _into_theme),
            align="end",
        ),
    )


def nearest() -> rx.Component:
    """Return the theme whose middle is nearest."""
    return rx.cond(
        ThemeState.nearest,
        rx.el.section(
            rx.el.h3("Nearest theme", class_name="sect-h"),
            rx.el.ul(
                rx.el.li(
                    link(
                        ThemeState.nearest.text,
                        href=ThemeState.nearest.href,
                        class_name="trunc link",
                    ),
                    rx.el.span(ThemeState.nearest_words, class_name="tn t3", title="Cosine"),
                ),
                class_name="sg near",
            ),
        ),
    )


def _event(row: ObjectVar[LineageRow]) -> rx.Component:
    others = rx.foreach(
        row.others, lambda tag: link(tag.text, href=tag.href, class_name="link listed")
    )
    return rx.el.li(
        rx.el.div(row.text, " ", others),
        rx.el.div(row.note, " · ", moment(row.at, ago=True), class_name="t3 sm"),
    )


def lineage() -> rx.Component:
    """Return where the theme came from and what became of it."""
    return rx.cond(
        ThemeState.lineage,
        rx.el.section(
            rx.el.h3("History", class_name="sect-h"),
            rx.el.ol(rx.foreach(ThemeState.lineage, _event), class_name="lin"),
        ),
    )
