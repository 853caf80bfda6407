"""Statements of deliveries: kept before they are acknowledged, worked on once, deleted in time."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, defer
from sqlmodel import col

from pmflow_core.clock import utcnow
from pmflow_core.intake.models import RawEvent, RawStatus

KEPT = timedelta(days=30)
BATCH = 50


def keep(session: Session, event: RawEvent) -> bool:
    """Keep a delivery; False when the endpoint has one of that id already."""
    statement = (
        insert(RawEvent)
        .values(**event.model_dump())
        .on_conflict_do_nothing(index_elements=["workspace_id", "endpoint_id", "delivery_id"])
        .returning(col(RawEvent.id))
    )
    return session.execute(statement).one_or_none() is not None


def take_due(session: Session) -> list[RawEvent]:
    """Return up to 50 deliveries that wait, locked; those in other workers' hands are left."""
    statement = (
        select(RawEvent)
        .where(
            col(RawEvent.status) == RawStatus.RECEIVED,
            col(RawEvent.due_at) <= func.clock_timestamp(),
        )
        .order_by(col(RawEvent.created_at))
        .limit(BATCH)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return list(session.scalars(statement))


def list_events(
    session: Session,
    status: RawStatus | None,
    limit: int,
    *,
    endpoint_id: UUID | None = None,
    below: UUID | None = None,
) -> list[RawEvent]:
    """Return the newest deliveries, without their bodies; `below` is the last of a page before."""
    statement = (
        select(RawEvent)
        .options(defer(RawEvent.body))  # pyright: ignore[reportArgumentType] SQLModel types it as bytes
        .order_by(col(RawEvent.id).desc())
        .limit(limit)
    )
    if status is not None:
        statement = statement.where(col(RawEvent.status) == status)
    if endpoint_id is not None:
        statement = statement.where(col(RawEvent.endpoint_id) == endpoint_id)
    if below is not None:
        statement = statement.where(col(RawEvent.id) < below)
    return list(session.scalars(statement))


def find(session: Session, event_id: UUID) -> RawEvent | None:
    """Return a delivery of the workspace with its body."""
    return session.scalar(select(RawEvent).where(col(RawEvent.id) == event_id))


def find_by_delivery(session: Session, endpoint_id: UUID, delivery_id: str) -> RawEvent:
    """Return the delivery that an endpoint keeps under the sender's id."""
    statement = select(RawEvent).where(
        col(RawEvent.endpoint_id) == endpoint_id, col(RawEvent.delivery_id) == delivery_id
    )
    return session.scalars(statement).one()


def lock(session: Session, event_id: UUID, *statuses: RawStatus) -> RawEvent | None:
    """Return a delivery of one of the statuses, locked; None when there is no such one."""
    statement = (
        select(RawEvent)
        .where(col(RawEvent.id) == event_id, col(RawEvent.status).in_(statuses))
        .with_for_update(key_share=True)
    )
    return session.scalar(statement)


def with_due(session: Session) -> list[UUID]:
    """Return the workspaces in which a delivery waits, in a session outside of any."""
    return _ids(session.execute(text("select * from pmflow_workspaces_with_events()")))


def with_old(session: Session) -> list[UUID]:
    """Return the workspaces with a delivery of more than 30 days, in a session outside of any."""
    return _ids(session.execute(text("select * from pmflow_workspaces_with_old_events()")))


def forget_old(session: Session) -> None:
    """Delete the workspace's deliveries of more than 30 days."""
    session.execute(
        delete(RawEvent)
        .where(col(RawEvent.created_at) < utcnow() - KEPT)
        .execution_options(synchronize_session=False)
    )


def _ids(rows: Any) -> list[UUID]:
    return [row[0] for row in rows]
