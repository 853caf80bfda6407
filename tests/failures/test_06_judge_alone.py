"""A model that judges is never the only way on: neither in a recipe nor for a card."""

import json

import pytest

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import service as board
from pmflow_core.board.reads import read_why
from pmflow_core.db.transaction import transaction
from pmflow_core.projects.models import Outcome
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import GateSpec, OnFailure, RecipeSpec, StepSpec, Strictness
from pmflow_core.recipes.validation import InvalidRecipe
from pmflow_core.runs import questions
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.status import FailureClass, RunStatus
from tests.core.runs import lifecycle
from tests.core.runs.staging import RESEARCH, Desk, MakeEngine

JUDGED = "ai:The document names a cause"
NO = json.dumps({"holds": False, "why": "No cause is named."})


def recipe(*criteria: str) -> RecipeSpec:
    step = StepSpec(
        key="research",
        title="Research",
        skill="generate_document",
        params={"template": "research"},
        criteria=criteria,
    )
    gate = GateSpec(kind="document_exists", title="Written", params={"document": "research"})
    return RecipeSpec(stage="discovery", title="Research", steps=(step,), gates=(gate,))


def test_a_recipe_whose_only_check_is_a_judge_is_refused(
    desk: Desk, admin: Actor, extensions: Extensions
) -> None:
    """Failure 6: An LLM judge was the only exit and a card stuck for ever."""
    with (
        transaction(desk.actor.workspace_id) as session,
        pytest.raises(InvalidRecipe, match="a judge must not be its only check"),
    ):
        recipes.publish(session, admin, recipe(JUDGED), extensions.catalogue())


@pytest.mark.parametrize(("said", "why"), [(NO, "No cause is named."), ("Perhaps.", "cannot be")])
def test_a_judge_that_always_says_no_leaves_a_reason_and_somebody_who_acts(
    desk: Desk,
    admin: Actor,
    extensions: Extensions,
    make_engine: MakeEngine,
    said: str,
    why: str,
) -> None:
    """Failure 6: An LLM judge was the only exit and a card stuck for ever."""
    with transaction(desk.actor.workspace_id) as session:
        recipes.publish(session, admin, recipe("quotes:verbatim", JUDGED), extensions.catalogue())
    run = lifecycle.start(desk)

    make_engine(RESEARCH, said).execute(run.id, "w1")

    ended = lifecycle.row(desk, run)
    assert (ended.status, ended.failure_class) == (RunStatus.FAILED, FailureClass.CRITERIA)
    with transaction(desk.actor.workspace_id) as session:
        stuck = read_why(session, desk.actor, desk.id)
    assert why in stuck.reason
    assert stuck.can_run
    assert (stuck.next_action != "", stuck.owner) == (True, "Product lead")


def test_a_person_gets_a_card_past_a_judge_that_never_agrees(
    desk: Desk, admin: Actor, extensions: Extensions, make_engine: MakeEngine
) -> None:
    """Failure 6: An LLM judge was the only exit and a card stuck for ever."""
    asking = recipe("quotes:verbatim", JUDGED).model_copy(update={"on_failure": OnFailure.ASK})
    with transaction(desk.actor.workspace_id) as session:
        recipes.publish(session, admin, asking, extensions.catalogue())
    run = lifecycle.start(desk)
    engine = make_engine(RESEARCH, NO)

    engine.execute(run.id, "w1")
    with transaction(desk.actor.workspace_id) as session:
        questions.answer_run(session, desk.actor, run.id, "Skip")
    engine.execute(run.id, "w1")
    with transaction(desk.actor.workspace_id) as session:
        moved = board.move(session, admin, desk.id, "prd", "people have read it")
        now = read_why(session, desk.actor, desk.id)

    assert lifecycle.row(desk, run).status is RunStatus.COMPLETED
    assert (moved.outcome, now.stage) == (Outcome.OVERRIDDEN, "prd")


def test_a_lenient_judge_says_no_and_holds_nobody_up(
    desk: Desk, admin: Actor, extensions: Extensions, make_engine: MakeEngine
) -> None:
    """Failure 6: An LLM judge was the only exit and a card stuck for ever."""
    given = recipe("quotes:verbatim", JUDGED)
    lenient = given.steps[0].model_copy(update={"strictness": Strictness.LENIENT})
    with transaction(desk.actor.workspace_id) as session:
        spec = given.model_copy(update={"steps": (lenient,)})
        recipes.publish(session, admin, spec, extensions.catalogue())
    run = lifecycle.start(desk)

    make_engine(RESEARCH, NO).execute(run.id, "w1")

    with transaction(desk.actor.workspace_id) as session:
        assert read_why(session, desk.actor, desk.id).can_approve
    checks = lifecycle.show(desk, run).steps[0].criteria
    assert [check.passed for check in checks] == [True, False]
