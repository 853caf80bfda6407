"""Changing a workspace's embedding model in the background, with progress.

Vectors of two models are never compared: the new ones wait beside the old until all are there, and
then take their place in one transaction, themes' middles with them.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db.transaction import transaction
from pmflow_core.embedding.base import Embedder
from pmflow_core.intake import reembedding_rows as rows
from pmflow_core.intake.models import Reembedding, ReembeddingStatus
from pmflow_core.jobs import Job, enqueue_on_commit
from pmflow_core.logs import get_logger
from pmflow_core.signals.nudges import announce
from pmflow_core.themes import corpus, rebuild, recentre

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReembeddingRead:
    """How far a change of the model is; `error` is why the last try stopped."""

    model: str
    status: ReembeddingStatus
    done: int
    total: int
    error: str | None
    finished_at: datetime | None


def request(session: Session, actor: Actor, model: str) -> ReembeddingRead | None:
    """Have a workspace's signals embedded by `model`; None when they all are.

    Asked again while it is under way, it is the same one; a change to another model gives up the
    one before.

    Raises:
        PermissionDenied: the actor is not an admin.
    """
    actor.require(Role.ADMIN)
    total = rows.count_others(session, model)
    if not total:
        return None
    found = rows.ensure_running(session, actor.workspace_id, model, total)
    audit.record(session, actor, "embedding.changed", model, {"signals": total})
    wake(session, actor.workspace_id)
    announce(session, actor.workspace_id)
    return _read(found)


def latest(session: Session, actor: Actor) -> ReembeddingRead | None:
    """Return the newest change of the model, None when there was none."""
    actor.require(Role.VIEWER)
    found = rows.newest(session)
    return None if found is None else _read(found)


def wake(session: Session, workspace_id: UUID) -> None:
    """Offer the workspace's change of model to a worker, after the commit."""
    key = str(workspace_id)
    enqueue_on_commit(session, Job.REEMBED, key, job_id=f"reembed-{key}")


def reembed(workspace_id: UUID, embedder: Embedder) -> int:
    """Embed what is left of the workspace's change to this model; return how many were.

    Another worker that is at it is left alone. What a worker that dies has written stays.
    """
    done = 0
    while True:
        with transaction(workspace_id) as session:
            batch = rows.claim(session, embedder.name)
        if batch is None:
            return done
        if not batch:
            _finish(workspace_id, embedder.name)
            return done
        try:
            vectors = embedder.embed([row.text for row in batch])
        except Exception as error:
            with transaction(workspace_id) as session:
                rows.note_failure(session, embedder.name, str(error))
            raise
        with transaction(workspace_id) as session:
            rows.save(session, embedder.name, batch, vectors)
            announce(session, workspace_id)
        done += len(batch)


def _finish(workspace_id: UUID, model: str) -> None:
    """Put the new vectors in the place of the old, unless some came in meanwhile."""
    with transaction(workspace_id) as session:
        corpus.lock_for_writing(session, workspace_id)
        if not rows.complete(session, model):
            return
        newcomers, vectors = rows.newcomers(session, model)
        swapped = rows.swap(session, model)
        recentre.recentre(session)
        rebuild.place(session, Actor.system(workspace_id), newcomers, vectors)
        announce(session, workspace_id)
    log.info("signals.reembedded", model=model, count=swapped)


def _read(found: Reembedding) -> ReembeddingRead:
    return ReembeddingRead(
        found.model, found.status, found.done, found.total, found.error, found.finished_at
    )
