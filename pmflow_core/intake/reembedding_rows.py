"""Statements of changes of the embedding model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.clock import utcnow
from pmflow_core.embedding.base import Vectors
from pmflow_core.ids import uuid7
from pmflow_core.intake.models import Reembedding, ReembeddingStatus
from pmflow_core.signals.models import Signal
from pmflow_core.signals.vectors import as_matrix
from pmflow_core.themes.repository import live
from pmflow_core.themes.vectors import Matrix

BATCH = 256
CLAIM_S = 180.0
RUNNING = ReembeddingStatus.RUNNING


@dataclass(frozen=True, slots=True)
class Waiting:
    """A signal whose vector is by another model."""

    id: UUID
    text: str


def _others(model: str) -> list[ColumnElement[bool]]:
    """Return what a signal must be to need this model: deleted ones may be restored, too."""
    return [
        col(Signal.processed_at).is_not(None),
        func.coalesce(col(Signal.embedding_model), "") != model,
    ]


def _left(model: str) -> list[ColumnElement[bool]]:
    return [*_others(model), func.coalesce(col(Signal.next_model), "") != model]


def count_others(session: Session, model: str) -> int:
    """Return how many signals are embedded by another model, or by none."""
    return session.scalar(select(func.count()).select_from(Signal).where(*_others(model))) or 0


def ensure_running(session: Session, workspace_id: UUID, model: str, total: int) -> Reembedding:
    """Return the change to this model that is under way, after making it where there is none."""
    session.execute(
        update(Reembedding)
        .where(col(Reembedding.status) == RUNNING, col(Reembedding.model) != model)
        .values(status=ReembeddingStatus.CANCELLED, finished_at=utcnow())
        .execution_options(synchronize_session=False)
    )
    session.execute(
        insert(Reembedding)
        .values(
            id=uuid7(),
            created_at=utcnow(),
            workspace_id=workspace_id,
            model=model,
            status=RUNNING,
            total=total,
            done=0,
        )
        .on_conflict_do_nothing()
    )
    return session.scalars(select(Reembedding).where(col(Reembedding.status) == RUNNING)).one()


def newest(session: Session) -> Reembedding | None:
    """Return the newest change of the workspace."""
    return session.scalar(select(Reembedding).order_by(col(Reembedding.id).desc()).limit(1))


def claim(session: Session, model: str) -> list[Waiting] | None:
    """Take the change to this model for a batch, and return the batch.

    Empty when none is left, None when nothing runs or another worker is at it.
    """
    taken = session.scalar(
        update(Reembedding)
        .where(
            col(Reembedding.status) == RUNNING,
            col(Reembedding.model) == model,
            func.coalesce(col(Reembedding.claimed_until), func.to_timestamp(0)) < func.now(),
        )
        .values(claimed_until=_in_seconds(CLAIM_S), error=None)
        .returning(col(Reembedding.id))
        .execution_options(synchronize_session=False)
    )
    if taken is None:
        return None
    statement = (
        select(col(Signal.id), col(Signal.verbatim))
        .where(*_left(model))
        .order_by(col(Signal.number))
        .limit(BATCH)
    )
    return [Waiting(*row) for row in session.execute(statement)]


def save(session: Session, model: str, batch: Sequence[Waiting], vectors: Vectors) -> None:
    """Keep new vectors beside the old, count them, and let go of the claim."""
    changes: list[dict[str, Any]] = [
        {"id": row.id, "next_embedding": vector, "next_model": model}
        for row, vector in zip(batch, vectors, strict=True)
    ]
    session.execute(update(Signal), changes)
    _let_go(session, model, done=col(Reembedding.done) + len(batch))


def note_failure(session: Session, model: str, error: str) -> None:
    """Say why a batch failed; the sweep has it tried again."""
    _let_go(session, model, error=error[:500])


def _let_go(session: Session, model: str, **values: Any) -> None:
    session.execute(
        update(Reembedding)
        .where(col(Reembedding.status) == RUNNING, col(Reembedding.model) == model)
        .values(claimed_until=None, **values)
        .execution_options(synchronize_session=False)
    )


def complete(session: Session, model: str) -> bool:
    """End the change when every signal has a new vector; False when some came in meanwhile."""
    left = select(col(Signal.id)).where(*_left(model)).exists()
    ended = session.scalar(
        update(Reembedding)
        .where(col(Reembedding.status) == RUNNING, col(Reembedding.model) == model, ~left)
        .values(
            status=ReembeddingStatus.COMPLETED,
            finished_at=utcnow(),
            claimed_until=None,
            total=col(Reembedding.done),
        )
        .returning(col(Reembedding.id))
        .execution_options(synchronize_session=False)
    )
    if ended is None:
        _let_go(session, model)
    return ended is not None


def newcomers(session: Session, model: str) -> tuple[list[UUID], Matrix]:
    """Return the signals to theme that have no vector but the new one, and those vectors."""
    statement = select(col(Signal.id), func.vector_send(col(Signal.next_embedding))).where(
        col(Signal.next_model) == model,
        col(Signal.embedding_model).is_(None),
        col(Signal.themable),
        *live(),
    )
    found = session.execute(statement.order_by(col(Signal.id))).all()
    return [row[0] for row in found], as_matrix([row[1] for row in found])


def swap(session: Session, model: str) -> int:
    """Put the new vectors in the place of the old; return how many."""
    statement = (
        update(Signal)
        .where(col(Signal.next_model) == model)
        .values(
            embedding=col(Signal.next_embedding),
            embedding_model=model,
            next_embedding=None,
            next_model=None,
        )
        .returning(col(Signal.id))
        .execution_options(synchronize_session=False)
    )
    return len(session.scalars(statement).all())


def _in_seconds(seconds: float) -> Any:
    return func.now() + func.make_interval(0, 0, 0, 0, 0, 0, seconds)
