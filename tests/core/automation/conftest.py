"""A workspace with stages and recipes, and themes of any size in it."""

from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.clock import utcnow
from pmflow_core.ids import uuid7
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import DIMENSIONS, Severity, Source
from pmflow_core.signals.normalise import text_hash
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
    similarity: float = 1.0,
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
        centroid=_direction(label),
        changed_at=utcnow(),
    )
    session.add(theme)
    session.flush()
    placed = [(signal, theme.id, similarity) for signal in ids]
    put_into_themes(session, actor.workspace_id, placed, PlacedBy.CLUSTERING)
    return theme.id


def _direction(label: str) -> list[float]:
    """Return a direction that is nearly upright to that of every other label."""
    random = np.random.default_rng(int(text_hash(label)[:12], 16))
    vector = random.normal(size=DIMENSIONS)
    return [float(part) for part in vector / np.linalg.norm(vector)]
