"""Statements over customers alone; the session narrows each to its workspace."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, cast, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session
from sqlalchemy.types import Numeric, String, TypeEngine, Uuid
from sqlmodel import col

from pmflow_core.clock import utcnow
from pmflow_core.customers.models import Customer, CustomerMerge
from pmflow_core.customers.schemas import MergeRead
from pmflow_core.customers.senders import Sender
from pmflow_core.errors import NotFound
from pmflow_core.ids import uuid7

_TOLD: Mapping[str, TypeEngine[Any]] = MappingProxyType(
    {
        "key": String(),
        "name": String(),
        "email": String(),
        "company": String(),
        "tier": String(),
        "annual_value": Numeric(14, 2),
    }
)
NO_CUSTOMER = "There is no such customer in this workspace."


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the customer that holds a key, read without loading its row."""

    key: str
    id: UUID
    merged_into: UUID | None
    name: str
    email: str | None
    company: str | None
    tier: str | None
    annual_value: Decimal | None


def live_by_key(session: Session, keys: Collection[str]) -> dict[str, Known]:
    """Return who holds these keys; a merged customer still holds its own."""
    if not keys:
        return {}
    columns: tuple[Any, ...] = tuple(col(getattr(Customer, each.name)) for each in fields(Known))
    statement = select(*columns).where(
        col(Customer.key) == func.any(list(keys)), col(Customer.deleted_at).is_(None)
    )
    found = (Known(*row) for row in session.execute(statement))
    return {known.key: known for known in found}


def add_missing(session: Session, workspace_id: UUID, senders: Sequence[Sender]) -> None:
    """Make a customer of each sender whose key nobody holds, all in one statement.

    Callers give them in the order of their keys, so that two who bring the same senders wait
    for each other instead of locking each other out.
    """
    if not senders:
        return
    columns: dict[str, Any] = {
        "id": _each([uuid7() for _ in senders], Uuid()),
        "created_at": literal(utcnow()),
        "workspace_id": literal(workspace_id),
    }
    for name, kind in _TOLD.items():
        columns[name] = _each([getattr(sender, name) for sender in senders], kind)
    session.execute(
        insert(Customer)
        .from_select(list(columns), select(*columns.values()))
        .on_conflict_do_nothing(
            index_elements=["workspace_id", "key"],
            index_where=col(Customer.deleted_at).is_(None),
        )
    )


def _each(values: list[Any], kind: TypeEngine[Any]) -> ColumnElement[Any]:
    """Return the values as rows; a select of several such columns takes them in step."""
    return func.unnest(cast(values, ARRAY(kind)))


def get_customer(session: Session, customer_id: UUID, *, deleted: bool = False) -> Customer:
    """Return a customer that stands for itself; raises NotFound, also for a merged one."""
    statement = select(Customer).where(
        col(Customer.id) == customer_id, col(Customer.merged_into).is_(None)
    )
    if not deleted:
        statement = statement.where(col(Customer.deleted_at).is_(None))
    customer = session.scalar(statement)
    if customer is None:
        raise NotFound(NO_CUSTOMER)
    return customer


def find_owner(session: Session, customer_id: UUID) -> UUID | None:
    """Return the customer that stands for one, itself or whom it was merged into."""
    statement = select(func.coalesce(col(Customer.merged_into), col(Customer.id))).where(
        col(Customer.id) == customer_id
    )
    return session.scalar(statement)


def lock_customers(session: Session, ids: Iterable[UUID]) -> dict[UUID, Customer]:
    """Return the customers, locked in the order of their ids; raises NotFound if one is missing.

    Deleted and merged ones are among them.
    """
    wanted = set(ids)
    statement = (
        select(Customer)
        .where(col(Customer.id) == func.any(list(wanted)))
        .order_by(col(Customer.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    found = {customer.id: customer for customer in session.scalars(statement)}
    if len(found) != len(wanted):
        raise NotFound(NO_CUSTOMER)
    return found


def stand_for(
    session: Session, owner: UUID | None, ids: Collection[UUID], holder: UUID | None
) -> None:
    """Have `owner` stand for these customers where `holder` does now."""
    session.execute(
        update(Customer)
        .where(
            col(Customer.id) == func.any(list(ids)),
            col(Customer.merged_into).is_not_distinct_from(holder),
        )
        .values(merged_into=owner)
        .execution_options(synchronize_session="fetch")
    )


def ids_merged_into(session: Session, customer_id: UUID) -> list[UUID]:
    """Return the customers that one stands for, in the order of their ids."""
    statement = (
        select(col(Customer.id))
        .where(col(Customer.merged_into) == customer_id)
        .order_by(col(Customer.id))
    )
    return list(session.scalars(statement))


def set_deleted(
    session: Session,
    customer_id: UUID,
    at: datetime | None,
    *,
    by: UUID | None,
    was: datetime | None,
) -> None:
    """Move a customer and those it stands for into the bin, or out of it, where they are alike."""
    session.execute(
        update(Customer)
        .where(
            or_(col(Customer.id) == customer_id, col(Customer.merged_into) == customer_id),
            col(Customer.deleted_at).is_not_distinct_from(was),
        )
        .values(deleted_at=at, deleted_by=by)
        .execution_options(synchronize_session="fetch")
    )


def lock_merge(session: Session, merge_id: UUID) -> CustomerMerge:
    """Return a merge, locked; raises NotFound."""
    statement = (
        select(CustomerMerge)
        .where(col(CustomerMerge.id) == merge_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    merge = session.scalar(statement)
    if merge is None:
        raise NotFound("There is no such merge of customers in this workspace.")
    return merge


def merges_into(session: Session, customer_id: UUID) -> list[MergeRead]:
    """Return the standing merges into a customer, the newest first."""
    statement = (
        select(
            col(CustomerMerge.id),
            col(Customer.name),
            col(Customer.email),
            col(CustomerMerge.created_at),
        )
        .join(Customer, col(Customer.id) == col(CustomerMerge.merged_id))
        .where(col(CustomerMerge.kept_id) == customer_id, col(CustomerMerge.undone_at).is_(None))
        .order_by(col(CustomerMerge.id).desc())
    )
    return [MergeRead(*row) for row in session.execute(statement)]
