"""The first steps of a workspace as a strip under the top bar, until they are done or hidden."""

import reflex as rx

from pmflow_core.board.first_run import Step
from pmflow_ui.components import Text
from pmflow_ui.components.button import button
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.link import placed_link
from pmflow_ui.state.first_run_rows import PLACE, STEPS
from pmflow_ui.state.session import SessionState

# The pages of the way, and the step before which they show the large checklist instead.
PAGES = {"board": Step.PROJECT, "signals": Step.SIGNALS, "themes": None, "project": None}


def framed(here: str) -> Text:
    """Return the classes of a page's frame, which say when it may yet get the strip."""
    if here not in PAGES:
        return "shell"
    return rx.cond(SessionState.first_run.known, "shell", "shell unsure")


def is_done(index: int) -> rx.Var[bool]:
    """Return whether a step is done."""
    return SessionState.first_run.done.to(list[bool])[index]


def step_mark(index: int) -> rx.Component:
    """Return the mark of a step: its number, or that it is done."""
    number = rx.el.span(str(index + 1), class_name="nn")
    return rx.cond(is_done(index), state_glyph("completed"), number)


def hide_first_run() -> rx.Component:
    """Return the button that hides the first steps; it can be taken back."""
    return button("Hide", "ghost", "sm", on_click=SessionState.hide_first_run)


def next_step() -> rx.Component:
    """Return the link that does what the current step asks for; not shown where it leads to."""
    first_run = SessionState.first_run
    return placed_link(first_run.action, href=first_run.href, class_name="btn sm fr-go")


def _step(index: int) -> rx.Component:
    current = SessionState.first_run.current == index
    return rx.el.li(
        step_mark(index),
        rx.el.span(STEPS[index].title, class_name="fr-t"),
        custom_attrs={"aria-current": rx.cond(current, "step", "false")},
    )


def first_run_strip(here: str) -> rx.Component:
    """Return the strip for the page `here`; nothing on pages that are not on the way."""
    if here not in PAGES:
        return rx.fragment()
    shown, before = SessionState.first_run.shown, PAGES[here]
    strip = rx.el.section(
        rx.el.h2("Getting started", class_name="fr-h"),
        rx.el.ol(*(_step(index) for index in range(len(STEPS))), class_name="fr-s"),
        rx.el.div(rx.el.p(SessionState.first_run.text), next_step(), class_name="fr-n"),
        rx.el.span(hide_first_run(), class_name="fr-x"),
        class_name="fr",
        aria_label="Getting started",
    )
    return rx.cond(shown if before is None else shown & is_done(PLACE[before]), strip)
