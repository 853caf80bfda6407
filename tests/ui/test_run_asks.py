"""What a run's page asks of a person: an answer to a step, and how to run again from one."""

from collections.abc import Callable
from uuid import UUID

import pytest

from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import RecipeSpec, StepSpec
from pmflow_core.runs.extensions import Extensions
from pmflow_ui.state.run import RunState
from tests.core.runs.staging import (
    RESEARCH,
    Desk,
    MakeEngine,
    answers,
    desk,
    extensions,
    make_engine,
    workspace_id,
)
from tests.ui.tab import Tab, goes_to, words

__all__ = ["answers", "desk", "extensions", "make_engine", "workspace_id"]

ASK = StepSpec(
    key="ask",
    title="Which platform first",
    skill="ask",
    params={
        "question": "Which platform first?",
        "kind": "choice",
        "options": ["Android", "iOS"],
        "default": "iOS",
        "timeout_h": 4,
    },
)
WRITE = StepSpec(
    key="research", title="Research", skill="generate_document", params={"template": "research"}
)
Start = Callable[[], tuple[Tab, UUID]]


@pytest.fixture
def start(desk: Desk, extensions: Extensions) -> Start:
    """Queue a run of Discovery that asks, then writes; return a tab on its page."""

    def starting() -> tuple[Tab, UUID]:
        spec = RecipeSpec(stage="discovery", title="Ask and write", steps=(ASK, WRITE))
        with transaction(desk.actor.workspace_id) as session:
            admin = desk.actor.system(desk.actor.workspace_id)
            recipes.publish(session, admin, spec, extensions.catalogue())
            run_id = board.start_run(session, desk.actor, desk.id, "discovery").id
        return Tab(desk.actor, f"/w/acme/runs/{run_id}"), run_id

    return starting


def test_a_question_is_answered_on_the_page_and_the_run_goes_on(
    start: Start, make_engine: MakeEngine
) -> None:
    tab, run_id = start()
    engine = make_engine(RESEARCH)
    engine.execute(run_id, "worker")
    tab.send(RunState, "load")
    asked = tab.state(RunState).question
    assert (asked.kind, asked.options, asked.default) == ("choice", ["Android", "iOS"], "iOS")
    assert asked.deadline
    asking = tab.state(RunState).steps[0]
    assert (asking.glyph, asking.note) == ("waiting", "Waits")

    (said,) = words(tab.send(RunState, "answer", {"answer": "Android"}))
    assert said == "Answered. The run goes on."
    state = tab.state(RunState)
    assert (state.question.id, state.facts.status) == ("", "queued")

    engine.execute(run_id, "worker")
    tab.send(RunState, "refresh")
    assert tab.state(RunState).facts.status == "completed"


def test_a_run_is_done_again_from_a_step_with_other_instructions(
    start: Start, make_engine: MakeEngine
) -> None:
    tab, run_id = start()
    engine = make_engine(RESEARCH, RESEARCH)
    engine.execute(run_id, "worker")
    tab.send(RunState, "load")
    tab.send(RunState, "answer", {"answer": "Android"})
    engine.execute(run_id, "worker")
    tab.send(RunState, "refresh")
    assert [step.can_start for step in tab.state(RunState).steps] == [True, True]

    tab.send(RunState, "choose_step", "research")
    chosen = tab.state(RunState).rerun
    assert (chosen.title, chosen.takes_instructions) == ("Research", True)
    assert chosen.reuses == "A new run takes over 1 step before it and pays nothing for them."
    (address,) = goes_to(tab.send(RunState, "run_from", {"instructions": "Leave out tablets"}))

    again = Tab(tab.actor, address)
    engine.execute(UUID(address.rsplit("/", 1)[-1]), "worker")
    again.send(RunState, "load")
    state = again.state(RunState)
    assert state.facts.status == "completed"
    assert state.steps[0].note == "Taken over, at no cost"
    again.send(RunState, "choose_step", "research")
    assert again.state(RunState).rerun.instructions == "Leave out tablets"
