"""Adding to and reading a project's timeline."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.activity.models import Activity


def record(session: Session, actor: Actor, project_id: UUID, kind: str, text: str) -> None:
    """Add one sentence to the project's timeline, in the transaction of what it tells."""
    session.add(
        Activity(
            workspace_id=actor.workspace_id,
            project_id=project_id,
            kind=kind,
            text=text,
            actor_id=actor.user_id,
            actor_name=actor.name,
        )
    )


def list_activity(session: Session, project_id: UUID, *, limit: int = 50) -> list[Activity]:
    """Return the project's timeline, newest first."""
    statement = (
        select(Activity)
        .where(col(Activity.project_id) == project_id)
        .order_by(col(Activity.id).desc())
        .limit(limit)
    )
    return list(session.scalars(statement))
