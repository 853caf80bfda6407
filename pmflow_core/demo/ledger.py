"""What has been done for a sample, as the audit log remembers it: it survives any crash."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import AuditEntry

MADE = "sample.project_made"
LOADED = "sample.loaded"


def loader(workspace_id: UUID) -> Actor:
    """Return who fills a sample; named, so that nobody takes its approvals for a person's."""
    return Actor(workspace_id, Role.ADMIN, name="Sample loader")


def is_loaded(session: Session) -> bool:
    """Return whether the session's sample workspace was once filled to the end."""
    return _find(session, LOADED, "workspace") is not None


def note_loaded(session: Session, actor: Actor) -> None:
    """Write that nothing is left to do."""
    audit.record(session, actor, LOADED, "workspace")


def project_of(session: Session, part: str) -> UUID | None:
    """Return the project that was made for a part of the story."""
    found = _find(session, MADE, part)
    return None if found is None else UUID(str(found.detail["project"]))


def note_project(session: Session, actor: Actor, part: str, project_id: UUID) -> None:
    """Write which project a part of the story has, in the transaction that makes it."""
    audit.record(session, actor, MADE, part, {"project": str(project_id)})


def _find(session: Session, action: str, target: str) -> AuditEntry | None:
    statement = select(AuditEntry).where(
        col(AuditEntry.action) == action, col(AuditEntry.target) == target
    )
    return session.scalar(statement.limit(1))
