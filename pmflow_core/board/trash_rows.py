"""Statements over what lies in the trash; the session narrows each to its workspace."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from pmflow_core.accounts.models import User
from pmflow_core.activity.comments import keys_of
from pmflow_core.activity.models import Comment, Notification
from pmflow_core.customers.models import Customer, CustomerMerge
from pmflow_core.documents.models import Citation
from pmflow_core.knowledge.models import KnowledgeRecord, Persona
from pmflow_core.projects.models import Project
from pmflow_core.saved_views.models import SavedView
from pmflow_core.saved_views.repository import shown_to
from pmflow_core.signals.models import (
    Original,
    Signal,
    SignalMerge,
    SignalPersona,
    SignalProject,
)
from pmflow_core.signals.tag_models import SignalTag
from pmflow_core.suggestions.models import Suggestion
from pmflow_core.themes.models import ThemeMembership

Binned = (
    type[Signal]
    | type[Customer]
    | type[Persona]
    | type[KnowledgeRecord]
    | type[SavedView]
    | type[Project]
)
Ending = Binned | type[Comment]
Position = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks into the trash: of private views each sees their own, a program none."""

    user_id: UUID | None


def page(
    session: Session,
    table: Binned,
    reader: Reader,
    title: ColumnElement[Any],
    below: Position | None,
    limit: int,
) -> Sequence[Any]:
    """Return (id, title, deleted_at, who) of a kind, the last binned first."""
    statement = (
        select(col(table.id), title, col(table.deleted_at), col(User.name))
        .outerjoin(User, col(User.id) == col(table.deleted_by))
        .where(*_in_trash(table, reader))
        .order_by(col(table.deleted_at).desc(), col(table.id).desc())
        .limit(limit)
    )
    if below is not None:
        statement = statement.where(tuple_(col(table.deleted_at), col(table.id)) < below)
    return session.execute(statement).all()


def count(session: Session, table: Binned, reader: Reader) -> int:
    """Return how many of a kind are in the trash."""
    statement = select(func.count()).select_from(table).where(*_in_trash(table, reader))
    return session.scalar(statement) or 0


def old(session: Session, table: Ending, before: datetime, limit: int) -> list[UUID]:
    """Return what was binned before a moment and nothing needs any more, the oldest first."""
    statement = (
        select(col(table.id))
        .where(*_in_trash(table), col(table.deleted_at) < before)
        .order_by(col(table.deleted_at), col(table.id))
        .limit(limit)
    )
    if table is Signal:
        statement = statement.where(~_is_cited())
    if table is Comment:
        statement = statement.where((col(Comment.text) != "") | ~_is_answered())
    return list(session.scalars(statement))


def lock(
    session: Session, table: Ending, ids: Collection[UUID], reader: Reader | None = None
) -> list[UUID]:
    """Return which of the rows are in the trash, for a reader if named, locked, by id."""
    statement = (
        select(col(table.id))
        .where(*_in_trash(table, reader), col(table.id).in_(ids))
        .order_by(col(table.id))
        .with_for_update(key_share=False)
    )
    return list(session.scalars(statement))


