"""Themes' middles and members' nearness after every vector has changed; members stay."""

from typing import Any

from pgvector.sqlalchemy import Vector
from sqlalchemy import Float, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.signals.models import DIMENSIONS, Signal
from pmflow_core.themes.models import Theme, ThemeMembership
from pmflow_core.themes.repository import live


def recentre(session: Session) -> None:
    """Give each theme the middle of its live members, and each member its cosine to it.

    A theme without live members keeps its middle, which is by another model and near nothing.
    """
    means = (
        select(
            col(ThemeMembership.theme_id).label("theme_id"),
            func.l2_normalize(
                func.avg(col(Signal.embedding), type_=Vector(DIMENSIONS)),
                type_=Vector(DIMENSIONS),
            ).label("middle"),
        )
        .join(Signal, col(Signal.id) == col(ThemeMembership.signal_id))
        .where(*live(), col(Signal.embedding).is_not(None))
        .group_by(col(ThemeMembership.theme_id))
        .subquery()
    )
    session.execute(
        update(Theme)
        .where(col(Theme.id) == means.c.theme_id)
        .values(centroid=means.c.middle)
        .execution_options(synchronize_session=False)
    )
    distance: Any = col(Signal.embedding).op("<=>", return_type=Float())(col(Theme.centroid))
    session.execute(
        update(ThemeMembership)
        .where(
            col(ThemeMembership.theme_id) == col(Theme.id),
            col(ThemeMembership.signal_id) == col(Signal.id),
            col(Signal.embedding).is_not(None),
        )
        .values(similarity=1 - distance)
        .execution_options(synchronize_session=False)
    )
