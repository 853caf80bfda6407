"""Statements that move signals between themes and back: what a person agreed to, or did by hand.

Whoever calls holds the workspace's theming lock (`corpus.lock_for_writing`).
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.clock import utcnow
from pmflow_core.ids import uuid7
from pmflow_core.signals.models import DIMENSIONS, Signal
from pmflow_core.themes import corpus
from pmflow_core.themes.models import PlacedBy, Theme, ThemeMembership, ThemeStatus
from pmflow_core.themes.repository import live
from pmflow_core.themes.stored import (
    Move,
    NewTheme,
    PlaceBefore,
    SortedBefore,
    StoredPlan,
    StoredUndo,
    ThemeBefore,
)
from pmflow_core.themes.vectors import Matrix, unit_rows

THEMABLE = "themable"


def lock_themes(session: Session, theme_ids: Sequence[UUID]) -> dict[UUID, Theme]:
    """Return those of the themes that there are, retired ones too, locked in the order of ids."""
    statement = (
        select(Theme)
        .where(col(Theme.id) == func.any(list(theme_ids)))
        .order_by(col(Theme.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {theme.id: theme for theme in session.scalars(statement)}


def places_of(session: Session, signal_ids: Sequence[UUID]) -> dict[UUID, ThemeMembership]:
    """Return the memberships of the signals that are in a theme, by signal."""
    statement = (
        select(ThemeMembership)
        .where(col(ThemeMembership.signal_id) == func.any(list(signal_ids)))
        .execution_options(populate_existing=True)
    )
    return {row.signal_id: row for row in session.scalars(statement)}


def still_true(session: Session, moves: Sequence[Move]) -> list[Move]:
    """Return the moves of live signals that are where the plan saw them, unless a person put them.

    A person may have moved, archived or deleted a signal since the plan was made.
    """
    ids = [move.signal for move in moves]
    alive = set(
        session.scalars(select(col(Signal.id)).where(col(Signal.id) == func.any(ids), *live()))
    )
    places = places_of(session, ids)
    return [
        move
        for move in moves
        if move.signal in alive
        and (place := places.get(move.signal)) is not None
        and place.theme_id == move.origin
        and place.placed_by is not PlacedBy.PERSON
    ]


def carry_out(
    session: Session,
    workspace_id: UUID,
    plan: StoredPlan,
    moves: Sequence[Move],
    placed_by: PlacedBy,
) -> StoredUndo:
    """Make the plan's theme, move what of it is true, end what it ends; return what undoes that.

    `moves` are those of the plan that hold, and what else leaves the theme that ends.
    """
    at = utcnow()
    ids = [move.signal for move in moves]
    before = places_of(session, ids)
    known = [theme for move in moves for theme in (move.origin, move.to) if theme]
    themes = lock_themes(session, sorted(set(known)))
    undo = StoredUndo(
        at=at,
        places=[_before(move, before.get(move.signal)) for move in moves],
        themes=[_theme_before(theme) for theme in themes.values()],
        made=plan.made.id if plan.made else None,
        ended=plan.ends,
    )
    if plan.made:
        session.add(_made(workspace_id, plan.made, at))
        session.flush()
    _put(session, workspace_id, moves, placed_by)
    if plan.ends:
        corpus.retire(session, [plan.ends])
    _touch(session, [*themes, *([plan.made.id] if plan.made else [])], at)
    return undo


def take_back(session: Session, workspace_id: UUID, undo: StoredUndo) -> list[Move]:
    """Put back every signal that still is where the change put it; return what went back.

    A signal that was moved since stays there. What joined the made theme since goes where most of
    its signals came from. A theme that nothing else changed since is exactly what it was.
    """
    untouched = _untouched(session, undo)
    if undo.ended:
        _set_status(session, undo.ended, ThemeStatus.ACTIVE)
    back = _still_there(session, undo)
    corpus.take_out_of_themes(session, [place.signal for place in back])
    _restore(session, workspace_id, [place for place in back if place.theme])
    if undo.made:
        _send_on(session, workspace_id, undo.made, back)
        corpus.retire(session, [undo.made])
    _restore_sorting(session, undo.sorted)
    _restore_themes(session, undo, untouched)
    return [Move(signal=place.signal, origin=place.after, to=place.theme) for place in back]


def leftovers(session: Session, plan: StoredPlan, moved: Sequence[Move]) -> list[Move]:
    """Return the moves of what else is in the theme that ends: after most of the others.

    Signals that nobody counts now, such as archived ones, go along too.
    """
    if plan.ends is None:
        return []
    moving = {move.signal for move in moved}
    statement = (
        select(col(ThemeMembership.signal_id))
        .where(col(ThemeMembership.theme_id) == plan.ends)
        .order_by(col(ThemeMembership.signal_id))
    )
    to = _most([move.to for move in moved])
    return [
        Move(signal=signal, origin=plan.ends, to=to)
        for signal in session.scalars(statement)
        if signal not in moving
    ]


def has_by_person(session: Session, theme_id: UUID) -> bool:
    """Return whether a person put a signal into the theme."""
    statement = select(col(ThemeMembership.id)).where(
        col(ThemeMembership.theme_id) == theme_id,
        col(ThemeMembership.placed_by) == PlacedBy.PERSON,
    )
    return session.scalar(statement.limit(1)) is not None


def sort_out(session: Session, signal_ids: Sequence[UUID], *, themable: bool) -> list[SortedBefore]:
    """Say for a person whether signals are matters of work; return what was said before."""
    signals = session.scalars(
        select(Signal)
        .where(col(Signal.id) == func.any(list(signal_ids)), col(Signal.themable) != themable)
        .order_by(col(Signal.id))
    )
    before: list[SortedBefore] = []
    for signal in signals:
        before.append(
            SortedBefore(signal=signal.id, themable=signal.themable, given=list(signal.given))
        )
        signal.themable = themable
        signal.given = sorted({*signal.given, THEMABLE})
    session.flush()
    return before


def _before(move: Move, place: ThemeMembership | None) -> PlaceBefore:
    if place is None:
        return PlaceBefore(signal=move.signal, after=move.to)
    return PlaceBefore(
        signal=move.signal,
        after=move.to,
        theme=place.theme_id,
        similarity=place.similarity,
        placed_by=place.placed_by,
        placed_at=place.created_at,
    )


def _theme_before(theme: Theme) -> ThemeBefore:
    return ThemeBefore(
        id=theme.id,
        centroid=[float(number) for number in theme.centroid],
        changed_at=theme.changed_at,
    )


def _made(workspace_id: UUID, made: NewTheme, at: datetime) -> Theme:
    return Theme(
        id=made.id,
        workspace_id=workspace_id,
        label=made.label,
        keywords=made.keywords,
        centroid=np.zeros(DIMENSIONS, dtype=np.float32),
        changed_at=at,
    )


def _put(session: Session, workspace_id: UUID, moves: Sequence[Move], placed_by: PlacedBy) -> None:
    """Move signals, then say how near each is to the middle that its theme has with it."""
    out = [move.signal for move in moves if move.to is None]
    into = [(move.signal, move.to, 0.0) for move in moves if move.to is not None]
    corpus.take_out_of_themes(session, out)
    corpus.put_into_themes(session, workspace_id, into, placed_by)
    _recentre(session, {theme for move in moves for theme in (move.origin, move.to) if theme})
    middles = _middles(session, {theme for _, theme, _ in into})
    vectors = _vectors(session, [signal for signal, _, _ in into])
    near = [
        (signal, theme, float(vectors[signal] @ middles[theme]))
        for signal, theme, _ in into
        if signal in vectors and theme in middles
    ]
    corpus.put_into_themes(session, workspace_id, near, placed_by)


def _recentre(session: Session, theme_ids: set[UUID]) -> None:
    """Give themes the middle of the live signals they have now; one without any keeps its own."""
    for theme in sorted(theme_ids):
        rows = session.scalars(
            select(func.vector_send(col(Signal.embedding)))
            .join(ThemeMembership, col(ThemeMembership.signal_id) == col(Signal.id))
            .where(
                col(ThemeMembership.theme_id) == theme,
                col(Signal.embedding).is_not(None),
                *live(),
            )
        ).all()
        if rows:
            middle = unit_rows(corpus.as_matrix(rows).mean(axis=0, keepdims=True))[0]
            _set_middle(session, theme, middle.tolist())


def _set_middle(session: Session, theme_id: UUID, middle: list[float]) -> None:
    session.execute(
        update(Theme)
        .where(col(Theme.id) == theme_id)
        .values(centroid=middle)
        .execution_options(synchronize_session="fetch")
    )


def _middles(session: Session, theme_ids: set[UUID]) -> dict[UUID, Matrix]:
    statement = select(col(Theme.id), func.vector_send(col(Theme.centroid))).where(
        col(Theme.id) == func.any(list(theme_ids))
    )
    return {theme: corpus.as_matrix([sent])[0] for theme, sent in session.execute(statement)}


def _vectors(session: Session, signal_ids: Sequence[UUID]) -> dict[UUID, Matrix]:
    statement = select(col(Signal.id), func.vector_send(col(Signal.embedding))).where(
        col(Signal.id) == func.any(list(signal_ids)), col(Signal.embedding).is_not(None)
    )
    rows = session.execute(statement).all()
    matrix = corpus.as_matrix([sent for _, sent in rows])
    return {row[0]: vector for row, vector in zip(rows, matrix, strict=True)}


def _touch(session: Session, theme_ids: Sequence[UUID], at: datetime) -> None:
    session.execute(
        update(Theme)
        .where(col(Theme.id) == func.any(list(theme_ids)))
        .values(changed_at=at)
        .execution_options(synchronize_session="fetch")
    )


def _still_there(session: Session, undo: StoredUndo) -> list[PlaceBefore]:
    """Return what can go back: it is where it was put, and the theme it was in is still there."""
    now = places_of(session, [place.signal for place in undo.places])
    active = set(
        session.scalars(select(col(Theme.id)).where(col(Theme.status) == ThemeStatus.ACTIVE))
    )
    there = {signal: place.theme_id for signal, place in now.items()}
    return [
        place
        for place in undo.places
        if place.after == there.get(place.signal) and place.theme in {None, *active}
    ]


def _untouched(session: Session, undo: StoredUndo) -> set[UUID]:
    ids = [theme.id for theme in undo.themes]
    return {theme.id for theme in lock_themes(session, ids).values() if theme.changed_at == undo.at}


def _restore(session: Session, workspace_id: UUID, places: Sequence[PlaceBefore]) -> None:
    rows = [
        {
            "id": uuid7(),
            "workspace_id": workspace_id,
            "signal_id": place.signal,
            "theme_id": place.theme,
            "similarity": place.similarity,
            "placed_by": place.placed_by,
            "created_at": place.placed_at,
        }
        for place in places
    ]
    if rows:
        session.execute(insert(ThemeMembership), rows)


def _send_on(session: Session, workspace_id: UUID, made: UUID, back: Sequence[PlaceBefore]) -> None:
    """Put what joined the made theme since into the theme that most of its signals went back to."""
    home = _most([place.theme for place in back if place.after == made and place.theme])
    if home is None:
        return
    columns = (
        col(ThemeMembership.signal_id),
        col(ThemeMembership.similarity),
        col(ThemeMembership.placed_by),
    )
    joined = session.execute(select(*columns).where(col(ThemeMembership.theme_id) == made)).all()
    for kind in PlacedBy:  # who a person put there is still the person's
        rows = [(signal, home, near) for signal, near, placed_by in joined if placed_by is kind]
        corpus.put_into_themes(session, workspace_id, rows, kind)


def _restore_themes(session: Session, undo: StoredUndo, untouched: set[UUID]) -> None:
    changed = {theme.id for theme in undo.themes} - untouched
    _recentre(session, changed)
    _touch(session, sorted(changed), utcnow())
    for theme in undo.themes:
        if theme.id in untouched and theme.centroid is not None:
            _set_middle(session, theme.id, theme.centroid)
            _touch(session, [theme.id], theme.changed_at)


def _restore_sorting(session: Session, before: Sequence[SortedBefore]) -> None:
    for each in before:
        session.execute(
            update(Signal)
            .where(col(Signal.id) == each.signal)
            .values(themable=each.themable, given=each.given)
            .execution_options(synchronize_session="fetch")
        )


def _set_status(session: Session, theme_id: UUID, status: ThemeStatus) -> None:
    session.execute(
        update(Theme)
        .where(col(Theme.id) == theme_id)
        .values(status=status)
        .execution_options(synchronize_session="fetch")
    )


def _most(themes: Sequence[UUID | None]) -> UUID | None:
    """Return the most frequent one, of two the one that comes first."""
    return Counter(themes).most_common(1)[0][0] if themes else None
