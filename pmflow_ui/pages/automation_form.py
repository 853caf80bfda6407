"""The form of automation's settings, and the same for those who may only read it."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from pmflow_core.automation.settings import Depth
from pmflow_core.signals.models import Severity
from pmflow_ui.components.button import button
from pmflow_ui.components.form import state_form
from pmflow_ui.components.icon import icon
from pmflow_ui.state.automation import AutomationState
from pmflow_ui.state.automation_rows import OFF, ON

DEPTHS = (
    (
        Depth.MANUAL,
        "Nothing by itself",
        "Themes form; people make projects of them and write PRDs.",
    ),
    (
        Depth.SUGGEST,
        "Propose",
        "A project is proposed for a theme, later its PRD. Nothing happens until a person accepts.",
    ),
    (
        Depth.AUTO_CREATE,
        "Create projects",
        "A project is created from a theme with its signals as evidence. Its PRD is proposed.",
    ),
    (
        Depth.FULL_AUTO,
        "Create projects and write PRDs",
        "A project is created, and its PRD is written at once. The recipe and its gates decide"
        " what follows; budgets hold.",
    ),
)
SWITCH = ((ON, "On"), (OFF, "Off"))
SEVERITIES = (("", "Any"), *((level.value, level.value.capitalize()) for level in Severity))


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of the form; without choices it takes a number in `unit`."""

    name: str
    label: str
    unit: str = ""
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()


GROUPS = (
    (
        "When a theme is ready",
        (
            Entry("initiative_at", "Project from", "signals"),
            Entry("prd_at", "PRD from", "signals"),
            Entry("min_confidence", "Confidence of at least", "0 to 1"),
            Entry("min_severity", "Worst signal at least", choices=SEVERITIES),
        ),
    ),
    (
        "How much at most",
        (
            Entry("daily_cap", "Actions in 24 hours", "actions", "Proposals have as many again."),
            Entry("cooldown_min", "Pause on the same theme", "minutes"),
            Entry("notify_at", "Tell editors from", "signals", "Once a theme; empty: never."),
        ),
    ),
    (
        "Maintenance",
        (
            Entry("orphans_after_days", "An orphan after", "days"),
            Entry("orphans_notify_at", "Tell editors of", "orphans"),
            Entry("duplicates", "Look for duplicates", choices=SWITCH),
            Entry("archival", "Archive old signals", choices=SWITCH),
            Entry("archive_linked_days", "Linked ones after", "days"),
            Entry("archive_reviewed_days", "Reviewed ones after", "days"),
        ),
    ),
)


def _depth(depth: Depth, title: str, text: str) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="depth",
            value=depth.value,
            default_checked=AutomationState.depth == depth.value,
        ),
        rx.el.span(
            rx.el.span(title, class_name="med"), rx.el.span(text, class_name="t2"), class_name="col"
        ),
        class_name="opt",
    )


def _control(entry: Entry) -> rx.Component:
    error = AutomationState.errors[entry.name]
    common: dict[str, Any] = {
        "id": entry.name,
        "name": entry.name,
        "default_value": AutomationState.values[entry.name],
        "class_name": f"input {rx.cond(error, 'er', '')}",
        "aria_invalid": rx.cond(error, True, False),
        "aria_describedby": f"{entry.name}-note",
    }
    if entry.choices:
        options = (rx.el.option(text, value=value) for value, text in entry.choices)
        return rx.el.select(*options, **common)
    return rx.el.span(
        rx.el.input(type="text", input_mode="decimal", **common),
        rx.el.span(entry.unit, class_name="t3"),
        class_name="row unit",
    )


def _entry(entry: Entry) -> rx.Component:
    error = AutomationState.errors[entry.name]
    note = rx.cond(
        error,
        rx.el.span(icon("x", 12), error, class_name="er-text", role="alert"),
        rx.el.span(entry.hint, class_name="hint"),
    )
    return rx.el.div(
        rx.el.label(entry.label, html_for=entry.name),
        _control(entry),
        rx.el.span(note, id=f"{entry.name}-note"),
        class_name="field",
    )


def settings_form() -> rx.Component:
    """Return the form for admins."""
    groups = (
        rx.el.fieldset(
            rx.el.legend(title),
            rx.el.div(*(_entry(entry) for entry in entries), class_name="grid"),
        )
        for title, entries in GROUPS
    )
    return rx.el.section(
        rx.el.div(rx.el.h2("What pmflow does by itself"), class_name="panel-h"),
        state_form(
            rx.el.fieldset(
                rx.el.legend("With a theme that is ready"),
                rx.el.div(*(_depth(*each) for each in DEPTHS), class_name="opts"),
            ),
            *groups,
            rx.el.div(button("Save", "primary", type="submit"), class_name="row"),
            on_submit=AutomationState.save,
            key=AutomationState.form_key,
            class_name="panel-b aut",
        ),
        class_name="panel",
        aria_label="What pmflow does by itself",
    )


def _value(entry: Entry) -> rx.Component:
    value = AutomationState.values[entry.name]
    if entry.choices:
        shown = rx.match(value, *entry.choices, value)
    else:
        shown = rx.cond(value, rx.fragment(value, f" {entry.unit}"), "never")
    return rx.fragment(rx.el.dt(entry.label), rx.el.dd(shown))


def settings_read() -> rx.Component:
    """Return the settings for those who may not change them."""
    chosen = rx.match(
        AutomationState.depth,
        *(
            (
                depth.value,
                rx.el.p(
                    rx.el.span(title, class_name="med"), rx.el.span(f" {text}", class_name="t2")
                ),
            )
            for depth, title, text in DEPTHS
        ),
        rx.fragment(),
    )
    entries = (entry for _, group in GROUPS for entry in group)
    return rx.el.section(
        rx.el.div(
            rx.el.h2("What pmflow does by itself", class_name="grow"),
            rx.el.span("Admins change this", class_name="t3 sm"),
            class_name="panel-h",
        ),
        rx.el.div(
            rx.fragment(chosen),
            rx.el.dl(*(_value(entry) for entry in entries), class_name="aut-kv"),
            class_name="panel-b aut",
        ),
        class_name="panel",
        aria_label="What pmflow does by itself",
    )
