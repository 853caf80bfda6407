"""Settings, providers and budgets: what can be asked, what it costs, and how much it may."""

from collections.abc import Sequence

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button
from pmflow_ui.components.form import state_form
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.keys import keys
from pmflow_ui.components.link import link
from pmflow_ui.components.placeholder import skeleton_rows
from pmflow_ui.components.settings import settings_page
from pmflow_ui.state.providers import ProvidersState
from pmflow_ui.state.providers_rows import BudgetRow, ProviderRow
from pmflow_ui.state.session import SessionState


def _provider(row: ObjectVar[ProviderRow]) -> rx.Component:
    ready = rx.cond(
        row.is_ready,
        state_glyph("completed"),
        state_glyph("queued"),
    )
    how = rx.cond(
        row.missing,
        rx.el.span(
            "Set ",
            rx.el.code(row.missing, class_name="mono"),
            " where pmflow runs, and start it again.",
        ),
        row.month,
    )
    return rx.el.li(
        rx.el.span(ready, rx.el.span(row.name, class_name="med"), class_name="row pv-n"),
        rx.el.div(
            rx.el.span(
                rx.cond(row.model, rx.el.span(row.model, class_name="mono")),
                rx.el.span(row.about, class_name="t2"),
                class_name="row wrap",
            ),
            rx.el.span(
                rx.el.span(row.price),
                rx.cond(row.price, rx.el.span(" · ")),
                how,
                rx.cond(row.note, rx.el.span(" · ", row.note, class_name="warn")),
                class_name="t3 sm tn",
            ),
            class_name="pv-b",
        ),
        rx.cond(row.is_usual, rx.el.span("default", class_name="chip acc")),
        key=row.name,
    )


def _providers() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Providers", class_name="grow"),
            rx.el.span(ProvidersState.month_words, class_name="t2 tn sm"),
            class_name="panel-h",
        ),
        rx.el.ul(rx.foreach(ProvidersState.providers, _provider), class_name="pvs"),
        rx.el.p(
            "Keys are settings of the installation and never shown. A recipe may name another"
            " provider than the default, and others to fall back on.",
            class_name="panel-b t3 sm",
        ),
        class_name="panel",
        aria_label="Providers",
    )


def _cap_form(row: ObjectVar[BudgetRow]) -> rx.Component:
    return state_form(
        rx.el.input(type="hidden", name="scope", value=row.scope),
        rx.el.input(type="hidden", name="subject", value=row.id),
        rx.el.span("$", class_name="t3", aria_hidden="true"),
        rx.el.input(
            name="cap",
            default_value=row.cap,
            class_name="input",
            input_mode="decimal",
            max_length=20,
            auto_focus=True,
            aria_label=f"Cap of {row.name}, US dollars",
            aria_invalid=rx.cond(ProvidersState.error, True, False),
        ),
        rx.el.button("Save", type="submit", class_name="btn primary sm"),
        button("Cancel", "ghost", "sm", on_click=ProvidersState.change("")),
        rx.cond(
            ProvidersState.error,
            rx.el.p(ProvidersState.error, class_name="er-text", role="alert"),
        ),
        on_submit=ProvidersState.save,
        class_name="row cap-f",
    )


def _budget(row: ObjectVar[BudgetRow]) -> rx.Component:
    bar = rx.el.div(
        rx.el.i(style={"width": f"{row.percent}%"}),
        class_name=f"progress {row.tone}",
        role="img",
        aria_label=f"{row.percent} per cent of the cap is used",
    )
    change = rx.cond(
        SessionState.can_admin,
        button(
            "Change",
            "ghost",
            "sm",
            on_click=ProvidersState.change(row.id),
            aria_label=f"Change the cap of {row.name}",
        ),
    )
    return rx.el.li(
        rx.cond(
            row.href,
            link(row.name, href=row.href, class_name="link trunc"),
            rx.el.span(row.name, class_name="med trunc"),
        ),
        bar,
        rx.el.span(row.words, class_name="tn t2 bd-w"),
        rx.cond(ProvidersState.changing == row.id, rx.fragment(), change),
        rx.cond(ProvidersState.changing == row.id, _cap_form(row)),
        key=row.id,
    )


def _budgets(title: str, note: str, rows: rx.Var[Sequence[BudgetRow]]) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title), rx.el.span(note, class_name="t3 sm no-phone"), class_name="panel-h"
        ),
        rx.el.ul(rx.foreach(rows, _budget), class_name="bds"),
        class_name="panel",
        aria_label=title,
    )


def providers_page() -> rx.Component:
    """Return the page of providers and budgets."""
    content = rx.fragment(
        _providers(),
        _budgets(
            "Budget of the workspace",
            "over all time; a call that might pass the cap is not sent",
            ProvidersState.whole,
        ),
        rx.cond(
            ProvidersState.runs,
            _budgets("Open runs", "the recipe names each run's cap", ProvidersState.runs),
        ),
        rx.cond(
            ProvidersState.projects,
            _budgets("Projects", "the nearest to its cap first", ProvidersState.projects),
        ),
    )
    return settings_page(
        "settings/providers",
        "Providers and budgets",
        rx.cond(ProvidersState.ready, content, skeleton_rows(12)),
        keys(),
    )
