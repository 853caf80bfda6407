"""A workspace with stages and recipes, and themes of any size in it."""

from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.clock import utcnow
from pmflow_core.ids import uuid7
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Severity, Source
from pmflow_core.signals.schemas import SignalIn
from pmflow_core.themes.corpus import put_into_themes
from pmflow_core.themes.models import PlacedBy, Theme
from tests.core.runs.staging import answers, extensions, session, workspace_id

__all__ = ["answers", "extensions", "make_theme", "session", "workspace_id"]


def make_theme(
    session: Session,
    actor: Actor,
    label: str = "Export",
    *,
    size: int = 6,
    similarity: float = 0.9,
    severity: Severity = Severity.HIGH,
) -> UUID:
    """Add a theme of so many signals, each by another customer and as near to its middle."""
    rows = [
        SignalIn(
            text=f"{label} fails when I try it, number {place}",
            severity=severity,
            customer=f"Customer {place}",
        )
        for place in range(size)
    ]
    ids = signals.ingest(session, actor, rows, source=Source.API).ids
    theme = Theme(
        id=uuid7(),
        workspace_id=actor.workspace_id,
        label=label,
        keywords=[label.lower()],
        centroid=np.eye(1, 384)[0].tolist(),
        changed_at=utcnow(),
    )
    session.add(theme)
    session.flush()
    placed = [(signal, theme.id, similarity) for signal in ids]
    put_into_themes(session, actor.workspace_id, placed, PlacedBy.CLUSTERING)
    return theme.id
