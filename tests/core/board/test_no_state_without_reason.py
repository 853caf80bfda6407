"""Whatever happens to a project, it has a reason, a next action and somebody who acts."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pmflow_core.board import reads
from pmflow_core.board.history import list_decisions
from pmflow_core.db.transaction import transaction
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Outcome, ProjectStatus
from pmflow_core.projects.service import ProjectIsClosed
from pmflow_core.recipes.spec import Level
from pmflow_core.runs.status import OPEN, RunStatus, StepStatus
from tests.core.board.histories import (
    EVENTS,
    STAGES,
    World,
    look_at,
    reason,
)

RARE = st.sampled_from(("cancel", "retry", "edit", "expire", "crash", "reject", "ship", "archive"))
HISTORY = st.lists(
    st.one_of(
        st.tuples(st.just("start"), st.just("")),
        st.tuples(
            st.just("work"),
            st.sampled_from(("write", "write", "nothing", "fail", "ask", "ask_or_else")),
        ),
        st.tuples(st.just("approve"), st.sampled_from(("0", "1"))),
        st.tuples(st.sampled_from(("move", "override")), st.sampled_from(STAGES)),
        st.tuples(st.just("answer"), st.sampled_from(("yes", "no", "perhaps"))),
        st.tuples(RARE, st.just("")),
        st.tuples(st.just("reopen"), st.just("")),
    ),
    min_size=6,
    max_size=12,
)
LEVELS = st.sampled_from(
    ((Level.HUMAN_APPROVAL, None), (Level.AUTO_TO_STAGE, "prd"), (Level.FULL_AUTO, None))
)


@settings(
    max_examples=12,
    phases=[Phase.generate],  # a history is short enough to read as it is
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(automation=LEVELS, history=HISTORY)
def test_after_every_event_a_project_has_a_reason_a_next_action_and_an_owner(
    world: World, automation: tuple[Level, str | None], history: list[tuple[str, str]]
) -> None:
    """Failure 4: Blocked cards without a reason."""
    world.publish(*automation)
    world.create()
    look_at(world)
    for event in history:
        world.happen(event)
        look_at(world)


def test_the_verdict_and_the_move_are_one(world: World) -> None:
    """Failure 1: A verdict was written but the card never moved."""
    world.sign_off = False
    world.publish(Level.FULL_AUTO, None)
    world.create()
    world.happen(("start", ""))

    world.work("write")

    with transaction(world.workspace_id) as session:
        decision = list_decisions(session, world.admin, world.project_id)[0]
        card = reads.read_board(session, world.admin).cards[0]
    assert (decision.outcome, decision.stage, card.stage) == (
        Outcome.ADVANCED,
        "discovery",
        "discovery",
    )


@pytest.mark.parametrize("how", ["write", "nothing", "fail", "ask"])
def test_the_card_says_what_the_run_says(world: World, how: str) -> None:
    """Failure 3: The card's badge disagreed with the run."""
    world.publish(Level.HUMAN_APPROVAL, None)
    world.create()
    world.happen(("start", ""))
    look_at(world)

    world.work(how)

    look_at(world)


def test_without_a_verdict_nothing_advances(world: World) -> None:
    """Failure 7: A missing verdict counted as done."""
    world.publish(Level.FULL_AUTO, None)
    world.create()
    world.happen(("start", ""))

    world.work("nothing")

    assert reason(world).startswith("Stays in Inbox, one gate failed. Research exists:")


def test_there_is_one_name_for_each_end() -> None:
    """Failure 12: Two names for the terminal state."""
    ends = {status.value for status in RunStatus if status not in OPEN}

    assert ends == {"completed", "failed", "cancelled"}
    assert {StepStatus.COMPLETED.value, StepStatus.FAILED.value} <= ends
    assert {status.value for status in ProjectStatus} == {"active", "shipped", "archived"}
    assert {Outcome.SHIPPED.value, Outcome.ARCHIVED.value} < {each.value for each in ProjectStatus}


def test_an_ended_project_goes_on_only_when_it_is_reopened(world: World) -> None:
    world.publish(Level.HUMAN_APPROVAL, None)
    world.create()
    world.happen(("archive", ""))
    with transaction(world.workspace_id) as session:
        for verb in ("start", "move", "approve", "ship"):
            with pytest.raises(ProjectIsClosed, match="is archived; reopen it first"):
                EVENTS[verb](world, session, "0" if verb == "approve" else "discovery")
        why = reads.read_why(session, world.admin, world.project_id)
    assert (why.can_run, why.owner) == (False, "Nobody")

    world.happen(("reopen", ""))

    assert reason(world) == "Reopened by Product lead; it was archived"


@pytest.mark.parametrize(
    ("stage", "action"),
    [("discovery", "move the project on"), ("design", "ship or archive the project")],
)
def test_a_reopened_project_names_a_next_action_that_its_stage_has(
    world: World, stage: str, action: str
) -> None:
    world.publish(Level.HUMAN_APPROVAL, None)
    world.create()
    with transaction(world.workspace_id) as session:
        project = projects.get_project(session, world.project_id)
        project.stage_id = projects.get_stage(session, stage).id
    world.happen(("archive", ""))
    world.happen(("reopen", ""))

    with transaction(world.workspace_id) as session:
        why = reads.read_why(session, world.admin, world.project_id)
    assert why.next_action.endswith(f", then {action}")


def test_the_look_notices_a_card_that_was_put_elsewhere_unsaid(world: World) -> None:
    world.publish(Level.HUMAN_APPROVAL, None)
    world.create()
    world.happen(("override", "discovery"))
    look_at(world)
    with transaction(world.workspace_id) as session:
        project = projects.get_project(session, world.project_id)
        project.stage_id = projects.get_stage(session, "prd").id

    with pytest.raises(AssertionError):
        look_at(world)
