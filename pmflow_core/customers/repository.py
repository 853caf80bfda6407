"""Statements over customers alone; the session narrows each to its workspace."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.clock import utcnow
from pmflow_core.customers.models import Customer, CustomerMerge
from pmflow_core.customers.schemas import MergeRead
from pmflow_core.customers.senders import Sender
from pmflow_core.errors import NotFound
from pmflow_core.ids import uuid7

NO_CUSTOMER = "There is no such customer in this workspace."


def live_by_key(session: Session, keys: Collection[str]) -> dict[str, Customer]:
    """Return the rows that hold these keys; a merged one still holds its own."""
    if not keys:
        return {}
    statement = select(Customer).where(
        col(Customer.key) == func.any(list(keys)), col(Customer.deleted_at).is_(None)
    )
    return {customer.key: customer for customer in session.scalars(statement)}


def add_missing(session: Session, workspace_id: UUID, senders: Sequence[Sender]) -> None:
    """Make a customer of each sender whose key nobody holds.

    Callers give them in the order of their keys, so that two who bring the same senders wait
    for each other instead of locking each other out.
    """
    if not senders:
        return
    rows: list[dict[str, Any]] = [
        {
            "id": uuid7(),
            "created_at": utcnow(),
            "workspace_id": workspace_id,
            **asdict(sender),
        }
        for sender in senders
    ]
    statement = (
        insert(Customer)
        .on_conflict_do_nothing(
            index_elements=["workspace_id", "key"],
            index_where=col(Customer.deleted_at).is_(None),
        )
        .returning(col(Customer.id))
    )
    session.scalars(statement, rows).all()


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
    session: Session, customer_id: UUID, at: datetime | None, *, was: datetime | None
) -> None:
    """Move a customer and those it stands for into the bin, or out of it, where they are alike."""
    session.execute(
        update(Customer)
        .where(
            or_(col(Customer.id) == customer_id, col(Customer.merged_into) == customer_id),
            col(Customer.deleted_at).is_not_distinct_from(was),
        )
        .values(deleted_at=at)
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
