"""Running one step for once, whatever the stage's recipe says: asked for by a person or a program.

It is a run like any other: it takes the project's place for one, and has the log, the ledger, the
budgets and the page of one. Its recipe is that of the project's stage with this step alone, so at
its end the stage's gates are asked again, and a person decides: it never moves a project by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import Conflict
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Stage
from pmflow_core.recipes import repository as recipe_rows
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import Level, OnFailure, RecipeSpec, StepSpec
from pmflow_core.runs import reuse
from pmflow_core.runs.extensions import installed
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.service import new_run, open_budget, queue
from pmflow_core.signals import links

KEY = "step"


class WhichProject(Conflict):
    """The signal is evidence of no project or of several, so the request must name one."""

    code = "which_project"


@dataclass(frozen=True, slots=True)
class Asked:
    """A skill to be run once with parameters; `signal` is the number of its only evidence."""

    skill: str
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    signal: int | None = None
    provider: str | None = None


def execute(session: Session, actor: Actor, project_id: UUID, asked: Asked) -> StageRun:
    """Queue a run of one step on a project in whatever stage it is, and return it.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: no such project.
        InvalidRecipe: there is no such skill or provider, or it cannot work with the parameters.
        BadStepInput: there is no such parameter; every fault is named.
        ProjectIsClosed: the project was shipped or archived.
        RunAlreadyOpen: the project's last run is not finished.
    """
    actor.require(Role.EDITOR)
    project = projects.get_project(session, project_id, lock=True)
    stage = projects.stage_of(session, project)
    extensions = installed()
    step = _step(session, asked)
    spec = _spec(session, stage, step, asked.provider)
    version = recipes.keep_ad_hoc(session, actor, spec, extensions.catalogue())
    reuse.require_params(step, asked.params, step.params, extensions)
    run = new_run(session, actor, project, stage.slug, version.id)
    run.provider = extensions.provider(spec.provider).name
    run.only_signal = asked.signal
    text = f"Requested run {run.number}, {asked.skill} for once"
    queue(session, actor, project, run, reuse.waiting_steps(run, spec), text)
    open_budget(session, run, spec)
    return run


def project_of_signal(session: Session, actor: Actor, number: int) -> UUID:
    """Return the one project that a signal is evidence of.

    Raises:
        NotFound: no such signal.
        WhichProject: it is evidence of none or of several.
    """
    found = links.links_of(session, links.id_of(session, actor, number))
    if len(found) != 1:
        which = "no project; link it" if not found else "several projects; name one"
        raise WhichProject(f"S-{number} is evidence of {which}.")
    return found[0].project_id


def _step(session: Session, asked: Asked) -> StepSpec:
    """Return the step: as a recipe has it that does the same, with its criteria, or a bare one."""
    same = (
        step
        for version in recipe_rows.list_published(session)
        for step in recipes.read_spec(version).steps
        if step.skill == asked.skill and _kind(step.params) == _kind(asked.params)
    )
    found = next(same, None)
    if found is not None:
        return found.model_copy(update={"params": {**found.params, **asked.params}})
    title = asked.skill.replace("_", " ").capitalize()
    return StepSpec(key=KEY, title=title, skill=asked.skill, params=dict(asked.params))


def _kind(params: Mapping[str, Any]) -> object:
    return params.get("template")


def _spec(session: Session, stage: Stage, step: StepSpec, provider: str | None) -> RecipeSpec:
    found = recipes.find_spec(session, stage.slug)
    base = found[1] if found else RecipeSpec(stage=stage.slug, title=step.title, steps=(step,))
    changes: dict[str, Any] = {
        "title": f"{step.title}, ad hoc"[:80],
        "notes": "",
        "steps": (step,),
        "level": Level.HUMAN_APPROVAL,
        "stop_stage": None,
        "on_failure": OnFailure.STAY,
    }
    if provider is not None:
        changes |= {"provider": provider, "fallbacks": ()}
    return base.model_copy(update=changes)
