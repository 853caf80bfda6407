"""The audit log: who changed what, in the transaction of the change."""

from typing import Any

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.accounts.models import AuditEntry


def record(
    session: Session,
    actor: Actor,
    action: str,
    target: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write that `actor` did `action` (such as member.removed) to `target`; never a secret."""
    session.add(
        AuditEntry(
            workspace_id=actor.workspace_id,
            actor_id=actor.user_id,
            actor_name=actor.name,
            action=action,
            target=target,
            detail=detail or {},
        )
    )
