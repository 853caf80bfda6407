"""The page of a stage's recipe: its form, its versions, and one step tried on a project."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.badge import state_chip
from pmflow_ui.components.button import button
from pmflow_ui.components.document import document
from pmflow_ui.components.form import state_form
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.keys import keys
from pmflow_ui.components.link import link
from pmflow_ui.components.moment import moment
from pmflow_ui.components.overlay import dialog
from pmflow_ui.components.page_keys import page_keys
from pmflow_ui.components.placeholder import skeleton_rows
from pmflow_ui.components.shell import shell, workspace_path
from pmflow_ui.pages.recipe_form import recipe_form
from pmflow_ui.state.recipe import RecipeState
from pmflow_ui.state.recipe_fields import Option
from pmflow_ui.state.recipe_rows import TrialCheck, VersionLine
from pmflow_ui.state.recipe_trial import TrialState
from pmflow_ui.state.session import SessionState

TRIAL = TrialState.trial


def _crumb() -> rx.Component:
    state = rx.cond(
        RecipeState.dirty,
        rx.el.span("Not saved", class_name="chip s-waiting"),
        rx.cond(
            RecipeState.number == 0,
            rx.fragment(),
            rx.cond(
                RecipeState.number == RecipeState.published,
                rx.el.span(f"v{RecipeState.number}, in use", class_name="chip s-completed"),
                rx.el.span(f"v{RecipeState.number}", class_name="chip fill"),
            ),
        ),
    )
    return rx.el.div(
        link("Recipes", href=workspace_path("recipes")),
        rx.el.span("/", class_name="sep"),
        rx.el.h1(RecipeState.name, class_name="trunc"),
        state,
        class_name="crumb",
    )


def _actions() -> rx.Component:
    wrong = RecipeState.wrong > 0
    to_publish = RecipeState.dirty | (RecipeState.number != RecipeState.published)
    faults = rx.el.span(
        RecipeState.wrong,
        rx.cond(RecipeState.wrong == 1, " fault", " faults"),
        class_name="bad sm nowrap",
        role="status",
    )
    return rx.fragment(
        rx.cond(wrong, faults),
        rx.cond(
            RecipeState.dirty,
            rx.fragment(
                button(
                    "Discard", "ghost", "sm", class_name="no-phone", on_click=RecipeState.discard
                ),
                button("Save draft", "", "sm", disabled=wrong, on_click=RecipeState.save),
            ),
        ),
        rx.cond(
            to_publish,
            button("Publish", "primary", "sm", disabled=wrong, on_click=RecipeState.publish),
        ),
    )


def _newer() -> rx.Component:
    compare = f"{RecipeState.href}?version={RecipeState.newer}&diff={RecipeState.number}"
    return rx.cond(
        (RecipeState.newer > 0) & SessionState.can_admin,
        rx.el.div(
            icon("git-compare", 14),
            rx.el.span(
                rx.el.b(f"v{RecipeState.newer} was saved meanwhile. "),
                "What you typed is kept here.",
                class_name="grow",
            ),
            link("Compare", href=compare, target="_blank", class_name="btn sm"),
            button("I compared, save on top", "", "sm", on_click=RecipeState.save_over),
            class_name="drops",
            role="alert",
        ),
    )


def _others() -> rx.Component:
    def line(text: rx.Var[str]) -> rx.Component:
        return rx.el.li(text)

    return rx.cond(
        RecipeState.others,
        rx.el.div(
            icon("circle-alert", 14),
            rx.el.ul(rx.foreach(RecipeState.others, line)),
            class_name="drops",
            role="alert",
        ),
    )


def _use(line: ObjectVar[VersionLine]) -> rx.Component:
    """Return what publishes a draft, or goes back to a version that was used before."""
    is_draft = line.state == "draft"
    use = button(
        rx.cond(is_draft, "Publish", "Roll back"),
        "ghost",
        "sm",
        class_name="cmp",
        aria_label=rx.cond(is_draft, f"Publish {line.label}", f"Roll back to {line.label}"),
        on_click=RecipeState.use(line.number),
    )
    return rx.cond(line.state == "in_use", rx.fragment(), use)


def _version(line: ObjectVar[VersionLine]) -> rx.Component:
    chip = rx.match(
        line.state,
        ("in_use", rx.el.span("In use", class_name="chip s-completed")),
        ("draft", rx.el.span("Draft", class_name="chip s-waiting")),
        rx.fragment(),
    )
    compare = link(
        "Compare", href=line.diff_href, class_name="link sm cmp", aria_label=f"Compare {line.label}"
    )
    return rx.el.li(
        rx.el.span(
            link(rx.el.b(line.label), href=line.href, class_name="cover"),
            chip,
            moment(line.at, class_name="t3 sm right"),
            class_name="row",
        ),
        rx.cond(line.notes, rx.el.span(line.notes, class_name="sm t2")),
        rx.el.span(
            rx.el.span(line.author, class_name="trunc grow t3 sm"),
            rx.cond(line.here, rx.fragment(), compare),
            rx.cond(SessionState.can_admin & ~RecipeState.dirty, _use(line)),
            class_name="row",
        ),
        class_name=rx.cond(line.here, "on", ""),
        key=line.label,
    )


def _changes() -> rx.Component:
    def line(text: rx.Var[str]) -> rx.Component:
        return rx.el.li(text)

    return rx.cond(
        RecipeState.against > 0,
        rx.el.section(
            rx.el.div(
                rx.el.h2(f"v{RecipeState.against} → v{RecipeState.number}", class_name="grow"),
                link(
                    "Close",
                    href=f"{RecipeState.href}?version={RecipeState.number}",
                    class_name="link sm",
                ),
                class_name="panel-h",
            ),
            rx.cond(
                RecipeState.changes,
                rx.el.ul(rx.foreach(RecipeState.changes, line), class_name="chgs panel-b"),
                rx.el.p("Both say the same.", class_name="t3 panel-b"),
            ),
            class_name="panel",
            aria_label="What differs",
        ),
    )


def _versions() -> rx.Component:
    none = rx.el.p("The first draft you save is v1.", class_name="t3 sm")
    return rx.el.aside(
        rx.el.div("Versions", class_name="sect-h"),
        rx.cond(
            RecipeState.versions,
            rx.el.ol(rx.foreach(RecipeState.versions, _version), class_name="vers"),
            none,
        ),
        class_name="vrail",
        aria_label="Versions",
    )


def _check(check: ObjectVar[TrialCheck]) -> rx.Component:
    return rx.el.li(
        state_glyph(check.glyph),
        rx.el.div(
            rx.el.div(check.title, class_name="med"),
            rx.el.p(check.detail, class_name="sm t2"),
            class_name="grow",
        ),
        class_name="gate",
    )


def _trial_head() -> rx.Component:
    return rx.el.div(
        rx.el.h2("Trial of ", TRIAL.step, class_name="trunc"),
        state_chip(TRIAL.status),
        rx.el.span(class_name="grow"),
        link("Log and cost", href=TRIAL.href, class_name="link sm nowrap"),
        rx.cond(
            TRIAL.is_open & SessionState.can_admin,
            button("Stop", "", "sm", "square", on_click=TrialState.cancel),
            link(
                icon("x", 14),
                href=f"{RecipeState.href}?version={RecipeState.number}",
                class_name="btn ghost icon sm",
                aria_label="Close the trial",
            ),
        ),
        class_name="panel-h",
    )


def _trial_live() -> rx.Component:
    """Return what the step writes just now, or the newest line of its log."""
    return rx.cond(
        TRIAL.live,
        rx.el.p(TRIAL.live, rx.el.span(class_name="caret"), class_name="words live-t"),
        rx.cond(TRIAL.is_open, rx.el.p(TRIAL.last_line, class_name="t3 sm", role="status")),
    )


def _trial() -> rx.Component:
    def line(text: rx.Var[str]) -> rx.Component:
        return rx.el.li(text)

    return rx.cond(
        TRIAL.id,
        rx.el.section(
            _trial_head(),
            rx.el.div(
                rx.el.p(
                    "On ",
                    link(TRIAL.project, href=TRIAL.project_href, class_name="link"),
                    f" with {TRIAL.version}. Nothing of it is kept in the project. ",
                    TRIAL.words,
                    class_name="sm t2",
                ),
                rx.cond(TRIAL.failure, rx.el.p(TRIAL.failure, class_name="bad", role="alert")),
                _trial_live(),
                rx.el.ul(rx.foreach(TRIAL.checks, _check), class_name="gl"),
                rx.el.ul(rx.foreach(TRIAL.others, line), class_name="chgs"),
                rx.cond(
                    TrialState.blocks,
                    rx.el.div(document(TrialState.blocks), class_name="prose trial-d"),
                ),
                class_name="panel-b col gap",
            ),
            class_name="panel trial",
            id=f"trial-{TRIAL.id}",
            aria_label="Trial",
        ),
    )


def _try_dialog() -> rx.Component:
    def option(each: ObjectVar[Option]) -> rx.Component:
        return rx.el.option(each.label, value=each.value)

    form = state_form(
        rx.el.div(
            rx.el.label("Project", html_for="project"),
            rx.el.select(
                rx.foreach(TrialState.projects, option),
                id="project",
                name="project",
                class_name="input lg",
            ),
            rx.el.p(
                "It is real work and costs what it costs. No document is written, no card moves.",
                class_name="hint",
            ),
            class_name="field",
        ),
        rx.el.div(
            rx.dialog.close(rx.el.button("Cancel", type="button", class_name="btn")),
            rx.el.button("Try it", type="submit", class_name="btn primary"),
            class_name="row end",
        ),
        on_submit=TrialState.start,
        class_name="col gap",
    )
    none = rx.el.p("There is no active project to try it on; create one on the board first.")
    return dialog(
        "Try this step",
        rx.cond(TrialState.projects, form, none),
        open=TrialState.asking != "",
        on_open_change=TrialState.close,
    )


def recipe_page() -> rx.Component:
    """Return the page of the recipe in the address."""
    body = rx.el.div(
        rx.el.div(
            _newer(),
            _others(),
            _trial(),
            _changes(),
            rx.cond(
                SessionState.can_admin | RecipeState.exists,
                recipe_form(),
                rx.el.p("Nothing is automated at this stage yet.", class_name="t3"),
            ),
            class_name="rcp-b",
        ),
        _versions(),
        class_name="rcp-s",
    )
    return shell(
        "recipes",
        _crumb(),
        rx.cond(RecipeState.ready, body, skeleton_rows(12)),
        _try_dialog(),
        keys(),
        # A trial is begun far down the page and shown at its top.
        page_keys((), RecipeState.open_part, follow=f"trial-{TRIAL.id}"),
        actions=rx.cond(SessionState.can_admin & RecipeState.ready, _actions()),
    )
