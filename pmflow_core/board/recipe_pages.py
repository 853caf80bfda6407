"""Recipes as their pages show them: each stage's, what its last runs came to, and a trial."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import statements
from pmflow_core.board.schemas import RunRead
from pmflow_core.board.shown_runs import read_run
from pmflow_core.errors import NotFound
from pmflow_core.projects import repository as projects
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.schemas import RecipeRead
from pmflow_core.recipes.spec import RecipeSpec
from pmflow_core.runs import repository as runs
from pmflow_core.runs import tried
from pmflow_core.runs.status import RunStatus
from pmflow_core.runs.tried import Tried

OUTCOMES_SHOWN = 8
PROJECTS_OFFERED = 200


@dataclass(frozen=True, slots=True)
class OutcomeRead:
    """How one run of a stage ended, or how it stands."""

    run_id: UUID
    number: int
    status: RunStatus


@dataclass(frozen=True, slots=True)
class StageRecipe:
    """A stage with its recipe, if it has one, and its newest runs, the newest first."""

    slug: str
    name: str
    is_enabled: bool
    recipe: RecipeRead | None
    spec: RecipeSpec | None
    outcomes: tuple[OutcomeRead, ...]


@dataclass(frozen=True, slots=True)
class TrialRead:
    """The trial of one step: its run, and what it wrote."""

    run: RunRead
    written: Tried
    skill: str


@dataclass(frozen=True, slots=True)
class ProjectChoice:
    """A project on which a step can be tried."""

    id: UUID
    key: str
    name: str
    stage: str


def read_recipes(session: Session, actor: Actor) -> tuple[StageRecipe, ...]:
    """Return all stages from left to right, each with its recipe and newest outcomes."""
    actor.require(Role.VIEWER)
    found = {each.stage: each for each in recipes.list_recipes(session, actor)}
    ends = statements.newest_runs_by_stage(session, OUTCOMES_SHOWN)
    return tuple(
        StageRecipe(
            slug=stage.slug,
            name=stage.name,
            is_enabled=stage.enabled,
            recipe=found.get(stage.slug),
            spec=_published(session, stage.slug) if stage.slug in found else None,
            outcomes=tuple(OutcomeRead(*each) for each in ends.get(stage.slug, ())),
        )
        for stage in projects.list_all_stages(session)
    )


def read_trial(session: Session, actor: Actor, run_id: UUID) -> TrialRead:
    """Return a trial with its log so far; raises NotFound for any other run."""
    actor.require(Role.VIEWER)
    run = runs.get_run(session, run_id)
    if not run.trial:
        raise NotFound("No step was tried in that run.")
    (step,) = runs.steps_of(session, run.id)
    return TrialRead(read_run(session, actor, run_id), tried.read(step.output), step.skill)


def list_projects(session: Session, actor: Actor) -> tuple[ProjectChoice, ...]:
    """Return the active projects by key, at most 200, on which a step can be tried."""
    actor.require(Role.VIEWER)
    names = {stage.id: stage.name for stage in projects.list_all_stages(session)}
    found = sorted(projects.list_projects(session), key=lambda each: each.number)
    return tuple(
        ProjectChoice(each.id, each.key, each.name, names[each.stage_id])
        for each in found[:PROJECTS_OFFERED]
    )


def _published(session: Session, stage: str) -> RecipeSpec | None:
    found = recipes.find_spec(session, stage)
    return None if found is None else found[1]
