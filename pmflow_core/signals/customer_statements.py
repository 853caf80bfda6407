"""Statements over customers and their signals together."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    String,
    Subquery,
    cast,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.customers.models import Customer
from pmflow_core.customers.schemas import CustomerQuery, CustomerRead, CustomerSort
from pmflow_core.customers.worth import standing_for
from pmflow_core.signals.models import Signal, SignalStatus

CHOSEN = "customer"
"""Stands in a signal's `given` when a person chose its customer."""


def find_page(session: Session, query: CustomerQuery) -> list[CustomerRead]:
    """Return one page of the customers that match."""
    heard = _heard()
    statement = (
        _rows(heard)
        .where(*_matching(query))
        .order_by(*_order(query.sort, heard), col(Customer.id))
        .limit(query.limit)
        .offset(query.offset)
    )
    return [CustomerRead(*row) for row in session.execute(statement)]


def read_customers(session: Session, ids: Collection[UUID]) -> dict[UUID, CustomerRead]:
    """Return customers by their id, those in the bin too."""
    heard = _heard(ids)
    statement = _rows(heard).where(col(Customer.id) == func.any(list(ids)))
    return {row[0]: CustomerRead(*row) for row in session.execute(statement)}


def totals(session: Session, query: CustomerQuery) -> tuple[int, Decimal]:
    """Return how many customers match, and their annual value."""
    worth = func.sum(col(Customer.annual_value))
    statement = select(func.count(), worth).where(*_matching(query))
    count, value = session.execute(statement).one()
    return count, value or Decimal(0)


def signals_of(session: Session, customer_id: UUID, limit: int) -> list[UUID]:
    """Return the newest live signals of a customer."""
    statement = (
        select(col(Signal.id))
        .where(col(Signal.customer_id).in_(rows_of(customer_id)), *live())
        .order_by(col(Signal.received_at).desc(), col(Signal.number).desc())
        .limit(limit)
    )
    return list(session.scalars(statement))


def rows_of(customer_id: UUID) -> Any:
    """Return the select of a customer's id and of those it stands for."""
    return select(col(Customer.id)).where(
        or_(col(Customer.id) == customer_id, col(Customer.merged_into) == customer_id)
    )


def lock_signals_of(session: Session, customer_id: UUID) -> tuple[list[UUID], list[UUID]]:
    """Return a customer's signals in the order of their ids, locked: by themselves, by a person."""
    statement = (
        select(col(Signal.id), _is_chosen())
        .where(col(Signal.customer_id) == customer_id)
        .order_by(col(Signal.id))
        .with_for_update(key_share=True)
    )
    rows = session.execute(statement).all()
    return [row[0] for row in rows if not row[1]], [row[0] for row in rows if row[1]]


def lock_signals(session: Session, ids: Collection[UUID]) -> None:
    """Lock signals in the order of their ids; those that are gone are passed over."""
    statement = (
        select(col(Signal.id))
        .where(col(Signal.id) == func.any(list(ids)))
        .order_by(col(Signal.id))
        .with_for_update(key_share=True)
    )
    session.scalars(statement).all()


def give(
    session: Session,
    ids: Collection[UUID],
    holder: UUID,
    to: UUID,
    *conditions: ColumnElement[bool],
) -> None:
    """Re-point those of the signals that `holder` has now."""
    session.execute(
        update(Signal)
        .where(col(Signal.id) == func.any(list(ids)), col(Signal.customer_id) == holder)
        .where(*conditions)
        .values(customer_id=to)
        .execution_options(synchronize_session="fetch")
    )


def not_chosen() -> ColumnElement[bool]:
    """Return the condition that no person chose a signal's customer."""
    return ~_is_chosen()


def _is_chosen() -> ColumnElement[bool]:
    # the column of SQLModel knows no operators of arrays
    return col(Signal.given).op("@>", return_type=Boolean())(cast([CHOSEN], ARRAY(String)))


def _heard(owners: Collection[UUID] | None = None) -> Subquery:
    """Return (owner, signals, last) of the customers that have live signals."""
    per_row = (
        select(
            col(Signal.customer_id).label("customer_id"),
            func.count().label("signals"),
            func.max(col(Signal.received_at)).label("last"),
        )
        .where(col(Signal.customer_id).is_not(None), *live())
        .group_by(col(Signal.customer_id))
    )
    owner = standing_for()
    if owners is not None:
        ids = list(owners)
        theirs = select(col(Customer.id)).where(
            or_(
                col(Customer.id) == func.any(ids),
                col(Customer.merged_into) == func.any(ids),
            )
        )
        per_row = per_row.where(col(Signal.customer_id).in_(theirs))
    rows = per_row.subquery()
    return (
        select(
            owner.label("owner"),
            func.sum(rows.c.signals).label("signals"),
            func.max(rows.c.last).label("last"),
        )
        .join(rows, rows.c.customer_id == col(Customer.id))
        .group_by(owner)
        .subquery()
    )


def live() -> Sequence[ColumnElement[bool]]:
    """Return the conditions of a signal that counts: neither in the bin nor merged into another."""
    return (
        col(Signal.deleted_at).is_(None),
        col(Signal.status).is_distinct_from(SignalStatus.MERGED),
    )


def _rows(heard: Subquery) -> Any:
    columns: tuple[Any, ...] = (
        col(Customer.id),
        col(Customer.name),
        col(Customer.email),
        col(Customer.company),
        col(Customer.tier),
        col(Customer.annual_value),
        col(Customer.deleted_at).is_not(None),
        cast(func.coalesce(heard.c.signals, 0), Integer),
        heard.c.last,
    )
    return select(*columns).outerjoin(heard, heard.c.owner == col(Customer.id))


def _matching(query: CustomerQuery) -> list[ColumnElement[bool]]:
    gone = col(Customer.deleted_at)
    found: list[ColumnElement[bool]] = [
        col(Customer.merged_into).is_(None),
        gone.is_not(None) if query.deleted else gone.is_(None),
    ]
    for word in query.search.split()[:8]:
        columns = (col(Customer.name), col(Customer.email), col(Customer.company))
        found.append(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return found


def _order(sort: CustomerSort, heard: Subquery) -> Sequence[Any]:
    by_name = func.lower(col(Customer.name))
    if sort is CustomerSort.NAME:
        return [by_name]
    if sort is CustomerSort.VALUE:
        return [col(Customer.annual_value).desc().nulls_last(), by_name]
    return [func.coalesce(heard.c.signals, 0).desc(), by_name]
