"""One step of a recipe is tried on a project, and the project stays exactly as it was."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import reads
from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.documents import repository as documents
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.projects import repository as projects
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import OnFailure, RecipeSpec
from pmflow_core.runs import repository, service, trials, tried
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.reuse import NoSuchStep
from pmflow_core.runs.service import RunAlreadyOpen, RunIsATrial
from pmflow_core.runs.status import RunStatus
from tests.core.runs.staging import RESEARCH, Desk, MakeEngine


@pytest.fixture
def boss(desk: Desk) -> Actor:
    """Who may change recipes."""
    return replace(desk.actor, role=Role.ADMIN)


def a_trial(boss: Actor, desk: Desk, number: int = 1, step: str = "research") -> StageRun:
    with transaction(boss.workspace_id) as session:
        return trials.request_trial(session, boss, desk.id, "discovery", number, step)


def state_of(session: Session, desk: Desk) -> tuple[object, ...]:
    project = projects.get_project(session, desk.id)
    written = documents.latest_versions(session, desk.id)
    decided = projects.latest_decisions(session, [desk.id])
    return project.stage_id, project.status, len(written), len(decided)


def test_a_trial_shows_what_the_step_writes_and_leaves_the_project_alone(
    session: Session, desk: Desk, boss: Actor, make_engine: MakeEngine
) -> None:
    before = state_of(session, desk)
    run = a_trial(boss, desk)

    make_engine(RESEARCH).execute(run.id, "test")

    done = repository.get_run(session, run.id)
    (step,) = repository.steps_of(session, run.id)
    assert (done.status, done.trial, step.step_key) == (RunStatus.COMPLETED, True, "research")
    assert tried.read(step.output).content == RESEARCH
    assert [check["passed"] for check in step.criteria] == [True] * len(step.criteria)
    assert step.criteria
    assert state_of(session, desk) == before
    assert reads.read_project(session, boss, desk.key).why.run_id is None


def test_a_trial_that_fails_decides_nothing_and_asks_nobody(
    session: Session, desk: Desk, boss: Actor, make_engine: MakeEngine, extensions: Extensions
) -> None:
    asking = recipes.get_spec(session, boss, "discovery").model_copy(
        update={"on_failure": OnFailure.ASK}
    )
    draft = recipes.save_draft(session, boss, asking, extensions.catalogue())
    session.flush()
    before = state_of(session, desk)
    run = a_trial(boss, desk, draft.number)

    make_engine("# Nothing of what was asked\n").execute(run.id, "test")

    done = repository.get_run(session, run.id)
    assert done.status is RunStatus.FAILED
    assert done.failure_message
    assert state_of(session, desk) == before


def test_a_draft_can_be_tried_before_anybody_publishes_it(
    session: Session, desk: Desk, boss: Actor, make_engine: MakeEngine, extensions: Extensions
) -> None:
    published = recipes.get_spec(session, boss, "discovery")
    step = published.steps[0].model_copy(update={"criteria": ("file:research",)})
    changed = RecipeSpec.model_validate({**published.model_dump(), "steps": [step.model_dump()]})
    draft = recipes.save_draft(session, boss, changed, extensions.catalogue())
    session.flush()
    run = a_trial(boss, desk, draft.number)

    make_engine("# Short\n\nWords.\n").execute(run.id, "test")

    (row,) = repository.steps_of(session, run.id)
    assert [check["name"] for check in row.criteria] == ["file"]
    assert repository.get_run(session, run.id).status is RunStatus.COMPLETED


def test_a_trial_and_a_run_do_not_stand_in_each_others_way(
    session: Session, desk: Desk, boss: Actor
) -> None:
    board.start_run(session, boss, desk.id)
    session.flush()

    run = a_trial(boss, desk)

    assert repository.open_run(session, desk.id) is not None
    assert repository.open_run(session, desk.id) != run
    with pytest.raises(RunAlreadyOpen, match="being tried"):
        a_trial(boss, desk)


def test_a_cancelled_trial_leaves_no_decision_and_cannot_be_repeated(
    session: Session, desk: Desk, boss: Actor
) -> None:
    before = state_of(session, desk)
    run = a_trial(boss, desk)

    service.cancel(session, boss, run.id)

    assert repository.get_run(session, run.id).status is RunStatus.CANCELLED
    assert state_of(session, desk) == before
    with pytest.raises(RunIsATrial):
        service.retry(session, boss, run.id)
    with pytest.raises(RunIsATrial):
        service.rerun(session, boss, run.id, "research")


def test_only_admins_try_and_only_what_there_is(session: Session, desk: Desk, boss: Actor) -> None:
    with pytest.raises(PermissionDenied):
        trials.request_trial(session, desk.actor, desk.id, "discovery", 1, "research")
    with pytest.raises(NotFound):
        trials.request_trial(session, boss, desk.id, "discovery", 9, "research")
    with pytest.raises(NoSuchStep):
        trials.request_trial(session, boss, desk.id, "discovery", 1, "poem")
