"""Trying one step of a recipe on a project: real work and real cost, but nothing is kept of it.

A trial is a run of a single step. It has the log, the ledger, the budgets and the page of any
other; it writes no document, moves no card, decides nothing, and does not stand in the way of the
project's own run.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.projects import repository as projects
from pmflow_core.projects import service as project_service
from pmflow_core.recipes import repository as recipe_rows
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.validation import validate
from pmflow_core.runs import repository, reuse
from pmflow_core.runs.extensions import installed
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.service import RunAlreadyOpen, dispatch, new_run, open_budget


def request_trial(
    session: Session, actor: Actor, project_id: UUID, stage: str, number: int, step_key: str
) -> StageRun:
    """Queue a trial of one step of a version of a stage's recipe, a draft as well, and return it.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: no such project, or the stage has no such version.
        NoSuchStep: the recipe has no step of that key.
        InvalidRecipe: it could not run any more.
        ProjectIsClosed: the project was shipped or archived.
        RunAlreadyOpen: another trial on the project is not finished.
    """
    actor.require(Role.ADMIN)
    project = projects.get_project(session, project_id, lock=True)
    project_service.require_active(project)
    version = recipe_rows.find_version(session, stage, number)
    spec = recipes.read_spec(version)
    step = reuse.find_step(spec, step_key)
    validate(spec, installed().catalogue())
    run = new_run(session, actor, project, stage, version.id)
    run.provider = installed().provider(spec.provider).name
    run.trial = True
    if not repository.add_queued(session, run):
        raise RunAlreadyOpen(f"A step is being tried on {project.key}; wait for it or cancel it.")
    session.add_all(row for row in reuse.waiting_steps(run, spec) if row.step_key == step.key)
    session.flush()
    detail = {"run": run.number, "step": step.key, "version": number}
    audit.record(session, actor, "step.tried", project.key, detail)
    dispatch(session, run)
    open_budget(session, run, spec)
    return run
