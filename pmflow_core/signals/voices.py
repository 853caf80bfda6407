"""How many signals stand behind one that is kept, and how many customers sent them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, cast, func, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.types import String
from sqlmodel import col

from pmflow_core.signals.models import Signal


def voices(signal_ids: Sequence[UUID] | None = None) -> Subquery:
    """Return (signal_id, copies, customers) of each signal, or of these, that others are part of.

    `customers` are those who are known, the kept signal's own among them; it may be 0.
    """
    kept, copy = aliased(Signal), aliased(Signal)
    theirs, own = _sender(copy), _sender(kept)
    others = func.count(theirs.distinct()).filter(theirs.is_distinct_from(own))
    into = col(copy.merged_into)
    statement = (
        select(
            into.label("signal_id"),
            func.count().label("copies"),
            (others + func.count(own.distinct())).label("customers"),
        )
        .join(kept, col(kept.id) == into)
        .where(into.is_not(None), col(copy.deleted_at).is_(None))
        .group_by(into)
    )
    if signal_ids is not None:
        statement = statement.where(into == func.any(list(signal_ids)))
    return statement.subquery()


def voices_of(session: Session, signal_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return (copies, customers) of those of the signals that others are part of."""
    found = voices(signal_ids)
    statement = select(found.c.signal_id, found.c.copies, found.c.customers)
    return {row[0]: (row[1], row[2]) for row in session.execute(statement)}


def _sender(signal: type[Signal]) -> ColumnElement[str | None]:
    """Return what tells customers apart: the customer's row, else the name as it was given."""
    name = func.nullif(func.lower(func.btrim(col(signal.customer))), "")
    return func.coalesce(cast(col(signal.customer_id), String), name)
