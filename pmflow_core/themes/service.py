"""What people see of themes and decide about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Severity
from pmflow_core.signals.nudges import announce
from pmflow_core.themes import repository, worth
from pmflow_core.themes.lineage import labels_of, read_lineage
from pmflow_core.themes.models import Clustering, Theme, ThemeStatus
from pmflow_core.themes.names import theme_name
from pmflow_core.themes.schemas import (
    TREND_WEEKS,
    Quote,
    ThemeDetail,
    ThemedPage,
    ThemedQuery,
    ThemedSignal,
    ThemeRead,
    ThemeTag,
    WhyThere,
)
from pmflow_core.themes.strength import Closeness, Facts, confidence, strength

SHOWN_SEGMENTS = 5


def list_themes(session: Session, actor: Actor) -> list[ThemeRead]:
    """Return the active themes that have signals, the largest first."""
    actor.require(Role.VIEWER)
    beside = _beside(session)
    return [_read(row, beside) for row in repository.figures(session, worth.sender())]


def get_theme(session: Session, actor: Actor, theme_id: UUID) -> ThemeDetail:
    """Return one theme, how it came about and what became of it; raises NotFound."""
    actor.require(Role.VIEWER)
    theme = repository.get_theme(session, theme_id, ended=True)
    is_active = theme.status is ThemeStatus.ACTIVE
    rows = repository.figures(session, worth.sender(), theme_id)
    clustering = repository.clustering_of(session, theme)
    beside = _beside(session, theme_id)
    near = beside.nearest.get(theme_id) if is_active else None
    return ThemeDetail(
        read=_read(rows[0] if rows else _without_signals(theme), beside),
        is_active=is_active,
        lineage=read_lineage(session, theme_id),
        nearest=(labels_of(session, [near[0]])[near[0]], near[1]) if near else None,
        clustering_version=clustering.version if clustering else None,
        clustered_at=clustering.created_at if clustering else None,
        granularity=_granularity(clustering),
        placed=repository.placed_counts(session, theme_id),
    )


def rename(session: Session, actor: Actor, theme_id: UUID, label: str) -> ThemeTag:
    """Give a theme a person's name, which no clustering changes; its members settle too.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such theme.
        BadThemeName: the name is empty or longer than 120 characters.
    """
    actor.require(Role.EDITOR)
    name = theme_name(label)
    theme = repository.get_theme(session, theme_id, lock=True)
    before, theme.label = theme.label, name
    theme.renamed_by = actor.user_id or actor.workspace_id
    _changed(session, actor, theme, "theme.renamed", {"from": before, "to": name})
    return ThemeTag(theme.id, name)


def lock(session: Session, actor: Actor, theme_id: UUID, *, locked: bool = True) -> None:
    """Keep a theme's name and members from being changed by pmflow, or let go of it.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such theme.
    """
    actor.require(Role.EDITOR)
    theme = repository.get_theme(session, theme_id, lock=True)
    theme.locked = locked
    _changed(session, actor, theme, "theme.locked" if locked else "theme.unlocked", {})


def list_signals(session: Session, actor: Actor, query: ThemedQuery) -> ThemedPage:
    """Return one page of signals with the theme of each."""
    actor.require(Role.VIEWER)
    within = None
    if query.theme_id is not None:
        within = repository.members(query.theme_id)
    elif query.unthemed:
        within = repository.without_theme()
    elif query.praise:
        within = repository.praise()
    page = signals.list_signals(session, actor, query, within)
    return ThemedPage(page, repository.names_of(session, [row.id for row in page.items]))


def get_signal(session: Session, actor: Actor, number: int) -> ThemedSignal:
    """Return a signal and why it is in its theme; raises NotFound."""
    actor.require(Role.VIEWER)
    detail = signals.get_signal(session, actor, number)
    found = repository.membership_of(session, detail.row.id)
    if found is None:
        return ThemedSignal(detail, None)
    membership, theme = found
    return ThemedSignal(
        detail,
        WhyThere(
            theme=ThemeTag(theme.id, theme.label),
            similarity=membership.similarity,
            placed_by=membership.placed_by,
            placed_at=membership.created_at,
            shared_keywords=_shared(theme.keywords, detail.verbatim),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands beside the figures of themes, by theme."""

    segments: dict[UUID, list[tuple[str, int]]]
    quotes: dict[UUID, list[Quote]]
    values: dict[UUID, Decimal]
    nearest: dict[UUID, tuple[UUID, float]]


def _beside(session: Session, theme_id: UUID | None = None) -> _Beside:
    return _Beside(
        repository.segments(session, theme_id),
        repository.quotes(session, theme_id),
        worth.values(session, theme_id),
        worth.nearest_themes(session),
    )


def _read(row: Sequence[Any], beside: _Beside) -> ThemeRead:
    theme, size, own, customers, *numbers, project_id, project_key = row
    cut = len(Severity)
    counted = zip(Severity, numbers[:cut], strict=True)
    severities = {severity: many for severity, many in counted if many}
    trend = list(numbers[cut:])
    near = beside.nearest.get(theme.id)
    sure = confidence(size, Closeness(own or 0.0, near[1] if near else None))
    return ThemeRead(
        id=theme.id,
        label=theme.label,
        size=size,
        keywords=list(theme.keywords),
        severities=severities,
        trend=trend,
        segments=beside.segments.get(theme.id, [])[:SHOWN_SEGMENTS],
        quotes=beside.quotes.get(theme.id, []),
        customers=customers,
        value=beside.values.get(theme.id),
        strength=strength(Facts(size, customers, severities, trend, sure)),
        confidence=sure,
        project_id=project_id,
        project_key=project_key,
        is_locked=theme.locked,
        is_renamed=theme.renamed_by is not None,
        changed_at=theme.changed_at,
    )


def _granularity(clustering: Clustering | None) -> float | None:
    return clustering.params.get("granularity") if clustering else None


def _without_signals(theme: Theme) -> tuple[Any, ...]:
    return (theme, *[0] * (3 + len(Severity) + TREND_WEEKS), None, None)


def _shared(keywords: list[str], text: str) -> list[str]:
    folded = text.casefold()
    return [keyword for keyword in keywords if keyword.casefold() in folded]


def _changed(
    session: Session, actor: Actor, theme: Theme, action: str, detail: dict[str, str]
) -> None:
    theme.changed_at = utcnow()
    session.flush()
    audit.record(session, actor, action, str(theme.id), detail)
    announce(session, actor.workspace_id)
