"""Statements over what people say and what they are told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.activity.models import Comment, Notification, Snooze
from pmflow_core.activity.snooze_rows import is_put_off
from pmflow_core.errors import NotFound


def list_comments(session: Session, project_id: UUID) -> list[Comment]:
    """Return what was said about a project and its documents, in order, the deleted as well."""
    statement = (
        select(Comment).where(col(Comment.project_id) == project_id).order_by(col(Comment.id))
    )
    return list(session.scalars(statement))


def get_comment(session: Session, comment_id: UUID, *, lock: bool = False) -> Comment:
    """Return a comment, a deleted one too, locked when asked; raises NotFound."""
    statement = select(Comment).where(col(Comment.id) == comment_id)
    if lock:
        statement = statement.with_for_update(key_share=True)
    found = session.scalar(statement.execution_options(populate_existing=lock))
    if found is None:
        raise NotFound("There is no such comment.")
    return found


def add_notifications(session: Session, rows: Sequence[dict[str, Any]]) -> list[UUID]:
    """Insert what was not told yet, and return the people it is for."""
    if not rows:
        return []
    statement = insert(Notification).on_conflict_do_nothing().returning(col(Notification.user_id))
    return list(session.scalars(statement, list(rows)))


def get_notification(session: Session, user_id: UUID, notification_id: UUID) -> Notification:
    """Return what a person was told; raises NotFound, for what others were told too."""
    statement = select(Notification).where(
        col(Notification.id) == notification_id, col(Notification.user_id) == user_id
    )
    found = session.scalar(statement)
    if found is None:
        raise NotFound("There is no such notification.")
    return found


def list_but(
    session: Session, user_id: UUID, kind: str, *, limit: int
) -> list[tuple[Notification, bool]]:
    """Return what a person was told of every other kind, as `list_notifications`."""
    statement = _listed(user_id).where(col(Notification.kind) != kind).limit(limit)
    return [(row, put_off) for row, put_off in session.execute(statement)]


def gathered(
    session: Session, user_id: UUID, kind: str, since: datetime
) -> list[tuple[Notification, bool, int]]:
    """Return the newest of a kind, whether it is unread, and about how many things those are.

    One row for all that are unread, one for what was read and is not older than `since`.
    """
    unread = col(Notification.read_at).is_(None)
    about = func.coalesce(col(Notification.link), col(Notification.key))
    newest = func.array_agg(aggregate_order_by(col(Notification.id), col(Notification.id).desc()))
    groups = (
        select(
            newest[1].label("id"),
            unread.label("unread"),
            func.count(about.distinct()).label("many"),
        )
        .where(
            col(Notification.user_id) == user_id,
            col(Notification.kind) == kind,
            or_(unread, col(Notification.created_at) >= since),
        )
        .group_by(unread)
        .subquery()
    )
    statement = select(Notification, groups.c.unread, groups.c.many).join(
        groups, groups.c.id == col(Notification.id)
    )
    return [(row, is_unread, many) for row, is_unread, many in session.execute(statement)]


def list_notifications(
    session: Session, user_id: UUID, *, below: UUID | None, limit: int
) -> list[tuple[Notification, bool]]:
    """Return what a person was told, the newest first, and whether they put it off.

    `below` is the last of the page before.
    """
    statement = _listed(user_id).limit(limit)
    if below is not None:
        statement = statement.where(col(Notification.id) < below)
    return [(row, put_off) for row, put_off in session.execute(statement)]


def list_unread(
    session: Session, user_id: UUID, kinds: Sequence[str], *, put_off: bool, limit: int
) -> list[Notification]:
    """Return what of these kinds a person has not read, the newest first."""
    condition = _put_off(user_id) if put_off else ~_put_off(user_id)
    statement = (
        select(Notification)
        .where(
            col(Notification.user_id) == user_id,
            col(Notification.read_at).is_(None),
            col(Notification.kind).in_(kinds),
            condition,
        )
        .order_by(col(Notification.id).desc())
        .limit(limit)
    )
    return list(session.scalars(statement))


def count_unread(
    session: Session,
    user_id: UUID,
    kinds: Sequence[str] | None = None,
    *,
    but: str = "",
    put_off: bool = False,
) -> int:
    """Return how much a person has not read, of some kinds or of all `but` one.

    With `put_off` that of what they put off, else of the rest.
    """
    condition = _put_off(user_id) if put_off else ~_put_off(user_id)
    statement = (
        select(func.count())
        .select_from(Notification)
        .where(
            col(Notification.user_id) == user_id,
            col(Notification.read_at).is_(None),
            col(Notification.kind) != but,
            condition,
        )
    )
    if kinds is not None:
        statement = statement.where(col(Notification.kind).in_(kinds))
    return session.scalar(statement) or 0


def mark_read(session: Session, user_id: UUID, ids: Sequence[UUID] | None) -> int:
    """Mark a person's own notifications as read; return how many were not.

    All of them are those that the person did not put off.
    """
    named = ~_put_off(user_id) if ids is None else col(Notification.id).in_(ids)
    return _mark(session, user_id, named)


def mark_kind_read(session: Session, user_id: UUID, kind: str, up_to: UUID) -> int:
    """Mark what a person was told of a kind as read, not what is newer than `up_to`."""
    named = and_(col(Notification.kind) == kind, col(Notification.id) <= up_to, ~_put_off(user_id))
    return _mark(session, user_id, named)


def mark_unread(session: Session, user_id: UUID, notification_id: UUID) -> bool:
    """Mark a person's own notification as not read; return whether it was."""
    statement = (
        update(Notification)
        .where(
            col(Notification.user_id) == user_id,
            col(Notification.id) == notification_id,
            col(Notification.read_at).is_not(None),
        )
        .values(read_at=None)
        .returning(col(Notification.id))
        .execution_options(synchronize_session=False)
    )
    return session.scalar(statement) is not None


def _mark(session: Session, user_id: UUID, named: ColumnElement[bool]) -> int:
    statement = (
        update(Notification)
        .where(col(Notification.user_id) == user_id, col(Notification.read_at).is_(None), named)
        .values(read_at=func.now())
        .returning(col(Notification.id))
        .execution_options(synchronize_session=False)
    )
    return len(session.scalars(statement).all())


def _listed(user_id: UUID) -> Select[Notification, bool]:
    return (
        select(Notification, _put_off(user_id))
        .where(col(Notification.user_id) == user_id)
        .order_by(col(Notification.id).desc())
    )


def _put_off(user_id: UUID) -> ColumnElement[bool]:
    return is_put_off(col(Snooze.notification_id), col(Notification.id), user_id)
