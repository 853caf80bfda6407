"""The board: one lane a stage, one card a project, each with its reason."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.address import address_link, address_scope
from pmflow_ui.components.button import button, link_button
from pmflow_ui.components.card import card_of
from pmflow_ui.components.drag import drop_lane, lane_toggle
from pmflow_ui.components.form import field, state_form
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.imports import import_dialogs
from pmflow_ui.components.keys import key, keys
from pmflow_ui.components.link import link
from pmflow_ui.components.move import move_dialog
from pmflow_ui.components.overlay import dialog
from pmflow_ui.components.placeholder import empty_state
from pmflow_ui.components.shell import shell, workspace_path
from pmflow_ui.components.start import board_checklist
from pmflow_ui.state.board import BoardState
from pmflow_ui.state.board_moves import Check
from pmflow_ui.state.board_rows import MOST_LANES, Lane
from pmflow_ui.state.session import SessionState


def _filters() -> rx.Component:
    counts = BoardState.counts
    shows = (
        ("all", "All", counts.all, ""),
        ("waiting", "Needs me", counts.waiting, "warn"),
        ("blocked", "Blocked", counts.blocked, ""),
        ("running", "Running", counts.running, ""),
    )
    return rx.el.nav(
        *(
            address_link(
                label,
                rx.el.span(number, class_name=rx.cond(number.to(int) > 0, f"n {tone}", "n")),
                href=workspace_path("board" if show == "all" else f"board?show={show}"),
                param="show",
                fallback="all",
            )
            for show, label, number, tone in shows
        ),
        class_name="seg",
        aria_label="Show",
    )


def _new_project() -> rx.Component:
    form = state_form(
        field(
            "Name",
            "name",
            error=BoardState.name_error,
            required=True,
            max_length=120,
            auto_complete="off",
            auto_focus=True,
            placeholder="What should become true for people",
        ),
        rx.el.div(
            rx.el.label("Description", html_for="description"),
            rx.el.textarea(id="description", name="description", class_name="input"),
            rx.el.p("Optional. The first run reads it.", class_name="hint"),
            class_name="field",
        ),
        rx.el.div(
            rx.el.button("Create project", type="submit", class_name="btn primary"),
            class_name="row end",
        ),
        on_submit=BoardState.create,
        class_name="col gap",
    )
    return dialog(
        "New project",
        form,
        description="It begins in the first stage. Create one from a theme to bring its signals.",
        open=BoardState.creating,
        on_open_change=BoardState.set_creating,
    )


def _create_button() -> rx.Component:
    return rx.cond(
        SessionState.can_edit,
        rx.el.button(
            icon("plus", 14),
            rx.el.span("New project", class_name="lbl"),
            rx.el.span("C", class_name="kbd", aria_hidden="true"),
            type="button",
            class_name="btn primary sm",
            aria_label="New project",
            on_click=BoardState.set_creating(True),
            custom_attrs=key("c"),
        ),
    )


def _check(check: ObjectVar[Check]) -> rx.Component:
    return rx.el.span(state_glyph(check.glyph), rx.el.span(check.title), class_name="c")


def _drop(lane: ObjectVar[Lane]) -> rx.Component:
    """Return what the lane says while a card is over it; the style sheet hides it else."""
    drop = BoardState.drop
    slot = rx.el.div(
        rx.el.span(drop.title, class_name="med"),
        rx.foreach(drop.checks, _check),
        rx.el.span(drop.effect, class_name="c t3"),
        class_name="drop",
    )
    refused = rx.el.div(state_glyph("blocked"), rx.el.span(drop.refusal), class_name="deny-note")
    return rx.cond(drop.lane == lane.slug, rx.cond(drop.refusal, refused, slot))


def _counts(lane: ObjectVar[Lane], kind: str) -> list[rx.Component]:
    """Return the lane's number by each filter; the styles show the one of the address."""
    counts = lane.counts
    numbers = {
        "all": counts.all,
        "waiting": counts.waiting,
        "blocked": counts.blocked,
        "running": counts.running,
    }
    return [
        rx.el.span(number, class_name=kind, custom_attrs={"data-of": show})
        for show, number in numbers.items()
    ]


