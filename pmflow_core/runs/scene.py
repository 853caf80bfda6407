"""A locked project at its stage: the recipe that judges it, and what its gates say now."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Project, Stage
from pmflow_core.recipes import repository as recipe_rows
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.models import RecipeVersion
from pmflow_core.recipes.spec import RecipeSpec
from pmflow_core.runs.extensions import installed
from pmflow_core.runs.gatekeeping import blocking, evaluate_gates
from pmflow_core.runs.kinds import Verdict
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.service import owner_name

HUMAN_APPROVAL = "human_approval"


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything one decision is taken on."""

    project: Project
    stage: Stage
    next_stage: Stage | None
    version: RecipeVersion
    recipe: RecipeSpec
    gates: tuple[Verdict, ...]
    owner: str

    @property
    def failed(self) -> tuple[Verdict, ...]:
        """Return the gates that keep the project here and that no approval could open."""
        return tuple(gate for gate in blocking(self.gates) if gate.name != HUMAN_APPROVAL)

    @property
    def lacks_approval(self) -> Verdict | None:
        """Return the gate that only waits for people, or None."""
        return next((gate for gate in blocking(self.gates) if gate.name == HUMAN_APPROVAL), None)


def look(session: Session, project: Project, run: StageRun | None = None) -> Scene | None:
    """Return the scene of a locked project, judged by the recipe that `run` pinned.

    Without a run the published recipe of its stage judges; None where nothing is automated.
    """
    stage = projects.stage_of(session, project)
    version = _version(session, stage, run)
    if version is None:
        return None
    recipe = recipes.read_spec(version)
    return Scene(
        project,
        stage,
        projects.next_stage(session, stage),
        version,
        recipe,
        evaluate_gates(session, project, recipe, installed()),
        owner_name(session, project),
    )


def _version(session: Session, stage: Stage, run: StageRun | None) -> RecipeVersion | None:
    if run is not None and run.stage == stage.slug:
        return recipe_rows.get_version(session, run.recipe_version_id)
    found = recipes.find_spec(session, stage.slug)
    return None if found is None else found[0]
