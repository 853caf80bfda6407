"""The columns of a run's page: its steps, its log, and what is decided about it."""

from collections.abc import Sequence

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components import Text
from pmflow_ui.components.acts import region
from pmflow_ui.components.button import button, icon_button
from pmflow_ui.components.covered import covered_list
from pmflow_ui.components.elapsed import elapsed
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.kbd import kbd
from pmflow_ui.components.keys import key
from pmflow_ui.components.link import link, outward_link
from pmflow_ui.components.log import log_view
from pmflow_ui.components.reason import reason_line
from pmflow_ui.pages.run_compared import attempts_view, calls_view, views
from pmflow_ui.pages.run_question import question_form
from pmflow_ui.state.project_results import FileLine
from pmflow_ui.state.run import Level, RunState
from pmflow_ui.state.run_compared import RunComparedState
from pmflow_ui.state.run_rows import Check, Effect, StepLine, Written
from pmflow_ui.state.session import SessionState

FACTS = RunState.facts
FIND = "log-find"
EFFECT_ICONS = ("arrow-right", "play", "hand")


def _fact(name: Text, *value: rx.Component | Text) -> rx.Component:
    return rx.el.div(rx.el.span(name, class_name="t3"), rx.el.b(*value, class_name="trunc"))


def _dim(text: Text) -> rx.Component:
    return rx.el.span(text, class_name="t3")


def metrics() -> rx.Component:
    """Return the run's figures in one row."""
    project = link(FACTS.project, href=FACTS.project_href, class_name="trunc")
    return rx.el.div(
        _fact("Project", project),
        _fact("Stage", FACTS.stage, " ", _dim(FACTS.recipe)),
        _fact(rx.cond(FACTS.waited, "Waiting for", "Elapsed"), elapsed(FACTS.since, FACTS.until)),
        _fact("Tokens", FACTS.tokens_in, _dim(" in "), FACTS.tokens_out, _dim(" out")),
        _fact("Cost", FACTS.cost, " ", _dim(FACTS.provider)),
        _fact("Worker", rx.cond(FACTS.worker, FACTS.worker, _dim("none yet"))),
        class_name="metrics",
    )


def _step(step: ObjectVar[StepLine]) -> rx.Component:
    bar = rx.el.i(
        class_name=rx.cond(step.here, "run", ""), style={"left": step.left, "width": step.width}
    )
    return rx.el.li(
        state_glyph(step.glyph),
        rx.el.span(step.title, class_name="nm"),
        rx.el.span(elapsed(step.since, step.until), class_name="du tn"),
        rx.el.span(step.note, class_name="sub"),
        rx.el.span(bar, class_name="track"),
        rx.cond(
            step.can_start & SessionState.can_edit,
            icon_button(
                "rotate-ccw",
                f"Run again from {step.title}",
                class_name="again",
                on_click=RunState.choose_step(step.key),
            ),
        ),
        key=step.key,
        custom_attrs={"aria-current": rx.cond(step.here, "step", "false")},
        class_name=rx.cond(step.here, "here", ""),
    )


def _written(each: ObjectVar[Written]) -> rx.Component:
    return rx.el.li(
        icon("file-text", 14, "t3"), link(each.title, href=each.href, class_name="link")
    )


def _file(each: ObjectVar[FileLine]) -> rx.Component:
    return rx.el.li(
        icon("file-code", 14, "t3"),
        outward_link(each.name, href=each.href),
        rx.el.span(each.size, class_name="t3 sm right tn"),
    )


