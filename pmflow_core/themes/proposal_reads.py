"""Proposals as people review them: each theme now and after, with words from both sides."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.signals.models import Signal
from pmflow_core.themes import changes, repository, reviewing
from pmflow_core.themes.lineage import labels_of
from pmflow_core.themes.models import ProposalStatus, ThemeMembership, ThemeProposal
from pmflow_core.themes.schemas import ProposalRead, Side, ThemeTag
from pmflow_core.themes.stored import Move, StoredPlan

PROPOSED = ProposalStatus.PROPOSED


def list_proposals(
    session: Session,
    actor: Actor,
    *,
    status: ProposalStatus = PROPOSED,
    theme_id: UUID | None = None,
    limit: int = 200,
) -> list[ProposalRead]:
    """Return the changes of a status, of all themes or about one; most signals first."""
    actor.require(Role.VIEWER)
    rows = reviewing.list_rows(session, status, theme_id, limit)
    return [_read(session, row) for row in rows]


def get_proposal(session: Session, actor: Actor, proposal_id: UUID) -> ProposalRead:
    """Return one change; raises NotFound."""
    actor.require(Role.VIEWER)
    return _read(session, reviewing.get_row(session, proposal_id))


def count_proposals(session: Session, actor: Actor, theme_id: UUID | None = None) -> int:
    """Return how many changes wait for a person, of all themes or about one."""
    actor.require(Role.VIEWER)
    return reviewing.count_rows(session, PROPOSED, theme_id)


def _read(session: Session, row: ThemeProposal) -> ProposalRead:
    plan = StoredPlan.model_validate(row.plan)
    waits = row.status is PROPOSED
    moves = changes.still_true(session, plan.moves) if waits else plan.moves
    return ProposalRead(
        id=row.id,
        kind=row.kind,
        status=row.status,
        at=row.created_at,
        decided_at=row.decided_at,
        signals=len(moves) if waits else row.signals,
        sides=_sides(session, plan, moves) if waits else [],
        documents=reviewing.citing_documents(session, [move.signal for move in moves]),
    )


def _sides(session: Session, plan: StoredPlan, moves: Sequence[Move]) -> list[Side]:
    """Return the themes that lose signals, then those that win some."""
    made = plan.made
    themes = list(dict.fromkeys([*(m.origin for m in moves), *(m.to for m in moves)]))
    known = [theme for theme in themes if theme]
    tags = labels_of(session, known)
    if made:
        tags[made.id] = ThemeTag(made.id, made.label)
    sizes = _sizes(session, known)
    change = Counter(move.to for move in moves)
    change.subtract(move.origin for move in moves)
    return [
        Side(
            theme=tags[theme],
            now=sizes.get(theme, 0),
            after=0 if theme == plan.ends else sizes.get(theme, 0) + change[theme],
            is_new=made is not None and theme == made.id,
            ends=theme == plan.ends,
            quotes=_quotes(session, theme, plan, moves),
            shows_moving=_shows_moving(
                theme, plan, leaves=any(move.origin == theme for move in moves)
            ),
        )
        for theme in known
        if theme in tags
    ]


def _quotes(
    session: Session, theme: UUID, plan: StoredPlan, moves: Sequence[Move]
) -> list[repository.Quote]:
    """Return words that show the difference: of what moves, and of what it is set against."""
    moving = {move.signal for move in moves if theme in (move.origin, move.to)}
    there = set(session.scalars(repository.members(theme)))
    leaves = any(move.origin == theme for move in moves)
    shown = moving if _shows_moving(theme, plan, leaves=leaves) else there - moving
    return repository.quotes_of(session, sorted(shown or moving))


def _shows_moving(theme: UUID, plan: StoredPlan, *, leaves: bool) -> bool:
    """Return whether the words of a theme's moving signals are shown, not of those that stay."""
    made = plan.made.id if plan.made else None
    return theme == made or (leaves and made is None)


def _sizes(session: Session, theme_ids: Sequence[UUID]) -> dict[UUID, int]:
    statement = (
        select(col(ThemeMembership.theme_id), func.count())
        .join(Signal, col(Signal.id) == col(ThemeMembership.signal_id))
        .where(col(ThemeMembership.theme_id) == func.any(list(theme_ids)), *repository.live())
        .group_by(col(ThemeMembership.theme_id))
    )
    return {row[0]: row[1] for row in session.execute(statement)}
