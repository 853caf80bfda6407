"""Statements of the insights: each counts in the database and returns few rows."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, cast, func, select
from sqlalchemy.orm import Mapped, Session
from sqlmodel import col

from pmflow_core.automation.models import AutomationEvent, Verdict
from pmflow_core.calls.costs import TOOL
from pmflow_core.calls.models import NOTHING, ProviderCall
from pmflow_core.insights.schemas import Flow, Series, Span, StageTime, ThemeSeries
from pmflow_core.projects.models import Project, Stage, StageTransition
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.status import OPEN, FailureClass
from pmflow_core.signals.models import UNRATED, Severity, Signal, SignalStatus
from pmflow_core.themes.models import Theme, ThemeMembership


def count_signals(session: Session, span: Span) -> int:
    """Return how many live signals were received in the span."""
    statement = select(func.count()).select_from(Signal).where(*_received(span))
    return session.scalar(statement) or 0


def count_critical(session: Session) -> int:
    """Return how many critical signals nobody has linked, archived or merged, of any age."""
    statement = (
        select(func.count())
        .select_from(Signal)
        .where(
            col(Signal.deleted_at).is_(None),
            col(Signal.severity) == Severity.CRITICAL,
            col(Signal.status).in_((SignalStatus.NEW, SignalStatus.REVIEWED)),
        )
    )
    return session.scalar(statement) or 0


def signals_by_severity(session: Session, span: Span) -> tuple[Series, ...]:
    """Return the signals received, by severity from the worst to the unknown."""
    found = _signals_by(session, span, col(Signal.severity))
    return _series(span, found, (*(level.value for level in Severity), UNRATED))


def signals_by_source(session: Session, span: Span) -> tuple[Series, ...]:
    """Return the signals received, by source, the most frequent first; sources without any last."""
    found = _signals_by(session, span, col(Signal.source))
    series = _series(span, found, sorted({name for name, _ in found}))
    return tuple(sorted(series, key=lambda each: (-each.total, each.name)))


def largest_themes(session: Session, span: Span, most: int) -> tuple[ThemeSeries, ...]:
    """Return the themes that most signals of the span are in, the largest first."""
    place, signals = _bucket(span, col(Signal.received_at)), func.count()
    inside = (
        select(col(ThemeMembership.theme_id), place.label("place"), signals.label("signals"))
        .join(Signal, col(Signal.id) == col(ThemeMembership.signal_id))
        .where(*_received(span))
        .group_by(col(ThemeMembership.theme_id), place)
        .subquery()
    )
    total = func.sum(inside.c.signals).over(partition_by=inside.c.theme_id)
    statement = (
        select(col(Theme.id), col(Theme.label), inside.c.place, inside.c.signals)
        .join(inside, col(Theme.id) == inside.c.theme_id)
        .order_by(total.desc(), col(Theme.id), inside.c.place)
    )
    found: dict[UUID, tuple[str, dict[int, int]]] = {}
    for theme_id, label, at, count in session.execute(statement):
        if theme_id not in found and len(found) == most:
            break
        found.setdefault(theme_id, (label, {}))[1][at] = count
    return tuple(
        ThemeSeries(theme_id, label, _filled(span, counts))
        for theme_id, (label, counts) in found.items()
    )


def stage_times(session: Session, span: Span) -> tuple[StageTime, ...]:
    """Return each stage, from left to right, with the median of the visits that ended."""
    visits = _visits()
    stayed = func.extract("epoch", visits.c.left_at - visits.c.entered_at)
    statement = (
        select(visits.c.stage, func.count(), func.percentile_cont(0.5).within_group(stayed))
        .where(visits.c.left_at >= span.start, visits.c.left_at < span.end)
        .group_by(visits.c.stage)
    )
    found = {slug: (count, float(median)) for slug, count, median in session.execute(statement)}
    stages = session.execute(
        select(col(Stage.slug), col(Stage.name)).order_by(col(Stage.position), col(Stage.id))
    )
    return tuple(StageTime(slug, name, *found.get(slug, (0, None))) for slug, name in stages)


def flow(session: Session, span: Span) -> Flow:
    """Return how many projects reached the last stage for the first time, and how fast."""
    arrived, median = _arrivals(session, span)
    return Flow(arrived, median, _arrivals(session, span.before)[1])


def run_outcomes(session: Session, span: Span) -> tuple[Series, ...]:
    """Return the runs that ended, by how."""
    place = _bucket(span, col(StageRun.finished_at))
    statement = (
        select(place, col(StageRun.status), func.count())
        .where(*_ended(span))
        .group_by(place, col(StageRun.status))
    )
    found = {(status.value, at): count for at, status, count in session.execute(statement)}
    return _series(span, found, ("completed", "failed", "cancelled"))


def run_failures(session: Session, span: Span) -> Mapping[FailureClass, int]:
    """Return why runs failed, the most frequent first."""
    statement = (
        select(col(StageRun.failure_class), func.count())
        .where(*_ended(span), col(StageRun.failure_class).is_not(None))
        .group_by(col(StageRun.failure_class))
        .order_by(func.count().desc(), col(StageRun.failure_class))
    )
    return {kind: count for kind, count in session.execute(statement) if kind is not None}


def spent(session: Session, span: Span) -> Decimal:
    """Return what calls of the span cost, US dollars."""
    cost = func.coalesce(func.sum(col(ProviderCall.cost_usd)), NOTHING)
    return session.scalar(select(cost).where(*_called(span))) or NOTHING


def costs_by_project(
    session: Session, span: Span
) -> list[tuple[str | None, str | None, str, Decimal]]:
    """Return key and name of each project, a provider, and what its calls cost, US dollars."""
    cost = func.sum(col(ProviderCall.cost_usd))
    statement = (
        select(col(Project.key), col(Project.name), col(ProviderCall.provider), cost)
        .outerjoin(Project, col(Project.id) == col(ProviderCall.project_id))
        .where(*_called(span))
        .group_by(col(Project.key), col(Project.name), col(ProviderCall.provider))
        .having(cost > NOTHING)
    )
    return [(key, name, provider, usd) for key, name, provider, usd in session.execute(statement)]


def decisions(session: Session, span: Span) -> Mapping[Verdict, int]:
    """Return what automation decided, the most frequent first."""
    statement = (
        select(col(AutomationEvent.verdict), func.count())
        .where(*_decided(span))
        .group_by(col(AutomationEvent.verdict))
        .order_by(func.count().desc(), col(AutomationEvent.verdict))
    )
    rows = session.execute(statement)
    return {verdict: int(count) for verdict, count in rows}


def themes_looked_at(session: Session, span: Span) -> int:
    """Return how many themes automation decided about."""
    themes = func.count(col(AutomationEvent.theme_id).distinct())
    return session.scalar(select(themes).where(*_decided(span))) or 0


def _received(span: Span) -> tuple[ColumnElement[bool], ...]:
    return (col(Signal.deleted_at).is_(None), *_within(span, col(Signal.received_at)))


def _ended(span: Span) -> tuple[ColumnElement[bool], ...]:
    return (col(StageRun.status).not_in(OPEN), *_within(span, col(StageRun.finished_at)))


def _called(span: Span) -> tuple[ColumnElement[bool], ...]:
    called = _within(span, col(ProviderCall.created_at))
    return (col(ProviderCall.provider).not_like(f"{TOOL}%"), *called)


def _decided(span: Span) -> tuple[ColumnElement[bool], ...]:
    return _within(span, col(AutomationEvent.created_at))


def _within(span: Span, at: Mapped[Any]) -> tuple[ColumnElement[bool], ...]:
    return (at >= span.start, at < span.end)


def _bucket(span: Span, at: Mapped[Any]) -> ColumnElement[int]:
    since = func.extract("epoch", at - span.start)
    return cast(func.floor(since / span.bucket.total_seconds()), Integer)


def _signals_by(session: Session, span: Span, column: Mapped[Any]) -> dict[tuple[str, int], int]:
    place = _bucket(span, col(Signal.received_at))
    statement = select(place, column, func.count()).where(*_received(span)).group_by(place, column)
    return {
        (UNRATED if name is None else name.value, at): count
        for at, name, count in session.execute(statement)
    }


def _series(
    span: Span, found: Mapping[tuple[str, int], int], names: Iterable[str]
) -> tuple[Series, ...]:
    return tuple(
        Series(name, tuple(found.get((name, place), 0) for place in range(span.count)))
        for name in names
    )


def _filled(span: Span, counts: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(counts.get(place, 0) for place in range(span.count))


def _visits() -> Any:
    """Return every ended visit of a project to a stage, as a table."""
    moves = StageTransition
    before = func.lag(col(moves.created_at)).over(
        partition_by=col(moves.project_id), order_by=(col(moves.created_at), col(moves.id))
    )
    return (
        select(
            col(moves.from_stage).label("stage"),
            func.coalesce(before, col(Project.created_at)).label("entered_at"),
            col(moves.created_at).label("left_at"),
        )
        .join(Project, col(Project.id) == col(moves.project_id))
        .where(col(Project.deleted_at).is_(None))
        .subquery()
    )


def _arrivals(session: Session, span: Span) -> tuple[int, float | None]:
    last = (
        select(col(Stage.slug))
        .where(col(Stage.enabled))
        .order_by(col(Stage.position).desc(), col(Stage.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    first = (
        select(
            func.extract(
                "epoch", func.min(col(StageTransition.created_at)) - col(Project.created_at)
            ).label("took"),
            func.min(col(StageTransition.created_at)).label("at"),
        )
        .join(Project, col(Project.id) == col(StageTransition.project_id))
        .where(col(StageTransition.to_stage) == last, col(Project.deleted_at).is_(None))
        .group_by(col(Project.id), col(Project.created_at))
        .subquery()
    )
    statement = select(func.count(), func.percentile_cont(0.5).within_group(first.c.took)).where(
        first.c.at >= span.start, first.c.at < span.end
    )
    arrived, median = session.execute(statement).one()
    return arrived, None if median is None else float(median)