def steps_column() -> rx.Component:
    """Return the steps on one time axis, and what they have written."""
    return rx.el.div(
        rx.el.div(
            "Steps", rx.el.span(FACTS.done, class_name="right tn"), class_name="sect-h lead-h"
        ),
        rx.el.ol(rx.foreach(RunState.steps, _step), class_name="steps"),
        rx.cond(
            RunState.written,
            rx.el.div(
                rx.el.div("Written", class_name="sect-h"),
                rx.el.ul(rx.foreach(RunState.written, _written), class_name="art"),
                class_name="acc",
            ),
        ),
        rx.cond(
            RunState.files,
            rx.el.div(
                rx.el.div("Files", class_name="sect-h"),
                rx.el.ul(rx.foreach(RunState.files, _file), class_name="art"),
                class_name="acc",
            ),
        ),
        rx.el.div(
            rx.el.div("Asked for", class_name="sect-h"),
            rx.el.p("by ", FACTS.who, class_name="sm t2"),
            rx.cond(
                FACTS.retry_of,
                rx.el.p(
                    "It repeats run ",
                    FACTS.retry_of,
                    rx.cond(FACTS.rerun_from, rx.fragment(" from ", FACTS.rerun_from)),
                    class_name="sm t2",
                ),
            ),
            class_name="acc",
        ),
        class_name="rn-l",
    )


def _level(value: Level, *label: rx.Component | Text) -> rx.Component:
    return rx.el.button(
        *label,
        type="button",
        class_name="btn ghost sm",
        on_click=RunState.choose_level(value),
        aria_pressed=RunState.level == value,
    )


def _search() -> rx.Component:
    return rx.el.div(
        icon("search", 14, "t3"),
        rx.el.input(
            id=FIND,
            type="search",
            placeholder="Find in the log",
            aria_label="Find in the log",
            on_change=RunState.find,
            max_length=100,
        ),
        kbd("/"),
        class_name="input soft find no-phone",
    )


def _log_bar() -> rx.Component:
    warnings = rx.el.span(RunState.warnings, class_name=rx.cond(RunState.warnings, "warn", ""))
    faults = rx.el.span(RunState.faults, class_name=rx.cond(RunState.faults, "bad", ""))
    return rx.el.div(
        rx.el.div(
            _level("all", "All"),
            _level("info", "Info"),
            _level("warn", "Warn ", warnings),
            _level("err", "Error ", faults),
            class_name="seg",
            role="group",
            aria_label="Levels",
        ),
        _search(),
        rx.el.span(class_name="grow"),
        rx.cond(
            RunState.first_seq > 1,
            button("Load earlier", "ghost", "sm", "arrow-up", on_click=RunState.earlier),
        ),
        rx.cond(
            RunState.faults,
            button("First error", "ghost", "sm", "circle-alert", on_click=RunState.to_first_error),
        ),
        icon_button(
            "wrap-text",
            "Wrap lines",
            class_name="no-phone",
            on_click=RunState.toggle_wrap,
            custom_attrs={"aria-pressed": rx.cond(RunState.wrap, "true", "false")},
        ),
        class_name="bar",
    )


def _live() -> rx.Component:
    """What a step writes just now; its newest words are always in sight."""
    live = RunState.live
    words = rx.el.p(live.text, rx.el.span(class_name="caret"))
    return rx.cond(
        live.text,
        rx.el.section(
            rx.el.div("Writing ", rx.el.b(live.step), class_name="t3 sm"),
            rx.el.div(words, class_name="live-t"),
            class_name="live",
            aria_label="Being written",
        ),
    )


def log_column() -> rx.Component:
    """Return the log with its levels and its search, the calls, or the attempts."""
    log = rx.fragment(
        _log_bar(),
        rx.cond(
            RunState.first_seq,
            log_view(
                FACTS.id,
                RunState.chunk,
                levels=RunState.levels,
                query=RunState.needle,
                wrap=RunState.wrap,
                jump=RunState.jump,
                since=RunState.first_seq,
                on_gap=RunState.fill_gap,
            ),
            rx.el.p(
                "Nothing is written yet. Lines appear here by themselves.", class_name="log-none"
            ),
        ),
        _live(),
    )
    return rx.el.div(
        rx.el.div(views(), class_name="bar views-b"),
        rx.match(
            RunComparedState.view, ("calls", calls_view()), ("attempts", attempts_view()), log
        ),
        class_name="rn-c",
    )


