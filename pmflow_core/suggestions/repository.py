"""Statements over suggestions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.errors import NotFound
from pmflow_core.suggestions.models import Suggestion, SuggestionStatus

_KNOWN = "status IN ('proposed', 'dismissed')"


def add_new(session: Session, rows: Sequence[dict[str, Any]]) -> list[UUID]:
    """Insert those that are neither proposed nor were dismissed, and return their ids.

    The unique index settles races: of two that propose the same, one does.
    """
    if not rows:
        return []
    statement = (
        insert(Suggestion)
        .on_conflict_do_nothing(
            index_elements=["workspace_id", "kind", "key"], index_where=text(_KNOWN)
        )
        .returning(col(Suggestion.id))
    )
    return list(session.scalars(statement, list(rows)))


def lock_suggestion(session: Session, suggestion_id: UUID) -> Suggestion:
    """Return a suggestion, locked until the transaction ends; raises NotFound."""
    statement = (
        select(Suggestion)
        .where(col(Suggestion.id) == suggestion_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    found = session.scalar(statement)
    if found is None:
        raise NotFound("There is no such suggestion.")
    return found


def expire(session: Session) -> int:
    """End what nobody decided in time; return how many."""
    statement = (
        update(Suggestion)
        .where(
            col(Suggestion.status) == SuggestionStatus.PROPOSED,
            col(Suggestion.expires_at) < func.now(),
        )
        .values(status=SuggestionStatus.EXPIRED, decided_at=func.now())
        .returning(col(Suggestion.id))
        .execution_options(synchronize_session=False)
    )
    return len(session.scalars(statement).all())
