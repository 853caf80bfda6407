"""Statements of imports and of the work on signals that wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.errors import NotFound
from pmflow_core.signals.models import Import, Signal
from pmflow_core.themes.models import ThemeMembership

CLAIM_S = 120.0
BATCH = 256
MAX_ATTEMPTS = 6
"""One try in a batch, then five alone."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A signal that this worker has until its claim runs out; `attempts` tells claims apart."""

    id: UUID
    text: str
    attempts: int

    @property
    def is_given_up(self) -> bool:
        """Return whether it has failed too often to be tried again."""
        return self.attempts > MAX_ATTEMPTS


def claim(session: Session) -> list[Claimed]:
    """Take up to 256 waiting signals, or one alone that failed before; empty when none waits.

    Rows that another worker has locked are passed over, so of two workers each row goes to one.
    A row whose worker died is free again when the claim has run out, by the database's clock.
    """
    ids = _waiting(session, col(Signal.attempts) == 0, BATCH) or _waiting(
        session, col(Signal.attempts) > 0, 1
    )
    # A second statement on purpose: as a subquery of the UPDATE the planner may run the locking
    # select more than once, and each run takes other rows.
    statement = (
        update(Signal)
        .where(col(Signal.id) == func.any(ids))
        .values(claimed_until=_in_seconds(CLAIM_S), attempts=col(Signal.attempts) + 1)
        .returning(col(Signal.id), col(Signal.verbatim), col(Signal.attempts))
        .execution_options(synchronize_session=False)
    )
    rows = [Claimed(*row) for row in session.execute(statement)] if ids else []
    return sorted(rows, key=lambda row: row.id)


def _waiting(session: Session, which: ColumnElement[bool], limit: int) -> list[UUID]:
    statement = (
        select(col(Signal.id))
        .where(
            col(Signal.processed_at).is_(None),
            col(Signal.deleted_at).is_(None),
            which,
            func.coalesce(col(Signal.claimed_until), func.to_timestamp(0)) < func.now(),
        )
        .order_by(col(Signal.number))
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return list(session.scalars(statement))


def others_have_some(session: Session) -> bool:
    """Return whether a worker has signals in its hands, not counting those that are put off."""
    held = select(col(Signal.id)).where(
        col(Signal.processed_at).is_(None),
        col(Signal.deleted_at).is_(None),
        col(Signal.claimed_until) > func.now(),
        # a release after a failure names a time too
        col(Signal.attempts) == 1,
    )
    return session.scalar(select(held.exists())) or False


def release(session: Session, rows: Sequence[Claimed], *, wait_s: float, counts: bool) -> None:
    """Give claimed signals back, to be claimed after `wait_s`; `counts` keeps the try on record."""
    statement = (
        update(Signal)
        .where(
            col(Signal.id) == func.any([row.id for row in rows]),
            col(Signal.processed_at).is_(None),
        )
        .values(
            claimed_until=_in_seconds(wait_s),
            attempts=col(Signal.attempts) - (0 if counts else 1),
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(statement)


def still_ours(session: Session, rows: Sequence[Claimed]) -> dict[UUID, list[str]]:
    """Return the fields set by people or senders, by id, of the signals that nobody else took.

    They are locked, so that what is written next is written once.
    """
    claims = {row.id: row.attempts for row in rows}
    statement = (
        select(col(Signal.id), col(Signal.attempts), col(Signal.given))
        .where(
            col(Signal.id) == func.any(list(claims)),
            col(Signal.processed_at).is_(None),
            col(Signal.deleted_at).is_(None),
        )
        .order_by(col(Signal.id))
        .with_for_update(key_share=True)
    )
    return {
        id_: list(given)
        for id_, attempts, given in session.execute(statement)
        if attempts == claims[id_]
    }


def save_processed(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Write what was found out about signals, by their id."""
    shapes: dict[frozenset[str], list[dict[str, Any]]] = {}
    for row in rows:
        shapes.setdefault(frozenset(row), []).append(row)
    for alike in shapes.values():
        session.execute(update(Signal), alike)


def get_import(session: Session, import_id: UUID) -> Import:
    """Return an import; raises NotFound."""
    found = session.scalar(select(Import).where(col(Import.id) == import_id))
    if found is None:
        raise NotFound("There is no such import.")
    return found


def list_imports(session: Session, limit: int) -> list[Import]:
    """Return the newest imports."""
    statement = select(Import).order_by(col(Import.created_at).desc()).limit(limit)
    return list(session.scalars(statement))


def figures(session: Session, import_id: UUID) -> tuple[int, int, int, int]:
    """Return how many signals an import has, are processed, failed, and in how many themes."""
    processed = col(Signal.processed_at).is_not(None)
    statement = (
        select(
            func.count(),
            func.count().filter(processed),
            func.count().filter(
                processed, col(Signal.embedding_model).is_(None), col(Signal.next_model).is_(None)
            ),
            func.count(col(ThemeMembership.theme_id).distinct()),
        )
        .select_from(Signal)
        .outerjoin(ThemeMembership, col(ThemeMembership.signal_id) == col(Signal.id))
        .where(col(Signal.import_id) == import_id, col(Signal.deleted_at).is_(None))
    )
    total, done, failed, themes = session.execute(statement).one()
    return total, done, failed, themes


def _in_seconds(seconds: float) -> Any:
    return func.now() + func.make_interval(0, 0, 0, 0, 0, 0, seconds)
