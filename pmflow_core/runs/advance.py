"""The deciding transaction: gates on facts re-read under lock, then the move and its record."""

from dataclasses import replace

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import Conflict
from pmflow_core.projects import repository as projects
from pmflow_core.projects import service as project_service
from pmflow_core.projects.models import Decision, Project, Stage
from pmflow_core.projects.service import Cause
from pmflow_core.recipes import service as recipes
from pmflow_core.runs import explain
from pmflow_core.runs.failing import passed_over
from pmflow_core.runs.gatekeeping import blocking
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.scene import Scene, look
from pmflow_core.runs.service import request_run


def conclude(session: Session, actor: Actor, run: StageRun) -> Decision:
    """Decide what a completed run means for its project, in the transaction that completes it.

    The recipe version that the run pinned judges. The project stays, waits for approval, or goes
    on by itself, and a next run is requested.
    """
    project = projects.get_project(session, run.project_id, lock=True)
    scene = look(session, project, run)
    if scene is None or scene.stage.slug != run.stage:
        raise Conflict(f"{project.key} left {run.stage} while run {run.number} worked on it.")
    scene = replace(scene, gates=(*scene.gates, *passed_over(session, run)))
    cause = Cause(run.id, run.recipe_version_id, automatic=True)
    following = scene.next_stage
    if following is None or blocking(scene.gates):
        return rest(session, actor, scene, cause)
    stop = projects.position_of(session, scene.recipe.stop_stage)
    if not explain.advances_by_itself(scene.recipe, following.position, stop):
        return rest(session, actor, scene, cause)
    if project_service.is_looping(session, project, following):
        circle = explain.loops(following.name, scene.owner)
        return project_service.decide(session, actor, project, scene.stage.slug, circle, cause)
    return go_on(session, actor, scene, following, cause)


def check_again(
    session: Session, actor: Actor, project: Project, note: str = ""
) -> Decision | None:
    """Evaluate the stage's gates anew, as after an edit; None where nothing is automated.

    Only a project that has been judged at this stage is judged again. `note` is a sentence that
    its reason says too.
    """
    actor.require(Role.EDITOR)
    scene = look(session, project)
    last = projects.latest_decisions(session, [project.id]).get(project.id)
    if scene is None or last is None or last.stage != scene.stage.slug:
        return None
    cause = Cause(last.run_id, scene.version.id)
    return rest(session, actor, scene, cause, note)


def rest(session: Session, actor: Actor, scene: Scene, cause: Cause, note: str = "") -> Decision:
    """Write why the project stays where it is: a gate failed, a person is to approve, or the end.

    It is a gate first, since nobody is asked to approve what could not go on.
    """
    to = scene.next_stage.name if scene.next_stage else None
    stage = scene.stage.name
    if scene.failed:
        explanation = explain.stays(stage, scene.failed, scene.gates, scene.owner)
    elif scene.lacks_approval is not None:
        lacking = scene.lacks_approval
        explanation = explain.lacks_approval(stage, to, lacking, scene.gates, scene.owner)
    else:
        explanation = explain.waits(stage, to, scene.gates, scene.owner)
    explanation = explain.noting(explanation, note)
    return project_service.decide(
        session, actor, scene.project, scene.stage.slug, explanation, cause
    )


def go_on(session: Session, actor: Actor, scene: Scene, to: Stage, cause: Cause) -> Decision:
    """Move the project on, write why, and request the run that is automated in the next stage."""
    project_service.move(session, actor, scene.project, to, cause)
    found = recipes.find_spec(session, to.slug)
    explanation = explain.advanced(
        scene.stage.name,
        to.name,
        scene.gates,
        by="by itself" if cause.automatic else f"approved by {actor.name}",
        runs=None if found is None else found[1].title,
        owner=scene.owner,
    )
    decision = project_service.decide(session, actor, scene.project, to.slug, explanation, cause)
    if found is not None:
        request_run(session, actor, scene.project.id)
    return decision
