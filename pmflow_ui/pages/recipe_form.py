"""The form of a recipe: every value with its fault beneath it, and the same to read."""

from typing import Any, Literal

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import button, icon_button
from pmflow_ui.components.icon import icon
from pmflow_ui.state.recipe import RecipeState
from pmflow_ui.state.recipe_fields import Field, Option, Part
from pmflow_ui.state.recipe_trial import TrialState
from pmflow_ui.state.session import SessionState


def _option(option: ObjectVar[Option]) -> rx.Component:
    return rx.el.option(option.label, value=option.value)


def _control(one: ObjectVar[Field]) -> rx.Component:
    fault = RecipeState.faults[one.place]
    common: dict[str, Any] = {
        "id": one.place,
        "default_value": one.value,
        "on_change": lambda typed: RecipeState.put(one.place, typed),
        "aria_invalid": rx.cond(fault, True, False),
        "aria_describedby": f"{one.place}-note",
        "key": f"{one.place}-{RecipeState.revision}",
    }
    kind = rx.cond(fault, "input er", "input")
    area: dict[str, Any] = {
        "class_name": rx.cond(one.kind == "json", f"{kind} mono", kind),
        "spell_check": False,
    }
    tall = rx.el.textarea(rows=2, **area, **common)
    number = rx.el.span(
        rx.el.input(type="text", input_mode="decimal", class_name=kind, **common),
        rx.cond(one.unit, rx.el.span(one.unit, class_name="t3 sm nowrap")),
        class_name="row unit",
    )
    return rx.fragment(
        rx.match(
            one.kind,
            ("select", rx.el.select(rx.foreach(one.options, _option), class_name=kind, **common)),
            ("area", tall),
            ("lines", tall),
            ("json", tall),
            ("number", number),
            rx.el.input(type="text", class_name=kind, **common),
        )
    )


def _note(one: ObjectVar[Field]) -> rx.Component:
    fault = RecipeState.faults[one.place]
    return rx.el.div(
        rx.cond(
            fault,
            rx.el.p(icon("x", 12), rx.el.span(fault), class_name="er-text"),
            rx.cond(one.hint, rx.el.p(one.hint, class_name="hint")),
        ),
        id=f"{one.place}-note",
        aria_live="polite",
    )


def _field(one: ObjectVar[Field]) -> rx.Component:
    check = rx.el.label(
        rx.el.input(
            type="checkbox",
            checked=one.value == "true",
            on_change=lambda _: RecipeState.flip(one.place),
        ),
        rx.el.span(one.label),
        class_name="row ck",
    )
    labelled = rx.fragment(rx.el.label(one.label, html_for=one.place), _control(one))
    return rx.el.div(
        rx.cond(one.kind == "check", check, labelled),
        _note(one),
        class_name=rx.cond(one.wide, "field wide", "field"),
        key=one.place,
    )


def _said(one: ObjectVar[Field]) -> rx.Component:
    def line(option: ObjectVar[Option]) -> rx.Component:
        return rx.cond(option.value == one.value, rx.el.span(option.label))

    value = rx.match(
        one.kind,
        ("select", rx.fragment(rx.foreach(one.options, line))),
        ("check", rx.el.span("Yes")),
        rx.el.span(one.value, " ", one.unit, class_name="pre"),
    )
    return rx.cond(one.value, rx.fragment(rx.el.dt(one.label), rx.el.dd(value)))


def _tools(part: ObjectVar[Part]) -> rx.Component:
    """Return what an admin does with a step or gate as a whole."""
    return rx.el.span(
        icon_button(
            "arrow-up",
            f"Move up: {part.title}",
            disabled=part.first,
            on_click=RecipeState.shift(part.place, -1),
        ),
        icon_button(
            "arrow-down",
            f"Move down: {part.title}",
            disabled=part.last,
            on_click=RecipeState.shift(part.place, 1),
        ),
        icon_button("trash-2", f"Take out: {part.title}", on_click=RecipeState.remove(part.place)),
        class_name="row tools",
    )


