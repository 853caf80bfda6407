"""Statements over what lies in the trash; the session narrows each to its workspace."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from pmflow_core.accounts.models import User
from pmflow_core.customers.models import Customer, CustomerMerge
from pmflow_core.documents.models import Citation
from pmflow_core.knowledge.models import Persona
from pmflow_core.projects.models import Project
from pmflow_core.signals.models import (
    Original,
    Signal,
    SignalMerge,
    SignalPersona,
    SignalProject,
)
from pmflow_core.suggestions.models import Suggestion
from pmflow_core.themes.models import ThemeMembership

Binned = type[Signal] | type[Customer] | type[Persona] | type[Project]
Position = tuple[datetime, UUID]
SHOWN = 200


def page(
    session: Session, table: Binned, title: ColumnElement[Any], below: Position | None, limit: int
) -> Sequence[Any]:
    """Return (id, title, deleted_at, who) of a kind, the last binned first."""
    statement = (
        select(col(table.id), title, col(table.deleted_at), col(User.name))
        .outerjoin(User, col(User.id) == col(table.deleted_by))
        .where(*_in_trash(table))
        .order_by(col(table.deleted_at).desc(), col(table.id).desc())
        .limit(limit)
    )
    if below is not None:
        statement = statement.where(tuple_(col(table.deleted_at), col(table.id)) < below)
    return session.execute(statement).all()


def count(session: Session, table: Binned) -> int:
    """Return how many of a kind are in the trash."""
    return session.scalar(select(func.count()).select_from(table).where(*_in_trash(table))) or 0


def old(session: Session, table: Binned, before: datetime, limit: int) -> list[UUID]:
    """Return what was binned before a moment and nothing needs any more, the oldest first."""
    statement = (
        select(col(table.id))
        .where(*_in_trash(table), col(table.deleted_at) < before)
        .order_by(col(table.deleted_at), col(table.id))
        .limit(limit)
    )
    if table is Signal:
        statement = statement.where(~_is_cited())
    return list(session.scalars(statement))


def lock(session: Session, table: Binned, ids: Collection[UUID]) -> list[UUID]:
    """Return which of the rows are in the trash, locked, by id."""
    statement = (
        select(col(table.id))
        .where(*_in_trash(table), col(table.id).in_(ids))
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


def _in_trash(table: Binned) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [col(table.deleted_at).is_not(None)]
    if table is Customer:
        # One that was merged goes and comes back with the one that stands for it.
        found.append(col(Customer.merged_into).is_(None))
    return found


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
