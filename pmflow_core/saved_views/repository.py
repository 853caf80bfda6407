"""Statements over saved views; the session narrows each to its workspace."""

from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.errors import NotFound
from pmflow_core.saved_views.models import SavedView


def list_views(session: Session, reader: UUID | None) -> list[SavedView]:
    """Return the shared views, then the reader's own, each by name."""
    statement = (
        select(SavedView)
        .where(shown_to(reader), col(SavedView.deleted_at).is_(None))
        .order_by(
            col(SavedView.is_shared).desc(),
            func.lower(col(SavedView.name)),
            col(SavedView.id),
        )
    )
    return list(session.scalars(statement))


def get_view(session: Session, reader: UUID | None, view_id: UUID) -> SavedView:
    """Return a view that is shared or the reader's own; raises NotFound."""
    statement = select(SavedView).where(col(SavedView.id) == view_id, shown_to(reader))
    return _found(session.scalar(statement), deleted=False)


def lock_view(
    session: Session, reader: UUID | None, view_id: UUID, *, deleted: bool = False
) -> SavedView:
    """Return a view that is shared or the reader's own, locked; raises NotFound.

    With `deleted` it is found whether it was deleted or not.
    """
    statement = (
        select(SavedView)
        .where(col(SavedView.id) == view_id, shown_to(reader))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return _found(session.scalar(statement), deleted=deleted)


def shown_to(reader: UUID | None) -> ColumnElement[bool]:
    """Return the condition that a view is shared or the reader's own; a program owns none."""
    shared = col(SavedView.is_shared).is_(True)
    return shared if reader is None else or_(shared, col(SavedView.owner_id) == reader)


def _found(view: SavedView | None, *, deleted: bool) -> SavedView:
    if view is None or (view.deleted_at is not None and not deleted):
        raise NotFound("There is no such saved view for you.")
    return view
