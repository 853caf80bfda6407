"""Signals of the very same text, found by their hash."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from pmflow_core.signals import merge_rows, repository
from pmflow_core.signals.models import Signal, SignalStatus

ARCHIVED = SignalStatus.ARCHIVED


def lock_with_originals(
    session: Session, workspace_id: UUID, ids: Sequence[UUID]
) -> list[tuple[UUID, UUID]]:
    """Return (copy, original) of those of the signals that repeat an earlier one, all locked.

    The original is the live signal of the same text that was stored first. Numbers are taken under
    a lock that is held until the commit, so whoever is second sees the first.
    """
    if not _originals(session, ids):
        return []
    merge_rows.lock_merging(session, workspace_id)
    pairs = _originals(session, ids)
    touched = {each for pair in pairs for each in pair}
    roots = session.scalars(
        select(col(Signal.merged_into)).where(
            col(Signal.id) == func.any(list(touched)), col(Signal.merged_into).is_not(None)
        )
    )
    touched |= {root for root in roots if root is not None}
    repository.lock_signals(session, sorted({*touched, *ids}), deleted=True)
    return pairs


def _originals(session: Session, ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    earlier, root = aliased(Signal), aliased(Signal)
    statement = (
        select(col(Signal.id), col(earlier.id))
        .join(earlier, col(earlier.text_hash) == col(Signal.text_hash))
        .outerjoin(root, col(root.id) == col(earlier.merged_into))
        .where(
            col(Signal.id) == func.any(list(ids)),
            col(Signal.merged_into).is_(None),
            col(Signal.status) != ARCHIVED,
            col(earlier.number) < col(Signal.number),
            # What a person put away takes nothing new with it.
            *(_is_here(each) for each in (earlier, root)),
        )
        .order_by(col(Signal.id), col(earlier.number))
        .ext(distinct_on(col(Signal.id)))
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def _is_here(signal: type[Signal]) -> ColumnElement[bool]:
    """Return that a signal, where there is one, is neither archived nor in the bin."""
    return col(signal.deleted_at).is_(None) & (col(signal.status).is_distinct_from(ARCHIVED))
