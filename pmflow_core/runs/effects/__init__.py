"""Effects of runs outside the database, and what is said of one that failed for good."""

from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.activity import service as activity
from pmflow_core.outbox.models import Effect


def tell_failure(session: Session, effect: Effect) -> None:
    """Say in the timeline of an effect's project that it is not tried again, and why."""
    project_id = effect.payload.get("project_id")
    if project_id is None:
        return
    text = f"Gave up {effect.kind} after {effect.attempts} tries: {effect.error}"
    activity.record(session, Actor.system(effect.workspace_id), UUID(project_id), "effect", text)
