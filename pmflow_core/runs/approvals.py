"""People's verdicts on a stage, bound to the document versions they saw."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import service as activity
from pmflow_core.documents import service as documents
from pmflow_core.documents.models import DocumentVersion
from pmflow_core.errors import Conflict, PermissionDenied
from pmflow_core.projects import repository as projects
from pmflow_core.projects import service as project_service
from pmflow_core.projects.models import Decision, Outcome, Project
from pmflow_core.projects.service import Cause
from pmflow_core.runs import approval_rows, explain, repository
from pmflow_core.runs.advance import go_on, rest
from pmflow_core.runs.gatekeeping import blocking
from pmflow_core.runs.models import Approval
from pmflow_core.runs.scene import Scene, look


class ShownIsOld(Conflict):
    """A document changed after it was shown to the person who approves it."""

    code = "shown_is_old"


class NothingToApprove(Conflict):
    """The project does not wait for an approval."""

    code = "nothing_to_approve"


class AlreadyApproved(Conflict):
    """The same person approved these versions before; somebody else has to."""

    code = "already_approved"


class PersonRequired(PermissionDenied):
    """The gate asks for people's approval, and a program's is none."""

    code = "person_required"


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
    project stays and the decision says so; where more people have to approve it waits for them.

    Raises:
        PermissionDenied: the actor is not an editor.
        NothingToApprove: the project does not wait for an approval.
        ShownIsOld: a document changed since it was shown.
        AlreadyApproved: more people have to approve, and this one did.
        PersonRequired: a gate asks for people's approval, and the actor is a program.
    """
    scene = _waiting(session, actor, project)
    versions = approval_rows.newest_versions(session, project.id)
    if seen is not None and dict(seen) != versions:
        raise ShownIsOld("A document changed since you opened this; read it, then approve.")
    cause = Cause(recipe_version_id=scene.version.id)
    if scene.failed:
        return rest(session, actor, scene, cause)
    _require_another(session, actor, scene, versions)
    _add_verdict(session, actor, scene, versions, comment, approved=True)
    activity.record(session, actor, project.id, "approval", f"Approved {scene.stage.name}")
    # The gates are asked again: this approval counts now.
    scene = look(session, project) or scene
    if scene.next_stage is None or blocking(scene.gates):
        return rest(session, actor, scene, cause)
    return go_on(session, actor, scene, scene.next_stage, cause)


def reject(session: Session, actor: Actor, project: Project, comment: str) -> Decision:
    """Keep a locked project that waits where it is, with the reason, and return the decision.

    What others approved of these versions does not count any more.

    Raises:
        PermissionDenied: the actor is not an editor.
        NothingToApprove: the project does not wait for an approval.
    """
    scene = _waiting(session, actor, project)
    versions = approval_rows.newest_versions(session, project.id)
    _add_verdict(session, actor, scene, versions, comment, approved=False)
    activity.record(session, actor, project.id, "approval", f"Rejected {scene.stage.name}")
    explanation = explain.rejected(
        scene.stage.name, actor.name, comment.strip(), scene.gates, scene.owner
    )
    cause = Cause(recipe_version_id=scene.version.id)
    return project_service.decide(session, actor, project, scene.stage.slug, explanation, cause)


def note_voided(
    session: Session, actor: Actor, project_id: UUID, written: DocumentVersion, old_sha256: str
) -> str:
    """Say on the timeline how many approvals a new version voids, and return that sentence.

    Returns an empty text where it voids none, as when the words are the same. An approval that let
    the project go on is spent: the runs of later stages build on it and do not void it.
    """
    if written.sha256 == old_sha256:
        return ""
    template = documents.template(written.template)
    versions = approval_rows.newest_versions(session, project_id)
    here = projects.stage_of(session, projects.get_project(session, project_id)).slug
    voided = [
        each
        for each in approval_rows.voided_by(
            session, project_id, template.document_type, old_sha256, versions
        )
        if written.run_id is None or each.stage == here
    ]
    if not voided:
        return ""
    count, were = (
        ("1 approval", "was") if len(voided) == 1 else (f"{len(voided)} approvals", "were")
    )
    how = "an edit" if written.run_id is None else "a run's new version"
    by = f"by {how} of {template.title} v{written.number}"
    activity.record(session, actor, project_id, "approval", f"Voided {count} {by}")
    return f"{count} {were} voided {by}"


def _waiting(session: Session, actor: Actor, project: Project) -> Scene:
    actor.require(Role.EDITOR)
    project_service.require_active(project)
    scene = look(session, project)
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


def _require_another(
    session: Session, actor: Actor, scene: Scene, versions: Mapping[str, str]
) -> None:
    lacking = scene.lacks_approval
    if lacking is None:
        return
    if actor.user_id is None:
        raise PersonRequired(f"{lacking.title} asks for people; sign in and approve there.")
    me = approval_rows.person(actor.user_id, actor.name)
    found = approval_rows.standing(session, scene.project.id, scene.stage.slug, versions)
    if any(approval_rows.person(each.approver_id, each.approver_name) == me for each in found):
        raise AlreadyApproved(f"You approved this already. {lacking.title}: {lacking.detail}")


def _add_verdict(
    session: Session,
    actor: Actor,
    scene: Scene,
    versions: Mapping[str, str],
    comment: str,
    *,
    approved: bool,
) -> None:
    session.add(
        Approval(
            workspace_id=actor.workspace_id,
            project_id=scene.project.id,
            stage=scene.stage.slug,
            approved=approved,
            comment=comment.strip(),
            approver_id=actor.user_id,
            approver_name=actor.name,
            versions=dict(versions),
        )
    )
    session.flush()
    action = "stage.approved" if approved else "stage.rejected"
    detail = {"stage": scene.stage.slug, "versions": dict(versions)}
    audit.record(session, actor, action, scene.project.key, detail)
