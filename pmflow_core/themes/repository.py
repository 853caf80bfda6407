"""Statements over themes and memberships that people's screens need."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Row, Select, cast, func, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.clock import utcnow
from pmflow_core.errors import NotFound
from pmflow_core.projects.models import Project, ProjectStatus
from pmflow_core.signals.models import ASIDE, Severity, Signal
from pmflow_core.signals.voices import voices
from pmflow_core.themes.models import Clustering, PlacedBy, Theme, ThemeMembership, ThemeStatus
from pmflow_core.themes.schemas import TREND_WEEKS, Quote, ThemeTag

QUOTE_CHARS = 300
QUOTES = 3
_QUOTES_READ = 9


def live() -> list[ColumnElement[bool]]:
    """Return what a signal must be to count in its theme."""
    return [
        col(Signal.deleted_at).is_(None),
        col(Signal.status).not_in(ASIDE),
    ]


def get_theme(
    session: Session, theme_id: UUID, *, lock: bool = False, ended: bool = False
) -> Theme:
    """Return an active theme, or with `ended` a retired one too; raises NotFound.

    With `lock` it is locked until the transaction ends.
    """
    statement = select(Theme).where(col(Theme.id) == theme_id)
    if not ended:
        statement = statement.where(col(Theme.status) == ThemeStatus.ACTIVE)
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(
            populate_existing=True
        )
    theme = session.scalar(statement)
    if theme is None:
        raise NotFound("There is no such theme.")
    return theme


def figures(
    session: Session, sender: ColumnElement[str], theme_id: UUID | None = None
) -> Sequence[Sequence[Any]]:
    """Return a row per active theme with members: its size, severities, weeks and project.

    The columns are theme, size, mean similarity, how many senders, one per severity, one per
    week, project id and key; the largest theme comes first. A signal that others are merged into
    counts once for each customer who is known to have said it: forty customers with the same
    words are forty.
    """
    said = voices()
    size, severities, weeks = _counts(said)
    people = [func.avg(col(ThemeMembership.similarity)), func.count(sender.distinct())]
    numbers = (
        select(
            col(ThemeMembership.theme_id).label("theme_id"),
            *_named(size, people, severities, weeks),
        )
        .join(Signal, col(Signal.id) == col(ThemeMembership.signal_id))
        .outerjoin(said, said.c.signal_id == col(Signal.id))
        .where(*live())
        .group_by(col(ThemeMembership.theme_id))
    )
    if theme_id is not None:
        numbers = numbers.where(col(ThemeMembership.theme_id) == theme_id)
    table = numbers.subquery()
    counted = [column for column in table.columns if column.name != "theme_id"]
    statement = (
        select(Theme, *counted, col(Project.id), col(Project.key))
        .join(table, table.c.theme_id == col(Theme.id))
        .outerjoin(Project, _is_project_of_theme())
        .where(col(Theme.status) == ThemeStatus.ACTIVE)
        .order_by(table.c.size.desc(), col(Theme.id))
    )
    return session.execute(statement).all()


def _counts(said: Any) -> tuple[Any, list[Any], list[Any]]:
    """Return the sums of voices: of all, for each severity, and for each week."""
    now = utcnow()
    weight = func.sum(func.greatest(func.coalesce(said.c.customers, 1), 1))
    severities = [weight.filter(col(Signal.severity) == each) for each in Severity]
    weeks = [
        weight.filter(
            col(Signal.received_at) > now - timedelta(weeks=TREND_WEEKS - week),
            col(Signal.received_at) <= now - timedelta(weeks=TREND_WEEKS - week - 1),
        )
        for week in range(TREND_WEEKS)
    ]
    return weight, severities, weeks


def _named(
    size: Any, people: Sequence[Any], severities: Sequence[Any], weeks: Sequence[Any]
) -> list[Any]:
    counts = {
        **{f"severity_{place}": count for place, count in enumerate(severities)},
        **{f"week_{place}": count for place, count in enumerate(weeks)},
    }
    return [
        _whole(size).label("size"),
        *(count.label(f"people_{place}") for place, count in enumerate(people)),
        *(_whole(count).label(name) for name, count in counts.items()),
    ]


def _whole(count: Any) -> Any:
    # a sum over nothing is null, and one over integers a long one
    return cast(func.coalesce(count, 0), Integer)


def has_project(session: Session, theme_id: UUID) -> bool:
    """Return whether a live project was made of the theme."""
    statement = select(col(Project.id)).where(
        col(Project.theme_id) == theme_id, col(Project.deleted_at).is_(None)
    )
    return session.scalar(statement.limit(1)) is not None


def _is_project_of_theme() -> ColumnElement[bool]:
    return (
        (col(Project.theme_id) == col(Theme.id))
        & col(Project.deleted_at).is_(None)
        & (col(Project.status) == ProjectStatus.ACTIVE)
    )


def segments(session: Session, theme_id: UUID | None = None) -> dict[UUID, list[tuple[str, int]]]:
    """Return each theme's segments with how many signals name them, the most named first."""
    many = func.count()
    statement = (
        select(col(ThemeMembership.theme_id), col(Signal.segment), many)
        .join(Signal, col(Signal.id) == col(ThemeMembership.signal_id))
        .where(*live(), col(Signal.segment).is_not(None))
        .group_by(col(ThemeMembership.theme_id), col(Signal.segment))
        .order_by(many.desc(), col(Signal.segment))
    )
    if theme_id is not None:
        statement = statement.where(col(ThemeMembership.theme_id) == theme_id)
    found: dict[UUID, list[tuple[str, int]]] = {}
    for theme, segment, count in session.execute(statement):
        found.setdefault(theme, []).append((segment or "", count))
    return found


