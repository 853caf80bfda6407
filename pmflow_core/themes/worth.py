"""Statements over who is behind themes: their customers, what those are worth, and how close."""

from decimal import Decimal
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.customers.models import Customer
from pmflow_core.signals.models import Signal
from pmflow_core.themes.corpus import centroids
from pmflow_core.themes.models import ThemeMembership
from pmflow_core.themes.repository import live
from pmflow_core.themes.vectors import unit_rows


def sender() -> ColumnElement[str]:
    """Return who a signal is from: the customer known, else the sender as given."""
    return func.coalesce(
        cast(col(Signal.customer_id), String), func.lower(func.trim(col(Signal.customer)))
    )


def values(session: Session, theme_id: UUID | None = None) -> dict[UUID, Decimal]:
    """Return the annual value of each theme's customers, each counted once.

    A theme is missing when no value is known of any of its customers.
    """
    behind = (
        select(col(ThemeMembership.theme_id).label("theme_id"), col(Signal.customer_id))
        .join(Signal, col(Signal.id) == col(ThemeMembership.signal_id))
        .where(*live(), col(Signal.customer_id).is_not(None))
        .distinct()
    )
    if theme_id is not None:
        behind = behind.where(col(ThemeMembership.theme_id) == theme_id)
    pairs = behind.subquery()
    statement = (
        select(pairs.c.theme_id, func.sum(col(Customer.annual_value)))
        .join(Customer, col(Customer.id) == pairs.c.customer_id)
        .where(col(Customer.annual_value).is_not(None), col(Customer.deleted_at).is_(None))
        .group_by(pairs.c.theme_id)
    )
    return {theme: worth for theme, worth in session.execute(statement) if worth is not None}


def nearest_themes(session: Session) -> dict[UUID, tuple[UUID, float]]:
    """Return for each active theme the one whose middle is nearest, and the cosine of the two."""
    themes, middles = centroids(session)
    if len(themes) < 2:
        return {}
    units = unit_rows(middles)
    cosines = units @ units.T
    np.fill_diagonal(cosines, -1.0)
    best = cosines.argmax(axis=1).tolist()
    return {
        theme: (themes[near], float(cosines[row, near]))
        for row, (theme, near) in enumerate(zip(themes, best, strict=True))
    }
