"""Gates judge the documents of the moment of the decision, whatever a run was told at its start."""

from collections.abc import Callable

import pytest
from pydantic import BaseModel

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import service as board
from pmflow_core.board.reads import read_why
from pmflow_core.board.shown_runs import read_run
from pmflow_core.db.transaction import transaction
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import GateSpec, RecipeSpec, StepSpec
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.kinds import Check, RunContext, Tools
from tests.core.runs import lifecycle
from tests.core.runs.staging import RESEARCH, Desk, MakeEngine

WANTED = "Which release introduced it"
UNWANTED = RESEARCH.replace(WANTED, "What comes next")
Between = Callable[[], None]


class Nothing(BaseModel):
    """A check without parameters."""


def publish(desk: Desk, admin: Actor, extensions: Extensions, between: Between) -> None:
    """Give Discovery a gate on the text, and something that happens when all steps are done."""

    def check(_params: Nothing, _context: RunContext, _tools: Tools) -> tuple[bool, str]:
        between()
        return True, "Nothing to object to"

    extensions.checks.add(Check("between", Nothing, check))
    step = StepSpec(
        key="research", title="Research", skill="generate_document", params={"template": "research"}
    )
    gates = (
        GateSpec(
            kind="content_match",
            title="Asks for the release",
            params={"document": "research", "pattern": f"/{WANTED}/"},
        ),
        GateSpec(kind="custom", title="Between", optional=True, params={"check": "between"}),
    )
    spec = RecipeSpec(stage="discovery", title="Research", steps=(step,), gates=gates)
    with transaction(desk.actor.workspace_id) as session:
        recipes.publish(session, admin, spec, extensions.catalogue())


@pytest.mark.parametrize(
    ("written", "edited", "passes"), [(RESEARCH, UNWANTED, False), (UNWANTED, RESEARCH, True)]
)
def test_an_edit_between_the_last_step_and_the_decision_is_what_gates_judge(
    desk: Desk,
    admin: Actor,
    extensions: Extensions,
    make_engine: MakeEngine,
    written: str,
    edited: str,
    passes: bool,
) -> None:
    """Failure 19: Gates looked at documents loaded before the run."""

    def edit() -> None:
        with transaction(desk.actor.workspace_id) as session:
            board.edit_document(session, desk.actor, desk.key, "research", edited, base=1)

    publish(desk, admin, extensions, edit)
    run = lifecycle.start(desk)

    make_engine(written).execute(run.id, "w1")

    with transaction(desk.actor.workspace_id) as session:
        gate = read_run(session, desk.actor, run.id).gates[0]
        why = read_why(session, desk.actor, desk.id)
    assert gate.title == "Asks for the release"
    assert (gate.passed, why.can_approve) == (passes, passes)


def test_what_the_run_wrote_is_judged_and_not_what_was_there_when_it_began(
    desk: Desk, admin: Actor, extensions: Extensions, make_engine: MakeEngine
) -> None:
    """Failure 19: Gates looked at documents loaded before the run."""
    publish(desk, admin, extensions, lambda: None)
    make_engine(RESEARCH).execute(lifecycle.start(desk).id, "w1")
    run = lifecycle.start(desk)

    make_engine(UNWANTED).execute(run.id, "w1")

    with transaction(desk.actor.workspace_id) as session:
        assert not read_run(session, desk.actor, run.id).gates[0].passed