def copies_of(session: Session, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return what was merged into the signals, each with the signal that it was merged into."""
    statement = select(col(Signal.id), col(Signal.merged_into)).where(
        col(Signal.merged_into).in_(ids)
    )
    return {copy: into for copy, into in session.execute(statement) if into is not None}


def cited_among(session: Session, ids: Collection[UUID]) -> set[UUID]:
    """Return which of the signals a version of a document cites."""
    statement = select(col(Citation.signal_id)).where(col(Citation.signal_id).in_(ids)).distinct()
    return set(session.scalars(statement))


def erase_signals(session: Session, ids: Collection[UUID]) -> None:
    """Delete signals, what refers to them, and originals that no signal is left of."""
    originals = _selected(
        session,
        select(col(Signal.original_id)).where(
            col(Signal.id).in_(ids), col(Signal.original_id).is_not(None)
        ),
    )
    merge = or_(col(SignalMerge.canonical_id).in_(ids), col(SignalMerge.duplicate_id).in_(ids))
    about = or_(col(Suggestion.signal_id).in_(ids), col(Suggestion.other_signal_id).in_(ids))
    for table, condition in (
        (ThemeMembership, col(ThemeMembership.signal_id).in_(ids)),
        (SignalProject, col(SignalProject.signal_id).in_(ids)),
        (SignalPersona, col(SignalPersona.signal_id).in_(ids)),
        (SignalTag, col(SignalTag.signal_id).in_(ids)),
        (SignalMerge, merge),
        (Suggestion, about),
        (Signal, col(Signal.id).in_(ids)),
    ):
        _delete(session, table, condition)
    left = exists().where(col(Signal.original_id) == col(Original.id))
    _delete(session, Original, col(Original.id).in_(originals) & ~left)


def erase_customers(session: Session, ids: Collection[UUID]) -> int:
    """Delete customers and those they stood for; their signals name no sender. Return how many."""
    aliases = _selected(session, select(col(Customer.id)).where(col(Customer.merged_into).in_(ids)))
    every = {*ids, *aliases}
    session.execute(
        update(Signal)
        .where(col(Signal.customer_id).in_(every))
        .values(customer_id=None, customer=None)
        .execution_options(synchronize_session=False)
    )
    merge = or_(col(CustomerMerge.kept_id).in_(every), col(CustomerMerge.merged_id).in_(every))
    _delete(session, CustomerMerge, merge)
    _delete(session, Customer, col(Customer.id).in_(every))
    return len(ids)


def erase_personas(session: Session, ids: Collection[UUID]) -> int:
    """Delete personas and their links; return how many."""
    _delete(session, SignalPersona, col(SignalPersona.persona_id).in_(ids))
    _delete(session, Persona, col(Persona.id).in_(ids))
    return len(ids)


def erase_records(session: Session, ids: Collection[UUID]) -> int:
    """Delete records of knowledge, with their versions and who was told them; return how many."""
    _delete(session, KnowledgeRecord, col(KnowledgeRecord.id).in_(ids))
    return len(ids)


def erase_views(session: Session, ids: Collection[UUID]) -> int:
    """Delete saved views; return how many."""
    _delete(session, SavedView, col(SavedView.id).in_(ids))
    return len(ids)


def erase_comments(session: Session, ids: Collection[UUID]) -> int:
    """Delete comments and what quotes them to people; return how many.

    One that others answered keeps its place in the thread and loses its words. The rows must be
    locked: nobody can answer them then.
    """
    mine = col(Comment.id).in_(ids)
    answers = (col(Comment.reply_to).in_(ids), col(Comment.id).not_in(ids))
    held = _selected(session, select(col(Comment.reply_to)).where(*answers).distinct())
    session.execute(
        update(Comment)
        .where(col(Comment.id).in_(held))
        .values(text="", mentions=[])
        .execution_options(synchronize_session=False)
    )
    _delete(session, Comment, mine & col(Comment.id).not_in(held))
    keys = [key for comment_id in ids for key in keys_of(comment_id)]
    _delete(session, Notification, col(Notification.key).in_(keys))
    return len(ids)


def _in_trash(table: Ending, reader: Reader | None = None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [col(table.deleted_at).is_not(None)]
    if table is Customer:
        # One that was merged goes and comes back with the one that stands for it.
        found.append(col(Customer.merged_into).is_(None))
    if table is SavedView and reader is not None:
        found.append(shown_to(reader.user_id))
    return found


def _is_answered() -> ColumnElement[bool]:
    answer = aliased(Comment)
    return exists().where(col(answer.reply_to) == col(Comment.id))


def _is_cited() -> ColumnElement[bool]:
    copy = aliased(Signal)
    of_copy = (
        select(col(copy.id))
        .join(Citation, col(Citation.signal_id) == col(copy.id))
        .where(col(copy.merged_into) == col(Signal.id))
    )
    own = exists().where(col(Citation.signal_id) == col(Signal.id))
    return own | of_copy.exists()


def _selected(session: Session, statement: Select[Any]) -> list[UUID]:
    return list(session.scalars(statement))


def _delete(session: Session, table: Any, condition: ColumnElement[bool]) -> None:
    session.execute(delete(table).where(condition).execution_options(synchronize_session=False))
