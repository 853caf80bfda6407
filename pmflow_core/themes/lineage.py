"""Where themes came from and what became of them: one row per event, never changed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.accounts.models import User
from pmflow_core.outgoing.announcing import announce
from pmflow_core.outgoing.models import EventType
from pmflow_core.themes.models import Theme, ThemeEvent, ThemeEventKind
from pmflow_core.themes.schemas import LineageEntry, ThemeTag
from pmflow_core.themes.stored import Move, StoredPlan

SHOWN = 50
_TOLD = {
    ThemeEventKind.FORMED: EventType.THEME_FORMED,
    ThemeEventKind.RETIRED: EventType.THEME_RETIRED,
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Who or what made something happen to a theme."""

    actor: Actor
    clustering_id: UUID | None = None
    proposal_id: UUID | None = None


def record(
    session: Session,
    origin: Origin,
    theme_id: UUID,
    kind: ThemeEventKind,
    what: tuple[Sequence[UUID], int],
) -> None:
    """Write one event of a theme: the other themes, and how many signals changed theme."""
    others, signals = what
    session.add(
        ThemeEvent(
            workspace_id=origin.actor.workspace_id,
            theme_id=theme_id,
            kind=kind,
            others=list(others),
            signals=signals,
            clustering_id=origin.clustering_id,
            proposal_id=origin.proposal_id,
            actor_id=origin.actor.user_id,
        )
    )
    if kind in _TOLD:
        facts = {"theme_id": theme_id, "other_theme_ids": list(others), "signals": signals}
        announce(session, _TOLD[kind], facts)


def record_change(
    session: Session, origin: Origin, plan: StoredPlan, moved: Sequence[Move], ended: UUID | None
) -> None:
    """Write what a change did to each of its themes."""
    flows = Counter((move.origin, move.to) for move in moved)
    made = plan.made.id if plan.made else None
    if made:
        came = {source: many for (source, to), many in flows.items() if to == made}
        others = [source for source in came if source]
        record(session, origin, made, ThemeEventKind.FORMED, (others, sum(came.values())))
        for source in others:
            record(session, origin, source, ThemeEventKind.SPLIT, ([made], came[source]))
    if ended:
        went = {to: many for (source, to), many in flows.items() if source == ended}
        others = [to for to in went if to]
        record(session, origin, ended, ThemeEventKind.RETIRED, (others, sum(went.values())))
        for to in others:
            record(session, origin, to, ThemeEventKind.MERGED, ([ended], went[to]))


def read_lineage(session: Session, theme_id: UUID) -> list[LineageEntry]:
    """Return what happened to a theme, the newest first; at most 50 events."""
    statement = (
        select(ThemeEvent, col(User.name))
        .outerjoin(User, col(User.id) == col(ThemeEvent.actor_id))
        .where(col(ThemeEvent.theme_id) == theme_id)
        .order_by(col(ThemeEvent.id).desc())
        .limit(SHOWN)
    )
    rows = session.execute(statement).all()
    labels = labels_of(session, [other for event, _ in rows for other in event.others])
    return [
        LineageEntry(
            at=event.created_at,
            kind=event.kind,
            others=[labels[other] for other in event.others if other in labels],
            signals=event.signals,
            by=name,
        )
        for event, name in rows
    ]


def labels_of(session: Session, theme_ids: Sequence[UUID]) -> dict[UUID, ThemeTag]:
    """Return themes by name alone, the retired ones too."""
    statement = select(col(Theme.id), col(Theme.label)).where(
        col(Theme.id) == func.any(list(theme_ids))
    )
    return {row[0]: ThemeTag(*row) for row in session.execute(statement)}