def _lane_head(lane: ObjectVar[Lane], toggle: rx.Component) -> rx.Component:
    return rx.el.header(
        rx.el.span(class_name=f"swatch sw-{lane.colour}"),
        rx.el.span(lane.name, class_name="trunc"),
        *_counts(lane, "n"),
        rx.el.span(class_name="right"),
        toggle,
        class_name="lane-h",
    )


def _lane(index: int) -> rx.Component:
    lane = BoardState.lanes[index]
    cards = getattr(BoardState, f"lane_{index}")
    toggle = lane_toggle(
        icon("columns-2", 14),
        lane=lane.slug,
        name=lane.name,
        usual=BoardState.shut,
        class_name="btn ghost icon sm",
    )
    drawn = drop_lane(
        _lane_head(lane, toggle),
        rx.el.div(
            _drop(lane),
            rx.foreach(cards, lambda card: card_of(card, lane.slug, SessionState.can_edit)),
            class_name="lane-b",
        ),
        lane=lane.slug,
        name=lane.name,
        usual=BoardState.shut,
        on_move=BoardState.move,
        on_hover=BoardState.preview,
        class_name=f"lane {rx.cond(lane.shown, 'shown', '')}",
    )
    return rx.cond(BoardState.lanes.length() > index, drawn)


def _stage_switch() -> rx.Component:
    def stage(lane: ObjectVar[Lane]) -> rx.Component:
        return link(
            lane.name,
            *_counts(lane, "tn"),
            href=lane.phone_href,
            custom_attrs={"aria-current": rx.cond(lane.shown, "page", "false")},
        )

    return rx.el.nav(
        rx.foreach(BoardState.lanes, stage),
        class_name="stage-switch only-phone",
        aria_label="Stages",
    )


def _nothing() -> rx.Component:
    first = empty_state(
        "square-kanban",
        "No project yet",
        "A project begins with what people said. Add signals, read the themes they form, and make "
        "a project of one; or begin with an idea of your own.",
        link_button("Add signals", workspace_path("signals"), "primary", lead="message-square"),
        link_button("Read the themes", workspace_path("themes"), lead="shapes"),
        rx.cond(
            SessionState.can_edit,
            button("New project", lead="plus", on_click=BoardState.set_creating(True)),
        ),
    )
    none = empty_state(
        "check",
        BoardState.nothing,
        "The other projects are under All.",
        link_button("Show all", workspace_path("board")),
    )
    begin = rx.cond(SessionState.first_run.shown, board_checklist(), first)
    return rx.cond(BoardState.counts.all == 0, begin, none)


def _skeleton() -> rx.Component:
    card = rx.el.div(class_name="sk sk-card")
    lane = rx.el.div(rx.el.div(class_name="sk sk-head"), card, card, class_name="lane sk-lane")
    return rx.el.div(*[lane] * 6, class_name="board", role="status", aria_label="Loading")


def board_page() -> rx.Component:
    """Return the board of the workspace in view."""
    lanes = rx.el.div(*(_lane(index) for index in range(MOST_LANES)), class_name="board")
    whole = address_scope(
        rx.el.div(_filters(), class_name="bar only-phone"),
        rx.cond(BoardState.shown == 0, _nothing()),
        _stage_switch(),
        lanes,
        param="show",
        fallback="all",
        class_name=rx.cond(BoardState.shown == 0, "lanes none", "lanes"),
    )
    return shell(
        "board",
        rx.fragment(rx.el.h1("Board"), rx.el.span(_filters(), class_name="no-phone")),
        rx.cond(BoardState.ready, whole, _skeleton()),
        _new_project(),
        import_dialogs(),
        move_dialog(),
        keys(),
        actions=_create_button(),
    )
