"""What customers are worth: each counted once, however many of their signals are looked at."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from pmflow_core.customers.models import Customer


def standing_for() -> ColumnElement[UUID]:
    """Return the customer that stands for a row: itself, or whom it was merged into."""
    return func.coalesce(col(Customer.merged_into), col(Customer.id))


def worth_of(customer_ids: Select[Any]) -> Select[Decimal | None]:
    """Return the select of the annual value of the distinct live customers among `customer_ids`.

    Those without a known value count as 0; the sum is 0 where there is none. For the signals of a
    theme or a project: `worth_of(select(Signal.customer_id).where(…))`.
    """
    owners = select(standing_for()).where(col(Customer.id).in_(customer_ids))
    owner = aliased(Customer)
    worth = func.coalesce(func.sum(owner.annual_value), Decimal(0))
    return select(worth).where(col(owner.id).in_(owners), col(owner.deleted_at).is_(None))


def worth_by(groups: Subquery) -> Select[UUID, Decimal | None]:
    """Return the select of (group, annual value of its distinct live customers).

    `groups` has the columns `group_id` and `customer_id`, a pair as often as it likes. A group
    without a customer of known value is absent.
    """
    pairs = (
        select(groups.c.group_id, standing_for().label("owner"))
        .join(Customer, col(Customer.id) == groups.c.customer_id)
        .distinct()
        .subquery()
    )
    owner = aliased(Customer)
    return (
        select(pairs.c.group_id, func.sum(owner.annual_value))
        .join(owner, col(owner.id) == pairs.c.owner)
        .where(col(owner.deleted_at).is_(None), col(owner.annual_value).is_not(None))
        .group_by(pairs.c.group_id)
    )
