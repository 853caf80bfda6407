"""The list of recipes: what each stage does by itself, and how its last runs ended."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import link_button
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.keys import ITEM, keys
from pmflow_ui.components.link import link
from pmflow_ui.components.placeholder import skeleton_rows
from pmflow_ui.components.shell import shell
from pmflow_ui.components.table import Column, table, table_head
from pmflow_ui.state.recipe_rows import Outcome, RecipeLine
from pmflow_ui.state.recipes import RecipesState
from pmflow_ui.state.session import SessionState

COLUMNS = (
    Column("Stage", "148px", class_name="c-stage"),
    Column("Recipe", class_name="c-title"),
    Column("Automation", "24%", class_name="c-level"),
    Column("Provider", "150px", class_name="c-prov"),
    Column("Version", "148px", class_name="c-ver"),
    Column("Last runs", "172px", class_name="c-runs"),
)


def _outcome(outcome: ObjectVar[Outcome]) -> rx.Component:
    return link(
        state_glyph(outcome.glyph),
        href=outcome.href,
        aria_label=outcome.label,
        title=outcome.label,
        class_name="oc",
    )


def _row(row: ObjectVar[RecipeLine]) -> rx.Component:
    none = rx.fragment(
        rx.el.span("Nothing is automated", class_name="t3"),
        rx.cond(SessionState.can_admin, link_button("Write a recipe", row.href, "", "sm", "plus")),
    )
    title = rx.fragment(
        rx.el.span(row.title, class_name="trunc"),
        rx.el.span(row.steps, class_name="t3 sm nowrap"),
    )
    runs = rx.cond(
        row.outcomes,
        rx.el.span(rx.foreach(row.outcomes, _outcome), class_name="row ocs"),
        rx.el.span("None yet", class_name="t3 sm"),
    )
    return rx.el.tr(
        rx.el.td(link(row.name, href=row.href, class_name="med"), class_name="c-stage"),
        rx.el.td(
            rx.el.span(rx.cond(row.exists, title, none), class_name="row rt"), class_name="c-title"
        ),
        rx.el.td(row.level, class_name="c-level t2", title=row.level),
        rx.el.td(row.provider, class_name="c-prov t3"),
        rx.el.td(
            rx.el.span(
                rx.el.span(row.version, class_name="tn"),
                rx.cond(row.draft, rx.el.span(row.draft, class_name="chip s-waiting")),
                class_name="row",
            ),
            class_name="c-ver",
        ),
        rx.el.td(runs, class_name="c-runs"),
        key=row.stage,
        custom_attrs=ITEM,
    )


def recipes_page() -> rx.Component:
    """Return the list of recipes."""
    listed = rx.el.div(
        table(table_head(COLUMNS), rx.foreach(RecipesState.rows, _row), "Recipes", "rcp"),
        rx.el.p(
            "A recipe says what a run of its stage does, what its work is checked by, and what a"
            " project needs before it may go on.",
            class_name="t3 sm foot",
        ),
        class_name="body",
    )
    return shell(
        "recipes",
        rx.el.h1("Recipes"),
        rx.cond(RecipesState.ready, listed, skeleton_rows(7)),
        keys(),
    )
