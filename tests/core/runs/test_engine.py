"""A run from request to decision, with the database real and the provider scripted."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import BaseModel, ValidationError

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import service as board
from pmflow_core.board.approvals import approval_effects
from pmflow_core.board.reads import read_why
from pmflow_core.board.shown_runs import read_run
from pmflow_core.calls.models import Scope
from pmflow_core.db.transaction import transaction
from pmflow_core.documents import repository as documents
from pmflow_core.projects import repository as projects
from pmflow_core.providers.base import FREE, Completion, ProviderRejected
from pmflow_core.providers.scripted import ScriptedProvider
from pmflow_core.recipes.models import RecipeVersion
from pmflow_core.recipes.spec import Level
from pmflow_core.runs import repository, service
from pmflow_core.runs.approvals import ShownIsOld
from pmflow_core.runs.kinds import StepKind, StepOutcome, Tools
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.repository import Holder
from pmflow_core.runs.status import FailureClass, RunStatus
from tests.core.runs.staging import RESEARCH, Desk, MakeEngine


class NoParams(BaseModel):
    """A step without parameters."""


LEASE = timedelta(seconds=45)


def start(desk: Desk, stage: str = "discovery") -> StageRun:
    with transaction(desk.actor.workspace_id) as session:
        return board.start_run(session, desk.actor, desk.id, stage)


def read(desk: Desk, run: StageRun) -> StageRun:
    with transaction(desk.actor.workspace_id) as session:
        return repository.get_run(session, run.id)


def test_a_run_writes_a_cited_document_and_the_project_waits_for_approval(
    desk: Desk, make_engine: MakeEngine
) -> None:
    engine = make_engine(RESEARCH)
    run = start(desk)

    engine.execute(run.id, "w1")

    with transaction(desk.actor.workspace_id) as session:
        shown = read_run(session, desk.actor, run.id)
        _, version = documents.get_version(session, desk.id, "research")
        citations = documents.citations_of(session, version.id)
    assert shown.row.status is RunStatus.COMPLETED
    assert [gate.passed for gate in shown.gates] == [True, True]
    assert shown.why.can_approve
    assert "waits for approval" in shown.why.reason
    assert [citation.signal_number for citation in citations] == [1, 2, 3]
    assert (citations[0].quote, citations[0].quote_start) == ("The search bar disappeared", 0)
    assert [line.seq for line in shown.lines] == list(range(1, len(shown.lines) + 1))


def test_approval_advances_the_project_and_starts_the_next_run(
    desk: Desk, make_engine: MakeEngine
) -> None:
    make_engine(RESEARCH).execute(start(desk).id, "w1")

    with transaction(desk.actor.workspace_id) as session:
        decision = board.approve(session, desk.actor, desk.id)
        why = read_why(session, desk.actor, desk.id)
        approval = repository.latest_approval(session, desk.id, "discovery")

    assert decision.outcome == "advanced"
    assert why.stage == "prd"
    assert why.reason.startswith("Queued")
    assert approval is not None
    assert list(approval.versions) == ["research"]


def test_approving_twice_is_refused(desk: Desk, make_engine: MakeEngine) -> None:
    make_engine(RESEARCH).execute(start(desk).id, "w1")
    with transaction(desk.actor.workspace_id) as session:
        board.approve(session, desk.actor, desk.id)
        with pytest.raises(Exception, match="does not wait"):
            board.approve(session, desk.actor, desk.id)


def test_approving_evaluates_the_gates_again(desk: Desk, make_engine: MakeEngine) -> None:
    make_engine(RESEARCH).execute(start(desk).id, "w1")
    edited = RESEARCH.replace("do not find it [S-2].", "do not find it.")
    edited = edited.replace("lose it too [S-3].", "lose it too.")
    with transaction(desk.actor.workspace_id) as session:
        board.edit_document(session, desk.actor, desk.key, "research", edited, base=1)
        why = read_why(session, desk.actor, desk.id)
        with pytest.raises(Exception, match="does not wait"):
            board.approve(session, desk.actor, desk.id)

    assert not why.can_approve
    assert "People look for search and do not find it." in why.reason


def test_a_misquotation_fails_the_run_and_names_the_sentence(
    desk: Desk, make_engine: MakeEngine
) -> None:
    wrong = RESEARCH.replace("The search bar disappeared", "The search bar disappears")
    engine = make_engine(wrong)
    run = start(desk)

    engine.execute(run.id, "w1")

    ended = read(desk, run)
    assert ended.status is RunStatus.FAILED
    assert ended.failure_class is FailureClass.CRITERIA
    assert ended.failure_message is not None
    assert "Search vanishes after the update" in ended.failure_message
    with transaction(desk.actor.workspace_id) as session:
        assert documents.latest_versions(session, desk.id) == []


def test_a_step_is_tried_again_as_often_as_its_recipe_says(
    desk: Desk, make_engine: MakeEngine, one_step: Callable[..., None]
) -> None:
    one_step(retries=1)
    wrong = RESEARCH.replace("The search bar disappeared", "The search bar disappears")
    run = start(desk)

    make_engine(wrong, RESEARCH).execute(run.id, "w1")

    assert read(desk, run).status is RunStatus.COMPLETED


@pytest.mark.parametrize("reason", ["truncated", "refused"])
def test_an_answer_that_is_not_whole_never_becomes_a_document(
    desk: Desk, make_engine: MakeEngine, reason: str
) -> None:
    run = start(desk)

    make_engine(Completion(RESEARCH, "scripted", FREE, reason)).execute(run.id, "w1")

    assert read(desk, run).failure_class is FailureClass.PROVIDER
    with transaction(desk.actor.workspace_id) as session:
        assert documents.latest_versions(session, desk.id) == []


def test_a_failed_run_can_be_retried_as_a_new_one(desk: Desk, make_engine: MakeEngine) -> None:
    run = start(desk)
    engine = make_engine(ProviderRejected("The provider refuses."), RESEARCH)
    engine.execute(run.id, "w1")

    with transaction(desk.actor.workspace_id) as session:
        again = service.retry(session, desk.actor, run.id)
    engine.execute(again.id, "w1")

    assert again.retry_of == run.id
    assert read(desk, again).status is RunStatus.COMPLETED


def test_a_plugin_that_raises_anything_leaves_no_run_running(
    desk: Desk, make_engine: MakeEngine, one_step: Callable[..., None]
) -> None:
    engine = make_engine()

    def explode(*_: object) -> StepOutcome:
        raise ArithmeticError("boom")

    engine.extensions.steps.add(StepKind("explode", NoParams, explode))
    one_step(skill="explode", criteria=())
    run = start(desk)

    with pytest.raises(Exception, match="boom"):
        engine.execute(run.id, "w1")

    ended = read(desk, run)
    assert ended.status is RunStatus.FAILED
    assert ended.failure_class is FailureClass.INTERNAL


def test_a_run_whose_recipe_cannot_be_read_fails_at_once(
    desk: Desk, make_engine: MakeEngine
) -> None:
    run = start(desk)
    with transaction(desk.actor.workspace_id) as session:
        session.get_one(RecipeVersion, run.recipe_version_id).spec = {"stage": "discovery"}

    with pytest.raises(ValidationError):
        make_engine().execute(run.id, "w1")

    assert read(desk, run).failure_class is FailureClass.INTERNAL


def test_a_finished_step_is_not_worked_again(desk: Desk, make_engine: MakeEngine) -> None:
    run = start(desk)
    engine = make_engine(RESEARCH)
    engine.execute(run.id, "w1")

    engine.execute(run.id, "w2")

    with transaction(desk.actor.workspace_id) as session:
        document, _ = documents.get_version(session, desk.id, "research")
    assert document.latest == 1


def test_a_late_worker_writes_nothing_after_a_cancel(desk: Desk) -> None:
    run = start(desk)
    with transaction(desk.actor.workspace_id) as session:
        claimed = repository.claim(session, run.id, worker="w1", lease=LEASE, at_once=4)
        assert claimed is not None
        service.cancel(session, desk.actor, run.id)

    with transaction(desk.actor.workspace_id) as session:
        written = repository.append_log(session, Holder(run.id, claimed.fence), [])
        why = read_why(session, desk.actor, desk.id)
    assert not written
    assert "cancelled by Product lead" in why.reason


def test_automation_runs_up_to_its_stop_stage_and_no_further(
    desk: Desk, make_engine: MakeEngine, one_step: Callable[..., None]
) -> None:
    one_step("discovery", level=Level.AUTO_TO_STAGE, stop_stage="prd")
    one_step("prd", level=Level.AUTO_TO_STAGE, stop_stage="prd")
    engine = make_engine(RESEARCH, RESEARCH)
    engine.execute(start(desk).id, "w1")
    with transaction(desk.actor.workspace_id) as session:
        following = repository.open_run(session, desk.id)
    assert following is not None

    engine.execute(following.id, "w1")

    with transaction(desk.actor.workspace_id) as session:
        why = read_why(session, desk.actor, desk.id)
        moves = projects.transitions(session, desk.id)
    assert why.stage == "prd"
    assert why.can_approve
    assert [move.automatic for move in moves] == [False, True]


def test_a_run_that_lacks_money_waits_and_goes_on_when_the_budget_is_raised(
    desk: Desk, make_engine: MakeEngine
) -> None:
    engine = make_engine(RESEARCH)
    scripted = engine.extensions.providers.get("scripted")
    assert isinstance(scripted, ScriptedProvider)
    scripted.bound = Decimal(3)
    run = start(desk)
    engine.execute(run.id, "w1")

    with transaction(desk.actor.workspace_id) as session:
        why = read_why(session, desk.actor, desk.id)
        admin = Actor.system(desk.actor.workspace_id)
        board.set_budget(session, admin, Scope.RUN, run.id, Decimal(4))
    assert "run's budget of $1.00" in why.reason
    assert why.owner == "An admin"
    assert read(desk, run).status is RunStatus.QUEUED

    engine.execute(run.id, "w2")
    assert read(desk, run).status is RunStatus.COMPLETED


def test_what_failed_is_told_to_the_next_try(
    desk: Desk, make_engine: MakeEngine, one_step: Callable[..., None]
) -> None:
    one_step(retries=1)
    wrong = RESEARCH.replace("The search bar disappeared", "The search bar disappears")
    engine = make_engine(wrong, RESEARCH)

    engine.execute(start(desk).id, "w1")

    scripted = engine.extensions.providers.get("scripted")
    assert isinstance(scripted, ScriptedProvider)
    # It quotes the document, so it is told as data, not as an instruction.
    assert "not a verbatim span" in scripted.requests[1].knowledge[0]


def test_a_step_that_takes_too_long_ends_the_run(
    desk: Desk, make_engine: MakeEngine, one_step: Callable[..., None]
) -> None:
    engine = make_engine()

    def dawdle(_params: object, _context: object, tools: Tools) -> StepOutcome:
        while True:
            tools.check()

    engine.extensions.steps.add(StepKind("dawdle", NoParams, dawdle))
    one_step(skill="dawdle", criteria=(), timeout_s=0.05)
    run = start(desk)

    engine.execute(run.id, "w1")

    assert read(desk, run).failure_class is FailureClass.TIMEOUT


def test_an_approval_of_what_somebody_changed_meanwhile_is_refused(
    desk: Desk, make_engine: MakeEngine
) -> None:
    make_engine(RESEARCH).execute(start(desk).id, "w1")
    with transaction(desk.actor.workspace_id) as session:
        seen = approval_effects(session, desk.actor, desk.key).seen
        edited = RESEARCH.replace("Which release", "Which of the releases")
        board.edit_document(session, desk.actor, desk.key, "research", edited, base=1)

    with (
        transaction(desk.actor.workspace_id) as session,
        pytest.raises(ShownIsOld, match="changed since you opened this"),
    ):
        board.approve(session, desk.actor, desk.id, seen=seen)
