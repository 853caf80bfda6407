"""Taking a sample workspace out of use, as far as the application's rights reach."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict
from pmflow_core.projects.models import Project
from pmflow_core.runs import service as runs
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.status import OPEN
from pmflow_core.signals.models import Signal
from pmflow_core.workspaces import repository as workspaces
from pmflow_core.workspaces.models import Workspace


def retire(session: Session, actor: Actor) -> None:
    """End the actor's workspace: runs are cancelled, content is binned, its names become free.

    Raises:
        Conflict: it was retired meanwhile.
    """
    workspaces.lock_workspace(session, actor.workspace_id)
    workspace = session.get_one(Workspace, actor.workspace_id, populate_existing=True)
    if workspace.deleted_at is not None:
        raise Conflict("Somebody else has just reset this workspace.")
    statement = select(col(StageRun.id)).where(col(StageRun.status).in_(OPEN))
    for run_id in session.scalars(statement).all():
        runs.cancel(session, actor, run_id)
    now = utcnow()
    mark = workspace.id.hex[-10:]
    _bin(session, f"OLD{mark.upper()}")
    audit.record(session, actor, "workspace.retired", workspace.slug)
    workspace.deleted_at = now
    workspace.slug = f"old-{workspace.slug[:24]}-{mark}"
    workspace.key_prefix = f"OLD{mark.upper()}"
    session.flush()


def _bin(session: Session, prefix: str) -> None:
    """Delete what workers and lookups by key would still find; keys are unique everywhere."""
    now = utcnow()
    session.execute(
        update(Project).values(
            key=func.concat(prefix, "-", col(Project.number)),
            deleted_at=func.coalesce(col(Project.deleted_at), now),
        ),
        execution_options={"synchronize_session": False},
    )
    session.execute(
        update(Signal).where(col(Signal.deleted_at).is_(None)).values(deleted_at=now),
        execution_options={"synchronize_session": False},
    )
