"""Statements over what people put off; whether it is over is said by the database's clock."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session
from sqlmodel import col

from pmflow_core.activity.models import Snooze
from pmflow_core.clock import utcnow


def database_now(session: Session) -> datetime:
    """Return what time it is for the database."""
    return session.execute(select(func.now())).scalar_one()


def put(
    session: Session, workspace_id: UUID, user_id: UUID, thing: dict[str, UUID], until: datetime
) -> None:
    """Write that a thing is put off, over an earlier word; `thing` names its column and id."""
    own = {**thing, "workspace_id": workspace_id, "user_id": user_id}
    again: dict[str, Any] = {
        "until": until, "snoozed_at": utcnow(), "told_at": None, "seen_at": None
    }  # fmt: skip
    session.execute(
        insert(Snooze)
        .values(**own, until=until)
        .on_conflict_do_update(constraint="uq_snoozes_thing", set_=again)
    )


def take_back(session: Session, user_id: UUID, thing: dict[str, UUID]) -> bool:
    """Forget that a thing is put off; return whether it was."""
    statement = delete(Snooze).where(*_of(user_id, thing)).returning(col(Snooze.id))
    return session.scalar(statement.execution_options(synchronize_session=False)) is not None


def note_seen(session: Session, user_id: UUID, thing: dict[str, UUID]) -> bool:
    """Write that a thing was opened after it was back; return whether that is new."""
    statement = (
        update(Snooze)
        .where(*_of(user_id, thing), col(Snooze.until) <= func.now(), col(Snooze.seen_at).is_(None))
        .values(seen_at=func.now())
        .returning(col(Snooze.id))
        .execution_options(synchronize_session=False)
    )
    return session.scalar(statement) is not None


def list_snoozes(session: Session, user_id: UUID) -> list[tuple[Snooze, bool]]:
    """Return what a person put off, the first that comes back first, and whether it is back."""
    statement = (
        select(Snooze, col(Snooze.until) <= func.now())
        .where(col(Snooze.user_id) == user_id)
        .order_by(col(Snooze.until), col(Snooze.id))
        .execution_options(populate_existing=True)
    )
    return [(row, over) for row, over in session.execute(statement)]


def is_put_off(
    column: Mapped[UUID | None], subject: Mapped[UUID], user_id: UUID
) -> ColumnElement[bool]:
    """Return the condition that a person put off what `subject` names, and it is not back yet."""
    return exists().where(
        column == subject, col(Snooze.user_id) == user_id, col(Snooze.until) > func.now()
    )


def with_due(session: Session) -> list[UUID]:
    """Return the workspaces in which something is back untold, in a session outside of any."""
    rows = session.execute(text("select * from pmflow_workspaces_with_due_snoozes()"))
    return [row[0] for row in rows]


def note_told(session: Session) -> list[UUID]:
    """Write that what is back was told, and return whose it is."""
    statement = (
        update(Snooze)
        .where(col(Snooze.told_at).is_(None), col(Snooze.until) <= func.now())
        .values(told_at=func.now())
        .returning(col(Snooze.user_id))
        .execution_options(synchronize_session=False)
    )
    return sorted(set(session.scalars(statement)))


def _of(user_id: UUID, thing: dict[str, UUID]) -> list[ColumnElement[bool]]:
    named: list[ColumnElement[bool]] = [
        getattr(Snooze, column) == id_ for column, id_ in thing.items()
    ]
    return [col(Snooze.user_id) == user_id, *named]
