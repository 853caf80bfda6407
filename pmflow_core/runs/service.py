"""What people and automation ask of stage runs: request, cancel, retry, approve."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import User
from pmflow_core.activity import service as activity
from pmflow_core.calls import budgets, ledger
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.jobs import Job, enqueue_on_commit
from pmflow_core.outgoing import announcing as outgoing
from pmflow_core.outgoing.models import EventType
from pmflow_core.projects import repository as projects
from pmflow_core.projects import service as project_service
from pmflow_core.projects.models import Project
from pmflow_core.projects.service import Cause
from pmflow_core.recipes import repository as recipe_rows
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import RecipeSpec
from pmflow_core.runs import explain, question_rows, repository, reuse, step_costs
from pmflow_core.runs.extensions import installed
from pmflow_core.runs.models import RunLogLine, RunStep, StageRun
from pmflow_core.runs.status import OPEN, LogLevel, RunStatus
from pmflow_core.workspaces.numbers import take_numbers


class RunAlreadyOpen(Conflict):
    """The project has a run that is not finished."""

    code = "run_already_open"


class NoRecipe(Conflict):
    """Nothing is automated at that stage."""

    code = "no_recipe"


class RunIsFinished(Conflict):
    """The run has ended, so there is nothing to stop."""

    code = "run_is_finished"


class RunIsOpen(Conflict):
    """The run goes on, so it cannot be retried."""

    code = "run_is_open"


class RunIsATrial(Conflict):
    """One step was tried; there is nothing to repeat or to take over from it."""

    code = "run_is_a_trial"


class StageWasLeft(Conflict):
    """The project is in another stage than the run was."""

    code = "stage_was_left"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a requested run differs from the usual."""

    provider: str | None = None
    retry_of: UUID | None = None
    replay: bool = False  # answers come from the workspace's recordings only


USUAL = RunOptions()


def request_run(
    session: Session, actor: Actor, project_id: UUID, options: RunOptions = USUAL
) -> StageRun:
    """Queue a run of the project's current stage, pinned to its published recipe, and return it.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: no such project in the actor's workspace.
        NoRecipe: the stage has no recipe.
        RunAlreadyOpen: the project's last run is not finished.
    """
    actor.require(Role.EDITOR)
    project = projects.get_project(session, project_id, lock=True)
    stage = projects.stage_of(session, project)
    found = recipes.find_spec(session, stage.slug)
    if found is None:
        raise NoRecipe(f"Nothing is automated in {stage.name} yet; move the project by hand.")
    version, spec = found
    run = new_run(session, actor, project, stage.slug, version.id)
    run.provider = installed().provider(options.provider or spec.provider).name
    run.retry_of = options.retry_of
    run.replay = options.replay
    text = f"Requested run {run.number} of {stage.name}"
    queue(session, actor, project, run, reuse.waiting_steps(run, spec), text)
    open_budget(session, run, spec)
    return run


def new_run(
    session: Session, actor: Actor, project: Project, stage: str, version_id: UUID
) -> StageRun:
    """Return a run that is not stored yet, numbered, with its first offer counted."""
    return StageRun(
        workspace_id=actor.workspace_id,
        number=take_numbers(session, actor.workspace_id, "run"),
        project_id=project.id,
        stage=stage,
        recipe_version_id=version_id,
        provider="",
        requested_by=actor.user_id,
        requested_by_name=actor.name,
        dispatch=1,
        dispatched_at=utcnow(),
        queued_at=utcnow(),
    )


def queue(
    session: Session,
    actor: Actor,
    project: Project,
    run: StageRun,
    steps: Iterable[RunStep],
    text: str,
) -> None:
    """Store a new run of a locked project with its steps, and offer it after the commit.

    Raises:
        ProjectIsClosed: the project was shipped or archived.
        RunAlreadyOpen: the project's last run is not finished.
    """
    project_service.require_active(project)
    if not repository.add_queued(session, run):
        raise RunAlreadyOpen(f"{project.key} already has an open run.")
    session.add_all(steps)
    session.flush()
    activity.record(session, actor, project.id, "run", text)
    audit.record(session, actor, "run.requested", project.key, {"run": run.number})
    dispatch(session, run)


