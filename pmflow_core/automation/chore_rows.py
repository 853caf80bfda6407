"""Statements of maintenance: what chores look for, and their rounds."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.automation.models import Chore, MaintenanceRun
from pmflow_core.errors import NotFound
from pmflow_core.signals.models import Signal, SignalProject, SignalStatus
from pmflow_core.themes.repository import live

BATCH = 500
CLAIM = timedelta(minutes=10)
"""A worker that is alive has finished by then or asked for more time."""
_open = col(MaintenanceRun.finished_at).is_(None)
_free = func.coalesce(col(MaintenanceRun.claimed_until), func.to_timestamp(0)) < func.now()
_linked = (
    select(col(SignalProject.id)).where(col(SignalProject.signal_id) == col(Signal.id)).exists()
)


def workspaces_to_maintain(session: Session, pause: timedelta) -> list[UUID]:
    """Return the workspaces where nothing was begun for so long, or a round lost its worker."""
    statement = text("select * from pmflow_workspaces_to_maintain(:pause)")
    return list(session.scalars(statement, {"pause": pause}))


def orphans(session: Session, older_than: timedelta) -> tuple[int, datetime | None]:
    """Return how many new signals without a link are older, and when the oldest came in."""
    statement = select(func.count(), func.min(col(Signal.received_at))).where(
        *_of_status(SignalStatus.NEW, older_than), ~_linked
    )
    count, oldest = session.execute(statement).one()
    return count, oldest


def to_archive(
    session: Session, *, linked_for: timedelta, reviewed_for: timedelta
) -> tuple[list[UUID], list[UUID]]:
    """Return up to 500 linked and reviewed signals that are done with, locked by id.

    Those that somebody else holds are left to the next round.
    """
    fresh = (
        select(col(SignalProject.id))
        .where(
            col(SignalProject.signal_id) == col(Signal.id),
            col(SignalProject.created_at) > func.now() - linked_for,
        )
        .exists()
    )
    is_linked = col(Signal.status) == SignalStatus.LINKED
    statement = (
        select(col(Signal.id), is_linked)
        .where(
            (_both(_of_status(SignalStatus.LINKED, linked_for)) & ~fresh)
            | _both(_of_status(SignalStatus.REVIEWED, reviewed_for))
        )
        .order_by(col(Signal.id))
        .limit(BATCH)
        .with_for_update(skip_locked=True, key_share=True)
    )
    rows = session.execute(statement).all()
    return [row[0] for row in rows if row[1]], [row[0] for row in rows if not row[1]]


def live_after(session: Session, after: UUID | None) -> list[UUID]:
    """Return the next 500 live signals by id."""
    statement = select(col(Signal.id)).where(*live()).order_by(col(Signal.id)).limit(BATCH)
    if after is not None:
        statement = statement.where(col(Signal.id) > after)
    return list(session.scalars(statement))


def open_round(session: Session, row: MaintenanceRun) -> UUID:
    """Open a round of a chore and return its id, or that of the one which is open already."""
    statement = (
        insert(MaintenanceRun)
        .values(row.model_dump())
        .on_conflict_do_nothing(
            index_elements=["workspace_id", "chore"], index_where=text("finished_at IS NULL")
        )
        .returning(col(MaintenanceRun.id))
    )
    wanted = select(col(MaintenanceRun.id)).where(col(MaintenanceRun.chore) == row.chore, _open)
    # One that is finished between the two statements makes room for a new one.
    return session.scalar(statement) or session.scalar(wanted) or open_round(session, row)


def get_round(session: Session, round_id: UUID) -> MaintenanceRun:
    """Return a round; raises NotFound."""
    found = session.scalar(select(MaintenanceRun).where(col(MaintenanceRun.id) == round_id))
    if found is None:
        raise NotFound("There is no such round of maintenance.")
    return found


def claim_round(session: Session, round_id: UUID) -> MaintenanceRun | None:
    """Take an open round for ten minutes; None when it is finished or another's."""
    statement = (
        update(MaintenanceRun)
        .where(col(MaintenanceRun.id) == round_id, _open, _free)
        .values(claimed_until=func.now() + CLAIM)
        .returning(MaintenanceRun)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(statement)


def hold_round(session: Session, round_id: UUID) -> None:
    """Keep a claimed round for ten minutes more."""
    session.execute(
        update(MaintenanceRun)
        .where(col(MaintenanceRun.id) == round_id, _open)
        .values(claimed_until=func.now() + CLAIM)
        .execution_options(synchronize_session=False)
    )


def finish_round(
    session: Session, round_id: UUID, result: Mapping[str, Any], error: str | None
) -> None:
    """Write how a round ended, unless it was written before."""
    session.execute(
        update(MaintenanceRun)
        .where(col(MaintenanceRun.id) == round_id, _open)
        .values(finished_at=func.now(), result=dict(result), error=error, claimed_until=None)
        .execution_options(synchronize_session=False)
    )


def last_rounds(session: Session) -> dict[Chore, MaintenanceRun]:
    """Return the newest round of each chore."""
    statement = (
        select(MaintenanceRun)
        .ext(distinct_on(col(MaintenanceRun.chore)))
        .order_by(col(MaintenanceRun.chore), col(MaintenanceRun.id).desc())
        .execution_options(populate_existing=True)
    )
    return {row.chore: row for row in session.scalars(statement)}


def list_rounds(session: Session, chore: Chore | None, limit: int) -> list[MaintenanceRun]:
    """Return the newest rounds."""
    statement = select(MaintenanceRun).order_by(col(MaintenanceRun.id).desc()).limit(limit)
    if chore is not None:
        statement = statement.where(col(MaintenanceRun.chore) == chore)
    return list(session.scalars(statement))


def open_rounds(session: Session) -> list[UUID]:
    """Return the rounds that wait for a worker, or lost theirs."""
    return list(session.scalars(select(col(MaintenanceRun.id)).where(_open, _free)))


def forget_rounds(session: Session, older_than: timedelta) -> int:
    """Delete finished rounds of long ago; return how many."""
    statement = (
        delete(MaintenanceRun)
        .where(col(MaintenanceRun.created_at) < func.now() - older_than, ~_open)
        .returning(col(MaintenanceRun.id))
        .execution_options(synchronize_session=False)
    )
    return len(session.scalars(statement).all())


def _of_status(status: SignalStatus, older_than: timedelta) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Signal.status) == status,
        col(Signal.deleted_at).is_(None),
        # Old feedback that was imported today is not old work.
        col(Signal.created_at) < func.now() - older_than,
    )


def _both(conditions: tuple[ColumnElement[bool], ...]) -> ColumnElement[bool]:
    first, *others = conditions
    for condition in others:
        first &= condition
    return first
