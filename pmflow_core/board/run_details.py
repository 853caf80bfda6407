"""A run as programs read it and decide about it: what it waits for, made, and would set off."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import results, service
from pmflow_core.board.approvals import ApprovalEffects, approval_effects
from pmflow_core.board.results import ArtifactRead
from pmflow_core.board.schemas import RunRead
from pmflow_core.board.shown_runs import read_run
from pmflow_core.documents import repository as documents
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Decision
from pmflow_core.runs import repository as runs
from pmflow_core.runs.approvals import NothingToApprove, ShownIsOld
from pmflow_core.runs.models import StageRun

NO_LINES = 2**31 - 1


@dataclass(frozen=True, slots=True)
class RunDetails:
    """A run without its log, and everything around it."""

    read: RunRead
    run: StageRun
    artifacts: tuple[ArtifactRead, ...]
    approval: ApprovalEffects | None


def read_details(session: Session, actor: Actor, run_id: UUID) -> RunDetails:
    """Return a run with its files, and what approving it would do.

    Raises:
        NotFound: no such run in the actor's workspace.
    """
    actor.require(Role.VIEWER)
    run = runs.get_run(session, run_id)
    read = read_run(session, actor, run_id, after_seq=NO_LINES)
    waits = read.why.can_approve and read.why.run_id == run_id
    return RunDetails(
        read=read,
        run=run,
        artifacts=results.list_artifacts(session, actor, run.project_id, run_id=run_id),
        approval=approval_effects(session, actor, read.row.project_key) if waits else None,
    )


def approve_run(
    session: Session, actor: Actor, run_id: UUID, comment: str, seen: Mapping[str, str]
) -> Decision:
    """Approve what a run left waiting; `seen` says which documents were read.

    Raises: as `board.service.approve`, and NothingToApprove when a newer run took its place.
    """
    project_id = _waiting_with(session, actor, run_id)
    return service.approve(session, actor, project_id, comment, seen)


def reject_run(
    session: Session,
    actor: Actor,
    run_id: UUID,
    comment: str,
    seen: Mapping[str, str] | None = None,
) -> Decision:
    """Send a project back with a reason for what a run left waiting; raises as `approve_run`."""
    project_id = _waiting_with(session, actor, run_id)
    newest = {
        document.type: version.sha256
        for document, version in documents.latest_versions(session, project_id)
    }
    if seen is not None and dict(seen) != newest:
        raise ShownIsOld("A document changed since you read it; read it, then decide.")
    return service.reject(session, actor, project_id, comment)


def _waiting_with(session: Session, actor: Actor, run_id: UUID) -> UUID:
    actor.require(Role.EDITOR)
    run = runs.get_run(session, run_id)
    project = projects.get_project(session, run.project_id, lock=True)
    if runs.latest_runs(session, [project.id])[project.id].id != run_id:
        raise NothingToApprove(f"{project.key} does not wait with run {run.number}: it ran again.")
    return project.id