def _effect(effect: ObjectVar[Effect]) -> rx.Component:
    drawn = rx.match(
        effect.icon, *((name, icon(name, 14)) for name in EFFECT_ICONS), icon("circle", 14)
    )
    return rx.el.li(drawn, rx.el.span(rx.el.b(effect.lead), " ", effect.text))


def _approval() -> rx.Component:
    read = link("Read", href=RunState.written[0].href, class_name="btn")
    return rx.el.section(
        rx.el.h2(state_glyph("waiting"), "Approval is asked for", class_name="row"),
        rx.el.p(RunState.reason, ".", class_name="sm t2"),
        rx.el.div(
            rx.el.div("If it is approved", class_name="t3 xs med"),
            rx.el.ol(rx.foreach(RunState.effects, _effect)),
            class_name="what",
        ),
        covered_list(RunState.covered),
        rx.cond(
            SessionState.can_edit,
            rx.el.div(
                button(
                    "Approve",
                    "primary",
                    "",
                    key="1",
                    class_name="grow",
                    on_click=RunState.approve,
                    custom_attrs=key("1"),
                ),
                button("Reject", on_click=RunState.ask_reject(True)),
                rx.cond(RunState.written, read),
                class_name="row ap-do",
                custom_attrs=region("run", f"Run {FACTS.number}"),
            ),
            rx.el.p("An editor decides.", class_name="t3 sm"),
        ),
        class_name="ap",
        aria_label="Approval",
    )


def _failed() -> rx.Component:
    return rx.el.section(
        rx.el.h2(state_glyph("failed"), "Why it failed", class_name="row"),
        rx.el.p(FACTS.failure, class_name="words"),
        rx.el.p("What was written before stays. ", RunState.following, ".", class_name="sm t2"),
        rx.cond(
            SessionState.can_edit & FACTS.can_retry,
            rx.el.div(
                button("Run again", "primary", "", "rotate-ccw", on_click=RunState.retry),
                class_name="row ap-do",
            ),
        ),
        class_name="ap failed",
        aria_label="Why it failed",
    )


def _check(check: ObjectVar[Check]) -> rx.Component:
    return rx.el.li(
        state_glyph(check.glyph),
        rx.el.div(
            rx.el.div(check.title, class_name="med"),
            rx.el.p(check.detail, class_name="sm t2"),
            class_name="grow",
        ),
        class_name="gate",
    )


def _checks(title: rx.Component | Text, rows: rx.Var[Sequence[Check]]) -> rx.Component:
    return rx.cond(
        rows,
        rx.el.section(
            rx.el.h3(title, class_name="sect-h"),
            rx.el.ul(rx.foreach(rows, _check), class_name="gl"),
        ),
    )


def decision_column() -> rx.Component:
    """Return what is decided, by whom, and the checks it rests on."""
    follows = rx.el.section(
        rx.el.h3("What happens next", class_name="sect-h"),
        reason_line(RunState.glyph, RunState.reason, tone=RunState.tone),
        rx.el.p(
            icon("arrow-right", 14, "t3"),
            rx.el.span(RunState.following),
            class_name="reason next",
        ),
        rx.el.p(icon("user-round", 14, "t3"), rx.el.span(RunState.acts), class_name="reason next"),
    )
    return rx.el.aside(
        question_form(),
        rx.cond(FACTS.failure, _failed()),
        rx.cond(RunState.can_approve, _approval()),
        rx.cond(RunState.can_approve, rx.fragment(), follows),
        _checks(rx.fragment("Gates of ", FACTS.stage), RunState.gates),
        _checks(rx.fragment("Checks of ", FACTS.checked_step), RunState.checks),
        class_name="rn-r",
        aria_label="Decision",
    )
