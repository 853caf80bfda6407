"""Settings, stages: the columns of the board, in their order."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_core.projects.stages import Colour
from pmflow_ui.components.button import button, icon_button
from pmflow_ui.components.choice import choice
from pmflow_ui.components.form import field, state_form
from pmflow_ui.components.keys import keys
from pmflow_ui.components.overlay import dialog
from pmflow_ui.components.placeholder import skeleton_rows
from pmflow_ui.components.settings import settings_page
from pmflow_ui.state.session import SessionState
from pmflow_ui.state.stages import StageRow, StagesState

COLOURS = tuple((colour.value, colour.value.capitalize()) for colour in Colour)


def _edited(row: ObjectVar[StageRow]) -> rx.Component:
    return rx.fragment(
        rx.el.input(
            default_value=row.name,
            max_length=40,
            aria_label=f"Name of the stage {row.name}",
            class_name="input grow",
            key=f"{row.slug}-{row.name}-{StagesState.form_key}",
            on_blur=lambda value: StagesState.rename(row.slug, value),
        ),
        choice(
            f"Colour of {row.name}",
            COLOURS,
            value=row.colour,
            on_change=lambda value: StagesState.recolour(row.slug, value),
        ),
    )


def _moves(row: ObjectVar[StageRow]) -> rx.Component:
    switch = rx.cond(
        row.enabled,
        button(
            "Disable",
            "ghost",
            "sm",
            on_click=StagesState.disable(row.slug),
            aria_label=f"Disable {row.name}",
        ),
        button(
            "Enable",
            "",
            "sm",
            on_click=StagesState.enable(row.slug),
            aria_label=f"Enable {row.name}",
        ),
    )
    return rx.el.div(
        icon_button(
            "arrow-up",
            f"Move {row.name} to the left",
            disabled=row.first,
            on_click=StagesState.shift(row.slug, -1),
        ),
        icon_button(
            "arrow-down",
            f"Move {row.name} to the right",
            disabled=row.last,
            on_click=StagesState.shift(row.slug, 1),
        ),
        switch,
        class_name="row set-e",
    )


def _stage(row: ObjectVar[StageRow]) -> rx.Component:
    return rx.el.li(
        rx.el.span(class_name=f"swatch sw-{row.colour}"),
        rx.cond(SessionState.can_admin, _edited(row), rx.el.span(row.name, class_name="med grow")),
        rx.el.span(
            rx.cond(row.enabled, row.projects_words, f"disabled, {row.projects_words}"),
            class_name="t3 sm st-p",
        ),
        rx.cond(SessionState.can_admin, _moves(row)),
        key=row.slug,
        class_name=rx.cond(row.enabled, "set-l stg", "set-l stg off"),
    )


def _add() -> rx.Component:
    return state_form(
        field(
            "New stage",
            "name",
            error=StagesState.add_error,
            max_length=40,
            required=True,
            auto_complete="off",
        ),
        rx.el.div(
            rx.el.label("Colour", html_for="colour"),
            choice("Colour", COLOURS, id="colour", name="colour", default_value="slate"),
            class_name="field",
        ),
        rx.el.button("Add", type="submit", class_name="btn lg"),
        on_submit=StagesState.add,
        class_name="set-f panel-b",
        key=StagesState.form_key,
    )


def _target() -> rx.Component:
    def option(row: ObjectVar[StageRow]) -> rx.Component:
        return rx.el.option(row.name, value=row.slug)

    form = state_form(
        rx.el.div(
            rx.el.label("Move them to", html_for="target"),
            rx.el.select(
                rx.foreach(StagesState.targets, option),
                id="target",
                name="target",
                class_name="input lg",
            ),
            class_name="field",
        ),
        rx.cond(
            StagesState.closing_error,
            rx.el.p(StagesState.closing_error, class_name="er-text", role="alert"),
        ),
        rx.el.div(
            rx.dialog.close(rx.el.button("Keep", class_name="btn", type="button")),
            rx.el.button("Move them and disable", type="submit", class_name="btn primary"),
            class_name="row end",
        ),
        on_submit=StagesState.empty,
        class_name="aut",
    )
    return dialog(
        f"Disable {StagesState.closing_name}?",
        form,
        description=f"{StagesState.closing_words} in it must go somewhere. No gate is asked; each"
        " project's history says why it moved.",
        open=StagesState.closing != "",
        on_open_change=StagesState.keep,
    )


def stages_page() -> rx.Component:
    """Return the page of stages."""
    content = rx.fragment(
        rx.el.section(
            rx.el.div(
                rx.el.h2("Stages", class_name="grow"),
                rx.el.span("The board's columns, from left to right", class_name="t3 sm no-phone"),
                class_name="panel-h",
            ),
            rx.el.ul(rx.foreach(StagesState.rows, _stage), class_name="set-ls"),
            rx.cond(SessionState.can_admin, _add()),
            class_name="panel",
            aria_label="Stages",
        ),
        _target(),
    )
    return settings_page(
        "settings/stages",
        "Stages",
        rx.cond(StagesState.ready, content, skeleton_rows(8)),
        keys(),
    )
