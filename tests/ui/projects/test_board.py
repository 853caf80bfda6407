"""The board: every project in its lane with its reason, and moves that say why not."""

from collections.abc import Callable

import pytest

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import reads
from pmflow_core.board.schemas import Mood
from pmflow_core.db.transaction import transaction
from pmflow_ui.state.board import BoardState, NewProject
from pmflow_ui.state.board_dialog import MoveState, OverrideForm
from pmflow_ui.state.board_rows import CardView, read_view, reason_of
from tests.core.runs.staging import Desk
from tests.ui.projects.conftest import Tab, said

OpenTab = Callable[[Actor, str], Tab]
ADDRESS = "/w/acme/board"


def cards(tab: Tab, lane: int) -> list[CardView]:
    return list(getattr(tab.state(BoardState), f"lane_{lane}"))


def stage_of(desk: Desk) -> str:
    with transaction(desk.actor.workspace_id) as session:
        return reads.read_why(session, desk.actor, desk.id).stage


def test_a_project_is_a_card_in_the_lane_of_its_stage(desk: Desk, open_tab: OpenTab) -> None:
    tab = open_tab(desk.actor, ADDRESS)
    tab.send(BoardState, "load")
    [card] = cards(tab, 0)

    assert (card.key, card.title, card.signals) == (desk.key, "Bring search back", 3)
    assert card.href == f"/w/acme/projects/{desk.key}"
    assert (card.mine, card.letters) == (True, "PL")
    assert (card.text, card.next) == (
        "In Inbox, nothing has run here yet.",
        "Run Inbox: summarise the intake",
    )
    assert [lane.name for lane in tab.state(BoardState).lanes][:3] == ["Inbox", "Discovery", "PRD"]


def test_a_filter_in_the_address_hides_what_it_does_not_mean(desk: Desk, open_tab: OpenTab) -> None:
    tab = open_tab(desk.actor, f"{ADDRESS}?show=waiting")
    tab.send(BoardState, "load")
    state = tab.state(BoardState)

    # The browser hides it by its mood, in the frame of the click.
    assert [card.mood for card in cards(tab, 0)] == [""]
    assert (state.show, state.shown, state.counts.all) == ("waiting", 0, 1)
    assert (state.lanes[0].counts.all, state.lanes[0].counts.waiting) == (1, 0)


def test_a_moved_card_is_in_its_new_lane_before_the_move_is_made(
    desk: Desk, open_tab: OpenTab
) -> None:
    tab = open_tab(desk.actor, ADDRESS)
    tab.send(BoardState, "load")
    replies = tab.send(BoardState, "move", str(desk.id), "discovery")

    assert [card.key for card in cards(tab, 1)] == [desk.key]
    assert cards(tab, 0) == []
    assert stage_of(desk) == "discovery"
    assert "undo" in said(replies)


def test_a_refused_move_comes_back_with_the_reason(
    editor: Actor, desk: Desk, open_tab: OpenTab
) -> None:
    tab = open_tab(editor, ADDRESS)
    tab.send(BoardState, "create", {"name": "Without evidence"})
    lonely = next(card for card in cards(tab, 0) if card.key != desk.key)
    replies = tab.send(BoardState, "move", lonely.id, "discovery")
    back = next(card for card in cards(tab, 0) if card.id == lonely.id)

    assert cards(tab, 1) == []
    assert (back.tone, back.text) == ("fail", "0 linked signals, needs 1")
    assert back.lead == "Not moved. Linked signals keeps it in Inbox:"
    assert not back.can_override
    assert "was not moved" in said(replies)


def test_a_new_project_needs_a_name(editor: Actor, open_tab: OpenTab) -> None:
    tab = open_tab(editor, ADDRESS)
    tab.send(BoardState, "create", NewProject(name="  "))
    assert "1 to 120 characters" in tab.state(BoardState).name_error


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("move", ("00000000-0000-0000-0000-000000000001", "prd")),
        ("create", ({"name": "Mine"},)),
        ("preview", ("00000000-0000-0000-0000-000000000001", "prd")),
    ],
)
def test_a_viewer_changes_nothing(
    viewer: Actor, open_tab: OpenTab, event: str, arguments: tuple[object, ...]
) -> None:
    tab = open_tab(viewer, ADDRESS)
    assert "needs" in said(tab.send(BoardState, event, *arguments)).lower()


def test_the_dialog_says_what_each_move_finds(desk: Desk, open_tab: OpenTab) -> None:
    tab = open_tab(desk.actor, ADDRESS)
    tab.send(MoveState, "ask", str(desk.id))
    options = {option.stage: option for option in tab.state(MoveState).options}

    assert "inbox" not in options
    assert options["discovery"].note == "The gate passes. Discovery can be run then"
    assert not options["discovery"].refused


def test_an_admin_overrides_with_a_reason_and_an_editor_does_not(
    admin: Actor, editor: Actor, open_tab: OpenTab
) -> None:
    for actor, allowed in ((editor, False), (admin, True)):
        tab = open_tab(actor, ADDRESS)
        tab.send(BoardState, "create", {"name": f"By {actor.role}"})
        card = cards(tab, 0)[-1]
        tab.send(MoveState, "ask", card.id)
        option = next(o for o in tab.state(MoveState).options if o.stage == "discovery")
        assert option.refused
        assert option.can_override is allowed
        replies = tab.send(MoveState, "ask_override", "discovery")
        assert bool(replies) is not allowed

    tab.send(MoveState, "override", OverrideForm(reason=""))
    assert tab.state(MoveState).reason_error
    assert "Moved" in said(tab.send(MoveState, "override", OverrideForm(reason="A strategic bet")))


def test_the_address_remembers_which_lanes_are_collapsed() -> None:
    view = read_view(ADDRESS, {"show": "nonsense", "shut": "prd,tickets", "stage": "prd"})
    assert (view.show, view.shut) == ("all", "prd,tickets")
    assert view.href() == f"{ADDRESS}?shut=prd,tickets&stage=prd"
    assert read_view(ADDRESS, {"shut": "none"}).href() == f"{ADDRESS}?shut=none"


def test_a_waiting_card_says_for_what() -> None:
    approval = reason_of(
        Mood.WAITING, "All gates of PRD passed; waits for approval", "Approve it", mine=True
    )
    budget = reason_of(Mood.WAITING, "$0.40 over the cap", "Raise the budget", mine=True)
    assert (approval.lead, approval.text) == ("Waiting for you", "· approve it")
    assert (budget.lead, budget.next) == ("$0.40 over the cap.", "Raise the budget")


def test_only_what_needs_somebody_is_tinted() -> None:
    tones = {mood: reason_of(mood, "It is so. Here.", "Do it", mine=True).tone for mood in Mood}
    tinted = {mood: tone for mood, tone in tones.items() if tone}
    assert tinted == {Mood.WAITING: "need", Mood.FAILED: "fail"}
