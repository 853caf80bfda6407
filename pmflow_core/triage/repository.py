"""Statements that show suggestions with what they are about."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.activity.models import Snooze
from pmflow_core.activity.snooze_rows import is_put_off
from pmflow_core.errors import Invalid, NotFound
from pmflow_core.projects.models import Project, ProjectStatus
from pmflow_core.signals.models import Signal
from pmflow_core.suggestions.models import Suggestion, SuggestionKind, SuggestionStatus
from pmflow_core.themes.models import Theme, ThemeMembership, ThemeStatus
from pmflow_core.triage.schemas import ProjectTag, SuggestedTheme, SuggestionQuery, SuggestionSort

STANDING = (SuggestionStatus.PROPOSED, SuggestionStatus.DISMISSED)


class BadSuggestionCursor(Invalid):
    """The cursor is none that this list gave."""

    code = "bad_suggestion_cursor"


def find_page(
    session: Session, query: SuggestionQuery, user_id: UUID | None = None
) -> list[Suggestion]:
    """Return the suggestions that are asked for, and one more when others follow.

    `user_id` is whose snoozes count; those of nobody are none.
    """
    statement = select(Suggestion).where(
        col(Suggestion.status) == query.status, _snoozed(user_id, wanted=query.snoozed)
    )
    if query.kind is not None:
        statement = statement.where(col(Suggestion.kind) == query.kind)
    order = [col(Suggestion.id).desc()]
    if query.sort is SuggestionSort.CONFIDENCE:
        order = [col(Suggestion.confidence).desc(), *order]
    if query.cursor is not None:
        statement = statement.where(_after(query.sort, query.cursor))
    return list(session.scalars(statement.order_by(*order).limit(query.limit + 1)))


def cursor_of(last: Suggestion, sort: SuggestionSort) -> str:
    """Return the cursor that asks for what follows a row."""
    return f"{last.confidence!r}_{last.id}" if sort is SuggestionSort.CONFIDENCE else str(last.id)


def _after(sort: SuggestionSort, cursor: str) -> ColumnElement[bool]:
    try:
        if sort is SuggestionSort.NEWEST:
            return col(Suggestion.id) < UUID(cursor)
        confidence, _, id_ = cursor.partition("_")
        below, last = float(confidence), UUID(id_)
    except ValueError as error:
        raise BadSuggestionCursor("That is no cursor of this list.") from error
    return or_(
        col(Suggestion.confidence) < below,
        and_(col(Suggestion.confidence) == below, col(Suggestion.id) < last),
    )


def get_suggestion(session: Session, suggestion_id: UUID) -> Suggestion:
    """Return a suggestion; raises NotFound."""
    found = session.scalar(select(Suggestion).where(col(Suggestion.id) == suggestion_id))
    if found is None:
        raise NotFound("There is no such suggestion.")
    return found


def _snoozed(user_id: UUID | None, *, wanted: bool | None) -> ColumnElement[bool]:
    if wanted is None:
        return true()
    if user_id is None:
        return false() if wanted else true()
    put_off = is_put_off(col(Snooze.suggestion_id), col(Suggestion.id), user_id)
    return put_off if wanted else ~put_off


def counts(
    session: Session, user_id: UUID | None = None, *, snoozed: bool | None = None
) -> dict[SuggestionKind, int]:
    """Return how many suggestions of each kind wait for a decision.

    With `snoozed` only those that the person put off, or did not.
    """
    statement = (
        select(col(Suggestion.kind), func.count())
        .where(
            col(Suggestion.status) == SuggestionStatus.PROPOSED,
            _snoozed(user_id, wanted=snoozed),
        )
        .group_by(col(Suggestion.kind))
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def has_standing_twin(session: Session, suggestion: Suggestion) -> bool:
    """Return whether another one proposes the same, or was dismissed."""
    statement = select(col(Suggestion.id)).where(
        col(Suggestion.kind) == suggestion.kind,
        col(Suggestion.key) == suggestion.key,
        col(Suggestion.id) != suggestion.id,
        col(Suggestion.status).in_(STANDING),
    )
    return session.scalar(statement.limit(1)) is not None


def live_signals(session: Session, ids: Collection[UUID]) -> list[UUID]:
    """Return which of the signals are not in the bin."""
    statement = select(col(Signal.id)).where(
        col(Signal.id).in_(ids), col(Signal.deleted_at).is_(None)
    )
    return list(session.scalars(statement))


def get_projects(session: Session, ids: Collection[UUID]) -> dict[UUID, ProjectTag]:
    """Return projects by id, closed and deleted ones too."""
    statement = select(Project).where(col(Project.id).in_(ids))
    return {
        project.id: ProjectTag(
            project.id,
            project.key,
            project.name,
            project.deleted_at is None and project.status is ProjectStatus.ACTIVE,
        )
        for project in session.scalars(statement.execution_options(populate_existing=True))
    }


def get_themes(session: Session, ids: Sequence[UUID]) -> dict[UUID, SuggestedTheme]:
    """Return themes by id with their size and the project they have."""
    size = (
        select(func.count())
        .select_from(ThemeMembership)
        .join(Signal, col(Signal.id) == col(ThemeMembership.signal_id))
        .where(col(ThemeMembership.theme_id) == col(Theme.id), col(Signal.deleted_at).is_(None))
        .scalar_subquery()
    )
    project = (
        select(col(Project.key))
        .where(
            col(Project.theme_id) == col(Theme.id),
            col(Project.deleted_at).is_(None),
            col(Project.status) == ProjectStatus.ACTIVE,
        )
        .limit(1)
        .scalar_subquery()
    )
    statement = select(col(Theme.id), col(Theme.label), size, col(Theme.status), project).where(
        col(Theme.id).in_(ids)
    )
    return {
        row[0]: SuggestedTheme(row[0], row[1], row[2], row[3] is ThemeStatus.ACTIVE, row[4])
        for row in session.execute(statement)
    }
