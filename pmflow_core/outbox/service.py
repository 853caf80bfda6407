"""Writing effects down in the transaction that causes them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from pmflow_core.clock import utcnow
from pmflow_core.db.tenancy import WORKSPACE
from pmflow_core.ids import uuid7
from pmflow_core.jobs import Job, enqueue_on_commit
from pmflow_core.outbox.models import Effect, EffectStatus


def add(session: Session, kind: str, key: str, payload: Mapping[str, Any]) -> None:
    """Have an effect carried out if, and only if, this transaction commits; a key counts once."""
    workspace_id = session.info[WORKSPACE]
    statement = insert(Effect).values(
        id=uuid7(),
        created_at=utcnow(),
        workspace_id=workspace_id,
        kind=kind,
        key=key,
        payload=dict(payload),
        status=EffectStatus.PENDING,
        attempts=0,
        due_at=func.now(),
    )
    session.execute(statement.on_conflict_do_nothing())
    name = str(workspace_id)
    enqueue_on_commit(session, Job.DELIVER_EFFECTS, name, job_id=f"effects-{name}")
