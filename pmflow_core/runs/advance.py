"""The deciding transaction: gates on facts re-read under lock, then the move and its record."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import service as activity
from pmflow_core.documents import repository as documents
from pmflow_core.errors import Conflict
from pmflow_core.projects import repository as projects
from pmflow_core.projects import service as project_service
from pmflow_core.projects.models import Decision, Outcome, Project, Stage
from pmflow_core.projects.service import Cause, Explanation
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.models import RecipeVersion
from pmflow_core.recipes.spec import RecipeSpec
from pmflow_core.runs import explain, repository
from pmflow_core.runs.extensions import installed
from pmflow_core.runs.gatekeeping import blocking, evaluate_gates
from pmflow_core.runs.kinds import Verdict
from pmflow_core.runs.models import Approval, StageRun
from pmflow_core.runs.service import owner_name, request_run


class ShownIsOld(Conflict):
    """A document changed after it was shown to the person who approves it."""

    code = "shown_is_old"


class NothingToApprove(Conflict):
    """The project does not wait for an approval."""

    code = "nothing_to_approve"


@dataclass(frozen=True, slots=True)
class _Scene:
    """A locked project at its stage, with the recipe that judges it and what that came to."""

    project: Project
    stage: Stage
    next_stage: Stage | None
    version: RecipeVersion
    recipe: RecipeSpec
    gates: tuple[Verdict, ...]
    owner: str


def conclude(session: Session, actor: Actor, run: StageRun) -> Decision:
    """Decide what a completed run means for its project, in the transaction that completes it.

    The project stays, waits for approval, or goes on by itself, and a next run is requested.
    """
    project = projects.get_project(session, run.project_id, lock=True)
    scene = _look(session, project)
    if scene is None or scene.stage.slug != run.stage:
        raise Conflict(f"{project.key} left {run.stage} while run {run.number} worked on it.")
    cause = Cause(run.id, run.recipe_version_id, automatic=True)
    following = scene.next_stage
    if following is None or blocking(scene.gates):
        return _rest(session, actor, scene, cause)
    if not explain.advances_by_itself(scene.recipe, following.slug):
        return _rest(session, actor, scene, cause)
    if project_service.is_looping(session, project, following):
        stop = explain.loops(following.name, scene.owner)
        return project_service.decide(session, actor, project, scene.stage.slug, stop, cause)
    return _go_on(session, actor, scene, following, cause)


def check_again(session: Session, actor: Actor, project: Project) -> Decision | None:
    """Evaluate the stage's gates anew, as after an edit; None where nothing is automated.

    Only a project that has been judged at this stage is judged again.
    """
    actor.require(Role.EDITOR)
    scene = _look(session, project)
    last = projects.latest_decisions(session, [project.id]).get(project.id)
    if scene is None or last is None or last.stage != scene.stage.slug:
        return None
    cause = Cause(last.run_id, scene.version.id)
    return _rest(session, actor, scene, cause)


def approve(
    session: Session,
    actor: Actor,
    project: Project,
    comment: str = "",
    seen: Mapping[str, str] | None = None,
) -> Decision:
    """Let a locked project that waits go on, when its gates still pass, and return the decision.

    The approval is bound to the document versions of this moment, which must be those in `seen`
    (type to SHA-256) where that says what the person was shown. When a gate fails by now the
    project stays and the decision says so.

    Raises:
        PermissionDenied: the actor is not an editor.
        NothingToApprove: the project does not wait for an approval.
        ShownIsOld: a document changed since it was shown.
    """
    scene = _waiting(session, actor, project)
    if seen is not None and dict(seen) != _versions(session, project):
        raise ShownIsOld("A document changed since you opened this; read it, then approve.")
    following = scene.next_stage
    cause = Cause(recipe_version_id=scene.version.id)
    if following is None or blocking(scene.gates):
        return _rest(session, actor, scene, cause)
    _add_verdict(session, actor, scene, comment, approved=True)
    activity.record(session, actor, project.id, "approval", f"Approved {scene.stage.name}")
    return _go_on(session, actor, scene, following, cause)


def reject(session: Session, actor: Actor, project: Project, comment: str) -> Decision:
    """Keep a locked project that waits where it is, with the reason, and return the decision.

    Raises:
        PermissionDenied: the actor is not an editor.
        NothingToApprove: the project does not wait for an approval.
    """
    scene = _waiting(session, actor, project)
    _add_verdict(session, actor, scene, comment, approved=False)
    reason = f"{actor.name} rejected {scene.stage.name}"
    activity.record(session, actor, project.id, "approval", f"Rejected {scene.stage.name}")
    explanation = Explanation(
        Outcome.STAYED,
        f"{reason}: {comment}" if comment else reason,
        "Mend the documents or run the stage again",
        scene.owner,
        tuple(verdict.as_json() for verdict in scene.gates),
    )
    cause = Cause(recipe_version_id=scene.version.id)
    return project_service.decide(session, actor, project, scene.stage.slug, explanation, cause)


def _waiting(session: Session, actor: Actor, project: Project) -> _Scene:
    actor.require(Role.EDITOR)
    scene = _look(session, project)
    last = projects.latest_decisions(session, [project.id]).get(project.id)
    waits = (
        scene is not None
        and last is not None
        and last.stage == scene.stage.slug
        and last.outcome is Outcome.WAITS_FOR_APPROVAL
        and repository.open_run(session, project.id) is None
    )
    if scene is None or not waits:
        raise NothingToApprove(f"{project.key} does not wait for an approval.")
    return scene


def _look(session: Session, project: Project) -> _Scene | None:
    stage = projects.stage_of(session, project)
    found = recipes.find_spec(session, stage.slug)
    if found is None:
        return None
    version, recipe = found
    return _Scene(
        project,
        stage,
        projects.next_stage(session, stage),
        version,
        recipe,
        evaluate_gates(session, project, recipe, installed()),
        owner_name(session, project),
    )


def _rest(session: Session, actor: Actor, scene: _Scene, cause: Cause) -> Decision:
    failed = blocking(scene.gates)
    if failed:
        explanation = explain.stays(scene.stage.name, failed, scene.gates, scene.owner)
    else:
        to = scene.next_stage.name if scene.next_stage else None
        explanation = explain.waits(scene.stage.name, to, scene.gates, scene.owner)
    return project_service.decide(
        session, actor, scene.project, scene.stage.slug, explanation, cause
    )


def _go_on(session: Session, actor: Actor, scene: _Scene, to: Stage, cause: Cause) -> Decision:
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


def _add_verdict(
    session: Session, actor: Actor, scene: _Scene, comment: str, *, approved: bool
) -> None:
    versions = _versions(session, scene.project)
    session.add(
        Approval(
            workspace_id=actor.workspace_id,
            project_id=scene.project.id,
            stage=scene.stage.slug,
            approved=approved,
            comment=comment.strip(),
            approver_id=actor.user_id,
            approver_name=actor.name,
            versions=versions,
        )
    )
    action = "stage.approved" if approved else "stage.rejected"
    detail = {"stage": scene.stage.slug, "versions": versions}
    audit.record(session, actor, action, scene.project.key, detail)


def _versions(session: Session, project: Project) -> dict[str, str]:
    """Return the SHA-256 of the newest version of each of the project's documents."""
    return {
        document.type: version.sha256
        for document, version in documents.latest_versions(session, project.id)
    }
