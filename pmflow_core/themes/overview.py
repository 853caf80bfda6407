"""How a workspace's themes came about, and the wish to form them anew."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict
from pmflow_core.jobs import Job, enqueue_on_commit
from pmflow_core.signals.models import Severity, Signal
from pmflow_core.themes import corpus, repository, rules
from pmflow_core.themes.granularity import read_granularity
from pmflow_core.themes.models import Theme, ThemeMembership, ThemeStatus
from pmflow_core.themes.schemas import TREND_WEEKS, ThemeTag


class TooFewSignals(Conflict):
    """There is too little said to form themes from."""

    code = "too_few_signals"


@dataclass(frozen=True, slots=True)
class ClusteringRead:
    """One forming of the themes."""

    id: UUID
    at: datetime
    version: str
    signals: int
    themes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ThemesOverview:
    """What themes are formed from: signals that can be themed, how many it takes, and the last.

    `unthemed` are live signals of content in no theme, `praise` those without content;
    `granularity` is what the number of themes is multiplied with next time.
    """

    themable: int
    needed: int
    last: ClusteringRead | None
    unthemed: int
    praise: int
    granularity: float


def read_overview(session: Session, actor: Actor) -> ThemesOverview:
    """Return how the workspace's themes came about."""
    actor.require(Role.VIEWER)
    last = corpus.last_clustering(session)
    unthemed, praise = repository.count_apart(session)
    return ThemesOverview(
        themable=corpus.count_themable(session),
        needed=rules.MIN_TEXTS,
        last=None
        if last is None
        else ClusteringRead(
            last.id, last.created_at, last.version, last.signals, last.themes, last.seconds
        ),
        unthemed=unthemed,
        praise=praise,
        granularity=read_granularity(session, actor),
    )


def request_rebuild(session: Session, actor: Actor) -> None:
    """Ask a worker to form the themes anew; what would change known themes is proposed.

    Raises:
        PermissionDenied: the actor is not an editor.
        TooFewSignals: fewer than 30 signals can be themed.
    """
    actor.require(Role.EDITOR)
    count = corpus.count_themable(session)
    if count < rules.MIN_TEXTS:
        raise TooFewSignals(f"Themes need {rules.MIN_TEXTS} signals; {count} are there.")
    audit.record(session, actor, "themes.rebuild_requested", "themes", {"signals": count})
    key = str(actor.workspace_id)
    enqueue_on_commit(session, Job.REBUILD_THEMES, key, job_id=f"themes-{key}")


def weekly_severities(
    session: Session, actor: Actor, theme_id: UUID
) -> list[dict[Severity | None, int]]:
    """Return a theme's live signals by severity for each of eight weeks, the oldest first."""
    actor.require(Role.VIEWER)
    now = utcnow()
    age = func.extract("epoch", now - col(Signal.received_at))
    week = func.floor(age / timedelta(weeks=1).total_seconds())
    statement = (
        select(week, col(Signal.severity), func.count())
        .join(ThemeMembership, col(ThemeMembership.signal_id) == col(Signal.id))
        .where(
            col(ThemeMembership.theme_id) == theme_id,
            col(Signal.received_at) <= now,
            col(Signal.received_at) > now - timedelta(weeks=TREND_WEEKS),
            *repository.live(),
        )
        .group_by(week, col(Signal.severity))
    )
    weeks: list[dict[Severity | None, int]] = [{} for _ in range(TREND_WEEKS)]
    for ago, severity, many in session.execute(statement):
        weeks[TREND_WEEKS - 1 - int(ago)][severity] = many
    return weeks


def list_labels(session: Session, actor: Actor) -> list[ThemeTag]:
    """Return the active themes that have signals by name alone, the largest first."""
    actor.require(Role.VIEWER)
    # All of an import's members are joined with their signals by no plan that is always quick.
    size = (
        select(func.count())
        .where(col(ThemeMembership.theme_id) == col(Theme.id))
        .correlate(Theme)
        .scalar_subquery()
    )
    has_signals = (
        select(col(ThemeMembership.id))
        .join(Signal, col(Signal.id) == col(ThemeMembership.signal_id))
        .where(col(ThemeMembership.theme_id) == col(Theme.id), *repository.live())
        .correlate(Theme)
        .exists()
    )
    statement = (
        select(col(Theme.id), col(Theme.label))
        .where(col(Theme.status) == ThemeStatus.ACTIVE, has_signals)
        .order_by(size.desc(), col(Theme.id))
    )
    return [ThemeTag(*row) for row in session.execute(statement)]
