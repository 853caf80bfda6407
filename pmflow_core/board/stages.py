"""Taking a stage off the board: where its projects go is said first, and written for each."""

from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board.service import get_free_project
from pmflow_core.errors import Conflict
from pmflow_core.projects import repository as projects
from pmflow_core.projects import service as project_service
from pmflow_core.projects import stage_rows, stages
from pmflow_core.projects.models import Outcome, Stage
from pmflow_core.projects.service import Cause, Explanation
from pmflow_core.projects.stages import StageRead
from pmflow_core.runs import service as run_service


class StageHasProjects(Conflict):
    """Projects are in the stage, and nothing says where they go."""

    code = "stage_has_projects"


def disable(
    session: Session, actor: Actor, slug: str, *, projects_to: str | None = None
) -> StageRead:
    """Take a stage off the board and return it; its active projects go to `projects_to`.

    Its recipe, documents and decisions stay, and `enable` brings it back. No gate is asked: the
    admin decides, and every project's history says so.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: there is no such stage, or none to send the projects to.
        StageHasProjects: projects are in it and `projects_to` is missing or the stage itself.
        RunAlreadyOpen: a run is working on one of them; it is named.
        LastStage: no other stage is enabled.
    """
    actor.require(Role.ADMIN)
    stage = stage_rows.one_of(stage_rows.list_all(session), slug)
    inside = stage_rows.active_in(session, slug)
    if inside and projects_to in (None, slug):
        number = "1 project is" if len(inside) == 1 else f"{len(inside)} projects are"
        raise StageHasProjects(f"{number} in {stage.name}. Say which stage they go to.")
    if inside and projects_to is not None:
        target = projects.get_stage(session, projects_to)
        for project_id in inside:
            _send(session, actor, project_id, (stage, target))
    # Projects were locked before the stage, as by everybody who moves one.
    stages.put_aside(session, actor, slug)
    if stage_rows.active_in(session, slug):
        raise StageHasProjects(f"Somebody has just moved a project into {stage.name}. Try again.")
    found = stages.list_stages(session, actor)
    return next(each for each in found if each.slug == slug)


def _send(session: Session, actor: Actor, project_id: UUID, way: tuple[Stage, Stage]) -> None:
    here, there = way
    project = get_free_project(session, project_id)
    if project.stage_id != here.id:
        return
    project_service.move(session, actor, project, there, Cause())
    explanation = Explanation(
        Outcome.MOVED,
        f"Moved to {there.name} because {actor.name} disabled the stage {here.name}",
        f"Work on {there.name}, then move the project on",
        run_service.owner_name(session, project),
    )
    project_service.decide(session, actor, project, there.slug, explanation, Cause())
