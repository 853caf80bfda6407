"""Reading the figures of a workspace over a range."""

from decimal import Decimal

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.insights import repository
from pmflow_core.insights.schemas import (
    PROJECTS_SHOWN,
    THEMES_SHOWN,
    Costs,
    InsightsRead,
    ProjectCost,
    Range,
    Span,
)


def read_insights(session: Session, actor: Actor, days: Range = Range.QUARTER) -> InsightsRead:
    """Return the figures of the last `days` days, in whole days of UTC.

    Raises:
        PermissionDenied: the actor is not a viewer.
    """
    actor.require(Role.VIEWER)
    span = Span.until(utcnow(), days)
    return InsightsRead(
        days=days,
        span=span,
        signals=repository.count_signals(session, span),
        signals_before=repository.count_signals(session, span.before),
        critical_unlinked=repository.count_critical(session),
        severities=repository.signals_by_severity(session, span),
        sources=repository.signals_by_source(session, span),
        themes=repository.largest_themes(session, span, THEMES_SHOWN),
        flow=repository.flow(session, span),
        stages=repository.stage_times(session, span),
        outcomes=repository.run_outcomes(session, span),
        failures=repository.run_failures(session, span),
        costs=_costs(session, span),
        decisions=repository.decisions(session, span),
        themes_looked_at=repository.themes_looked_at(session, span),
    )


def _costs(session: Session, span: Span) -> Costs:
    by_provider: dict[str, Decimal] = {}
    by_project: dict[str | None, tuple[str, dict[str, Decimal]]] = {}
    for key, name, provider, cost in repository.costs_by_project(session, span):
        by_provider[provider] = by_provider.get(provider, Decimal(0)) + cost
        by_project.setdefault(key, (name or "", {}))[1][provider] = cost
    projects = sorted(
        (ProjectCost(key, name, costs) for key, (name, costs) in by_project.items()),
        key=lambda each: (-each.total_usd, each.key or ""),
    )
    others = projects[PROJECTS_SHOWN:]
    return Costs(
        total_usd=sum(by_provider.values(), Decimal(0)),
        before_usd=repository.spent(session, span.before),
        by_provider=dict(sorted(by_provider.items(), key=lambda each: (-each[1], each[0]))),
        projects=tuple(projects[:PROJECTS_SHOWN]),
        others_usd=sum((each.total_usd for each in others), Decimal(0)),
    )