def open_budget(session: Session, run: StageRun, spec: RecipeSpec) -> None:
    """Give a new run the cap that its recipe sets, where it sets one."""
    if spec.budget_usd is not None:
        budgets.open_run(session, run.workspace_id, run.id, Decimal(str(spec.budget_usd)))


def dispatch(session: Session, run: StageRun, *, front: bool = True) -> None:
    """Offer a queued run to the workers after the commit; runs go before batches of signals."""
    enqueue_on_commit(
        session,
        Job.EXECUTE_RUN,
        str(run.id),
        job_id=job_id(run),
        front=front,
    )
    announce(session, run)


def job_id(run: StageRun) -> str:
    """Return the id of the job that offers the run now; a new dispatch makes a new one."""
    return f"run-{run.id}-{run.dispatch}"


def tell_ended(session: Session, run: StageRun) -> None:
    """Tell other programs that a run is completed or failed."""
    completed = run.status is RunStatus.COMPLETED
    facts: dict[str, Any] = {"run_id": run.id, "run": run.number, "stage": run.stage}
    facts["project_id"] = run.project_id
    if not completed:
        kind = run.failure_class.value if run.failure_class else None
        facts |= {"failure": kind, "message": run.failure_message}
    event = EventType.RUN_COMPLETED if completed else EventType.RUN_FAILED
    outgoing.announce(session, event, facts)


def announce(session: Session, run: StageRun) -> None:
    """Nudge whoever watches the run, its project or the board, after the commit."""
    publish_on_commit(
        session,
        topics.run(run.id),
        topics.project(run.project_id),
        topics.board(run.workspace_id),
    )


def cancel(session: Session, actor: Actor, run_id: UUID) -> StageRun:
    """End an open run now; what its worker still does is written nowhere.

    Raises:
        PermissionDenied: the actor is not an editor.
        RunIsFinished: it has ended already.
    """
    actor.require(Role.EDITOR)
    project = projects.get_project(
        session, repository.get_run(session, run_id).project_id, lock=True
    )
    run = repository.get_run(session, run_id, lock=True)
    if run.status not in OPEN:
        raise RunIsFinished(f"Run {run.number} has ended: {run.status.value}.")
    if run.status is not RunStatus.RUNNING:
        # No later claim will return what a dead worker had reserved.
        ledger.close_abandoned(session, run.id, run.fence + 1)
    run.status = RunStatus.CANCELLED
    run.finished_at = utcnow()
    run.lease_until = None
    run.cancelled_by = actor.name
    step_costs.count(session, run.id)
    question_rows.close_unanswered(session, run.id, actor.name)
    line = RunLogLine(
        workspace_id=run.workspace_id,
        run_id=run.id,
        seq=0,
        level=LogLevel.WARN,
        text=f"cancelled by {actor.name}",
    )
    repository.append_unfenced_log(session, run, line)
    if not run.trial:
        _decide_cancelled(session, actor, project, run)
    audit.record(session, actor, "run.cancelled", f"run {run.number}", {})
    announce(session, run)
    return run


def _decide_cancelled(session: Session, actor: Actor, project: Project, run: StageRun) -> None:
    stage = projects.stage_name(session, run.stage)
    explanation = explain.cancelled(stage, actor.name, owner_name(session, project))
    cause = Cause(run_id=run.id, recipe_version_id=run.recipe_version_id)
    project_service.decide(session, actor, project, run.stage, explanation, cause)
    activity.record(session, actor, project.id, "run", f"Cancelled run {run.number}")


