"""How a project ends and comes back: shipped, archived, reopened."""

from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board.service import MoveRefused, get_free_project
from pmflow_core.errors import Conflict
from pmflow_core.projects import repository as projects
from pmflow_core.projects import service as project_service
from pmflow_core.projects.models import Decision, Outcome, Project, ProjectStatus
from pmflow_core.projects.service import Cause, Explanation
from pmflow_core.runs.kinds import Verdict
from pmflow_core.runs.scene import look
from pmflow_core.runs.service import owner_name


def ship(session: Session, actor: Actor, project_id: UUID) -> Decision:
    """Say that a project is out, when the gates of its stage pass, and return the decision.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: no such project.
        ProjectIsClosed: it was shipped or archived before.
        RunAlreadyOpen: a run is working on it.
        MoveRefused: a gate failed; the text says which and why.
    """
    actor.require(Role.EDITOR)
    project = get_free_project(session, project_id)
    scene = look(session, project)
    gates = () if scene is None else scene.gates
    failed = [gate for gate in gates if not gate.passed and not gate.optional]
    if failed:
        raise MoveRefused(f"{failed[0].title} keeps it from being shipped: {failed[0].detail}")
    return _end(session, actor, project, Outcome.SHIPPED, f"Shipped by {actor.name}", gates)


def archive(session: Session, actor: Actor, project_id: UUID, reason: str = "") -> Decision:
    """Put a project away unfinished, with the reason, and return the decision.

    Raises:
        PermissionDenied, NotFound, ProjectIsClosed, RunAlreadyOpen: as `ship`.
    """
    actor.require(Role.EDITOR)
    project = get_free_project(session, project_id)
    said = f"Archived by {actor.name}" + (f": {reason.strip()}" if reason.strip() else "")
    return _end(session, actor, project, Outcome.ARCHIVED, said, ())


def reopen(session: Session, actor: Actor, project_id: UUID) -> Decision:
    """Make an ended project active again, in the stage it ended in, and return the decision.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: no such project.
        Conflict: it is active.
        ThemeHasProject: its theme has another active project by now.
    """
    actor.require(Role.EDITOR)
    project = projects.get_project(session, project_id, lock=True)
    if project.status is ProjectStatus.ACTIVE:
        raise Conflict(f"{project.key} is active.")
    before = project.status.value
    project_service.set_status(session, actor, project, ProjectStatus.ACTIVE)
    stage = projects.stage_of(session, project)
    is_last = projects.next_stage(session, stage) is None
    onwards = "ship or archive the project" if is_last else "move the project on"
    explanation = Explanation(
        Outcome.REOPENED,
        f"Reopened by {actor.name}; it was {before}",
        f"Work on {stage.name}, then {onwards}",
        owner_name(session, project),
    )
    return project_service.decide(session, actor, project, stage.slug, explanation, Cause())


def _end(
    session: Session,
    actor: Actor,
    project: Project,
    outcome: Outcome,
    reason: str,
    gates: tuple[Verdict, ...],
) -> Decision:
    project_service.set_status(session, actor, project, ProjectStatus(outcome.value))
    explanation = Explanation(
        outcome,
        reason,
        "Nothing; reopen it to work on it again",
        "Nobody",
        tuple(gate.as_json() for gate in gates),
    )
    stage = projects.stage_of(session, project).slug
    return project_service.decide(session, actor, project, stage, explanation, Cause())