def quotes(session: Session, theme_id: UUID | None = None) -> dict[UUID, list[Quote]]:
    """Return the texts nearest to the middle of each theme, no text twice."""
    nearest = (
        select(
            col(Signal.text_hash),
            col(Signal.number),
            func.left(col(Signal.verbatim), QUOTE_CHARS).label("shown"),
            col(ThemeMembership.similarity),
        )
        .join(ThemeMembership, col(ThemeMembership.signal_id) == col(Signal.id))
        .where(col(ThemeMembership.theme_id) == col(Theme.id), *live())
        .order_by(col(ThemeMembership.similarity).desc())
        .limit(_QUOTES_READ)
        .lateral()
    )
    statement = (
        select(col(Theme.id), nearest.c.text_hash, nearest.c.number, nearest.c.shown)
        .join(nearest, true())
        .where(col(Theme.status) == ThemeStatus.ACTIVE)
        .order_by(col(Theme.id), nearest.c.similarity.desc(), nearest.c.number)
    )
    if theme_id is not None:
        statement = statement.where(col(Theme.id) == theme_id)
    distinct: dict[UUID, dict[str, Quote]] = {}
    for theme, digest, number, shown in session.execute(statement):
        distinct.setdefault(theme, {}).setdefault(digest, Quote(number, shown))
    return {theme: list(found.values())[:QUOTES] for theme, found in distinct.items()}


def placed_counts(session: Session, theme_id: UUID) -> dict[PlacedBy, int]:
    """Return how many live members were put into the theme by whom."""
    statement = (
        select(col(ThemeMembership.placed_by), func.count())
        .join(Signal, col(Signal.id) == col(ThemeMembership.signal_id))
        .where(col(ThemeMembership.theme_id) == theme_id, *live())
        .group_by(col(ThemeMembership.placed_by))
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def clustering_of(session: Session, theme: Theme) -> Clustering | None:
    """Return the clustering that last shaped a theme."""
    if theme.clustering_id is None:
        return None
    return session.scalar(select(Clustering).where(col(Clustering.id) == theme.clustering_id))


def names_of(session: Session, signal_ids: Sequence[UUID]) -> dict[UUID, ThemeTag]:
    """Return the theme of each of the signals that has one."""
    statement = (
        select(col(ThemeMembership.signal_id), col(Theme.id), col(Theme.label))
        .join(Theme, col(Theme.id) == col(ThemeMembership.theme_id))
        .where(
            col(ThemeMembership.signal_id) == func.any(list(signal_ids)),
            col(Theme.status) == ThemeStatus.ACTIVE,
        )
    )
    return {row[0]: ThemeTag(row[1], row[2]) for row in session.execute(statement)}


def membership_of(session: Session, signal_id: UUID) -> Row[ThemeMembership, Theme] | None:
    """Return a signal's membership and its theme, None when it is in none."""
    statement = (
        select(ThemeMembership, Theme)
        .join(Theme, col(Theme.id) == col(ThemeMembership.theme_id))
        .where(
            col(ThemeMembership.signal_id) == signal_id,
            col(Theme.status) == ThemeStatus.ACTIVE,
        )
    )
    return session.execute(statement).one_or_none()


def members(theme_id: UUID) -> Select[UUID]:
    """Return the select of a theme's signal ids, to narrow a list with."""
    return select(col(ThemeMembership.signal_id)).where(col(ThemeMembership.theme_id) == theme_id)


def quotes_of(session: Session, signal_ids: Sequence[UUID], limit: int = QUOTES) -> list[Quote]:
    """Return some of the signals' texts, nearest to the middle of their theme, no text twice."""
    statement = (
        select(
            col(Signal.text_hash),
            col(Signal.number),
            func.left(col(Signal.verbatim), QUOTE_CHARS),
        )
        .outerjoin(ThemeMembership, col(ThemeMembership.signal_id) == col(Signal.id))
        .where(col(Signal.id) == func.any(list(signal_ids)), *live())
        .order_by(col(ThemeMembership.similarity).desc().nulls_last(), col(Signal.number))
        .limit(limit * 3)
    )
    distinct: dict[str, Quote] = {}
    for digest, number, shown in session.execute(statement):
        distinct.setdefault(digest, Quote(number, shown))
    return list(distinct.values())[:limit]


def without_theme() -> Select[UUID]:
    """Return the select of the ids of signals of content in no theme, to narrow a list with."""
    has_theme = (
        select(col(ThemeMembership.id))
        .where(col(ThemeMembership.signal_id) == col(Signal.id))
        .exists()
    )
    return select(col(Signal.id)).where(~has_theme, col(Signal.themable))


def praise() -> Select[UUID]:
    """Return the select of the ids of praise and empty texts, to narrow a list with."""
    return select(col(Signal.id)).where(~col(Signal.themable))


def count_apart(session: Session) -> tuple[int, int]:
    """Return how many live signals of content are in no theme, and how many are praise or empty."""
    counts = [
        select(func.count()).select_from(Signal).where(*live(), col(Signal.id).in_(which))
        for which in (without_theme(), praise())
    ]
    return session.scalar(counts[0]) or 0, session.scalar(counts[1]) or 0
