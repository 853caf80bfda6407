"""Statements over what people say and what they are told."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.activity.models import Comment, Notification
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


def list_notifications(
    session: Session, user_id: UUID, *, below: UUID | None, limit: int
) -> list[Notification]:
    """Return what a person was told, the newest first; `below` is the last of the page before."""
    statement = (
        select(Notification)
        .where(col(Notification.user_id) == user_id)
        .order_by(col(Notification.id).desc())
        .limit(limit)
    )
    if below is not None:
        statement = statement.where(col(Notification.id) < below)
    return list(session.scalars(statement))


def count_unread(session: Session, user_id: UUID) -> int:
    """Return how much a person was told and has not read."""
    statement = (
        select(func.count())
        .select_from(Notification)
        .where(col(Notification.user_id) == user_id, col(Notification.read_at).is_(None))
    )
    return session.scalar(statement) or 0


def mark_read(session: Session, user_id: UUID, ids: Sequence[UUID] | None) -> int:
    """Mark a person's own notifications, or all of them, as read; return how many were not."""
    statement = (
        update(Notification)
        .where(col(Notification.user_id) == user_id, col(Notification.read_at).is_(None))
        .values(read_at=func.now())
        .returning(col(Notification.id))
        .execution_options(synchronize_session=False)
    )
    if ids is not None:
        statement = statement.where(col(Notification.id).in_(ids))
    return len(session.scalars(statement).all())