def retry(session: Session, actor: Actor, run_id: UUID) -> StageRun:
    """Queue a new run that repeats an ended one of the project's current stage.

    Raises:
        PermissionDenied: the actor is not an editor.
        RunIsOpen: it has not ended.
        RunIsATrial: it only tried one step.
        StageWasLeft: the project has left that stage.
    """
    actor.require(Role.EDITOR)
    run, project = _ended(session, run_id)
    if recipe_rows.is_ad_hoc(session, run.recipe_version_id):
        return rerun(session, actor, run.id, repository.steps_of(session, run.id)[0].step_key)
    options = RunOptions(run.provider, retry_of=run.id, replay=run.replay)
    return request_run(session, actor, project.id, options)


def replay(session: Session, actor: Actor, run_id: UUID) -> StageRun:
    """Queue a run that repeats an ended one on its recorded answers, at no cost.

    Raises: as `retry`.
    """
    actor.require(Role.EDITOR)
    run, project = _ended(session, run_id)
    options = RunOptions(run.provider, retry_of=run.id, replay=True)
    return request_run(session, actor, project.id, options)


def rerun(
    session: Session,
    actor: Actor,
    run_id: UUID,
    step_key: str,
    params: Mapping[str, Any] | None = None,
) -> StageRun:
    """Queue a new run that starts at a step of an ended one and reuses what is before it.

    It follows the recipe version of the ended run. `params` are laid over the step's last input.

    Raises:
        PermissionDenied: the actor is not an editor.
        RunIsOpen: the run has not ended.
        RunIsATrial: it only tried one step.
        StageWasLeft: the project has left that stage.
        NoSuchStep: the run has no such step.
        StepNotReached: something before that step was never finished.
        BadStepInput: the step cannot work with `params`; every fault is named.
        RunAlreadyOpen: another run of the project is not finished.
    """
    actor.require(Role.EDITOR)
    ended, project = _ended(session, run_id)
    spec = recipes.read_spec(recipe_rows.get_version(session, ended.recipe_version_id))
    step = reuse.find_step(spec, step_key)
    earlier = repository.steps_of(session, ended.id)
    if params is not None:
        row = next(row for row in earlier if row.step_key == step_key)
        params = reuse.edited_params(step, row, params, installed())
    run = new_run(session, actor, project, ended.stage, ended.recipe_version_id)
    run.provider = ended.provider
    run.only_signal = ended.only_signal
    run.retry_of = ended.id
    run.rerun_from = step_key
    text = f"Requested run {run.number}, run {ended.number} again from {step.title}"
    steps = list(reuse.reusing_steps(run, spec, earlier, params))
    queue(session, actor, project, run, steps, text)
    open_budget(session, run, spec)
    return run


def _ended(session: Session, run_id: UUID) -> tuple[StageRun, Project]:
    """Return a run that can be repeated, and its project, locked."""
    run = repository.get_run(session, run_id)
    project = projects.get_project(session, run.project_id, lock=True)
    run = repository.get_run(session, run_id)
    if run.status in OPEN:
        raise RunIsOpen(f"Run {run.number} is still open.")
    if run.trial:
        raise RunIsATrial(f"Run {run.number} tried one step; try it again from its recipe.")
    stage = projects.stage_of(session, project)
    if stage.slug != run.stage:
        raise StageWasLeft(f"{project.key} is in {stage.name} now; run that stage instead.")
    return run, project


def resume(session: Session, run: StageRun) -> None:
    """Queue a locked, waiting run again; it goes on at the step it waits at."""
    run.status = RunStatus.QUEUED
    run.waiting_for = None
    run.waiting_reason = None
    run.waiting_usd = None
    run.queued_at = utcnow()
    run.dispatch += 1
    run.dispatched_at = utcnow()
    session.flush()
    dispatch(session, run)


def wake_waiting(session: Session) -> None:
    """Queue the workspace's runs that wait for money; those that still lack it wait again."""
    for run in repository.waiting_runs(session):
        resume(session, run)


def owner_name(session: Session, project: Project) -> str:
    """Return who acts for the project: its owner's name, or any editor."""
    user = session.get(User, project.owner_id) if project.owner_id else None
    return user.name if user else "Any editor"
