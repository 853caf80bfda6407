"""How far a project goes without a person, and what it says where it stops."""

from pmflow_core.recipes.spec import Level
from tests.core.board.histories import (
    LAST,
    World,
    following,
    reason,
    through,
)


def test_with_human_approval_a_project_stops_at_its_first_stage(world: World) -> None:
    assert through(world, Level.HUMAN_APPROVAL) == "inbox"
    assert reason(world) == "All gates of Inbox passed; waits for approval"


def test_up_to_a_stage_a_project_goes_on_by_itself_and_waits_there(world: World) -> None:
    world.sign_off = False

    assert through(world, Level.AUTO_TO_STAGE, "prd") == "prd"
    assert reason(world) == "All gates of PRD passed; waits for approval"


def test_beyond_the_stop_stage_nothing_goes_on_by_itself(world: World) -> None:
    world.sign_off = False
    through(world, Level.AUTO_TO_STAGE, "discovery")
    world.happen(("move", "prd"))
    world.happen(("start", ""))

    world.work("write")

    assert reason(world) == "All gates of PRD passed; waits for approval"


def test_full_automation_goes_to_the_last_stage_and_says_that_it_is_the_end(world: World) -> None:
    """Failure 2: Automation started the first lane and stalled; completion went elsewhere."""
    world.sign_off = False

    assert through(world, Level.FULL_AUTO) == LAST
    assert reason(world) == "All gates of Design passed; it is the last stage"
    assert following(world) == ("Ship or archive the project", "Product lead")


def test_a_gate_that_asks_for_people_stops_full_automation(world: World) -> None:
    assert through(world, Level.FULL_AUTO) == "discovery"
    assert "0 of 2 approvals" in reason(world)


def test_automation_that_moves_in_a_circle_stops_and_says_so(world: World) -> None:
    world.sign_off = False
    world.publish(Level.FULL_AUTO, None)
    world.create()
    for _ in range(4):
        world.happen(("start", ""))
        world.work("write")
        world.happen(("cancel", ""))
        world.happen(("move", "inbox"))
    world.happen(("start", ""))
    world.work("write")

    assert reason(world).startswith("Automation put the project into Discovery three times")