def _try(part: ObjectVar[Part]) -> rx.Component:
    dirty = RecipeState.dirty | (RecipeState.number == 0)
    ask = TrialState.ask(part.key)
    return rx.el.div(
        rx.cond(
            dirty,
            button(
                "Save draft and try this step…",
                lead="flask-conical",
                disabled=RecipeState.wrong > 0,
                on_click=[RecipeState.save, ask],
            ),
            button("Try this step…", lead="flask-conical", on_click=ask),
        ),
        rx.el.span("On a project of your choice; nothing of it is kept.", class_name="t3 sm"),
        class_name="row wrap try",
    )


def _opened(part: ObjectVar[Part], *, is_step: bool) -> rx.Component:
    more = rx.el.details(
        rx.el.summary("Retries, limits, tools, git", class_name="t2 sm med"),
        rx.el.div(rx.foreach(part.more, _field), class_name="fields"),
    )
    form = rx.fragment(
        rx.el.div(rx.foreach(part.main, _field), class_name="fields"),
        more if is_step else rx.fragment(),
        _try(part) if is_step else rx.fragment(),
    )
    read = rx.el.dl(rx.foreach(part.main, _said), rx.foreach(part.more, _said), class_name="rkv")
    return rx.el.div(rx.cond(SessionState.can_admin, form, read), class_name="part-b")


def _part(part: ObjectVar[Part], *, is_step: bool) -> rx.Component:
    is_open = RecipeState.opened == part.place
    faults = RecipeState.counts[part.place]
    return rx.el.li(
        rx.el.div(
            rx.el.button(
                rx.cond(is_open, icon("chevron-down", 14), icon("chevron-right", 14)),
                rx.el.span(part.number, class_name="no tn"),
                rx.el.span(part.title, class_name="med trunc"),
                rx.el.span(part.does, class_name="t3 sm trunc"),
                rx.cond(faults, rx.el.span(faults, class_name="chip s-failed")),
                rx.el.span(part.note, class_name="t3 sm nowrap right"),
                type="button",
                class_name="part-t",
                aria_expanded=rx.cond(is_open, "true", "false"),
                on_click=RecipeState.open_part(part.place),
            ),
            rx.cond(SessionState.can_admin, _tools(part)),
            class_name="row part-h",
        ),
        rx.cond(is_open, _opened(part, is_step=is_step)),
        key=part.place,
        class_name=rx.cond(faults, "part bad-p", "part"),
    )


def _panel(
    title: str, note: str, add: str, what: Literal["steps", "gates"], rows: rx.Component
) -> rx.Component:
    more = button(add, "", "sm", "plus", on_click=RecipeState.add(what))
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title),
            rx.el.span(note, class_name="t3 sm grow trunc"),
            rx.cond(SessionState.can_admin, more),
            class_name="panel-h",
        ),
        rx.el.ol(rows, class_name="parts"),
        class_name="panel",
        aria_label=title,
    )


def recipe_form() -> rx.Component:
    """Return the recipe: a form for admins, the same facts for everybody else."""
    form = rx.el.div(rx.foreach(RecipeState.fields, _field), class_name="fields panel-b")
    read = rx.el.dl(rx.foreach(RecipeState.fields, _said), class_name="rkv panel-b")
    return rx.fragment(
        rx.el.section(
            rx.el.div(rx.el.h2("Recipe"), class_name="panel-h"),
            rx.cond(SessionState.can_admin, form, read),
            class_name="panel",
            aria_label="Recipe",
        ),
        _panel(
            "Steps",
            "each reads the linked signals, the documents, the knowledge, and earlier steps",
            "Add a step",
            "steps",
            rx.foreach(RecipeState.steps, lambda part: _part(part, is_step=True)),
        ),
        _panel(
            "Gates",
            "what holds a project in this stage until it is so",
            "Add a gate",
            "gates",
            rx.cond(
                RecipeState.gates,
                rx.fragment(rx.foreach(RecipeState.gates, lambda part: _part(part, is_step=False))),
                rx.el.li("None: a finished run is all it takes.", class_name="t3 none"),
            ),
        ),
    )
