"""Themes whose signals point where a test says, on the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.clock import utcnow
from pmflow_core.signals.models import DIMENSIONS, Signal, Source
from pmflow_core.signals.schemas import SignalIn
from pmflow_core.signals.service import ingest
from pmflow_core.themes.corpus import put_into_themes
from pmflow_core.themes.models import (
    PlacedBy,
    ProposalKind,
    Theme,
    ThemeEvent,
    ThemeMembership,
    ThemeProposal,
)
from pmflow_core.themes.stored import Move, NewTheme, StoredPlan

Facts = tuple[object, ...]


@dataclass(frozen=True)
class Stage:
    """A workspace with themes of known signals, and what a test asks of it."""

    session: Session
    actor: Actor

    def theme(self, label: str, texts: Sequence[str]) -> tuple[UUID, list[UUID]]:
        """Add a theme that an earlier clustering formed; return it and its signals."""
        rows = [SignalIn(text=text) for text in texts]
        ids = ingest(self.session, self.actor, rows, source=Source.API).ids
        axis = int(np.random.default_rng(len(label)).integers(DIMENSIONS))
        for place, signal in enumerate(ids):
            vector = np.eye(1, DIMENSIONS, axis)[0] + 0.01 * np.eye(1, DIMENSIONS, place)[0]
            found = self.session.get_one(Signal, signal)
            found.embedding = (vector / np.linalg.norm(vector)).tolist()
            found.embedding_model = "axes"
        theme = Theme(
            workspace_id=self.actor.workspace_id,
            label=label,
            keywords=label.lower().split(),
            centroid=np.eye(1, DIMENSIONS, axis)[0].tolist(),
            changed_at=utcnow(),
        )
        self.session.add(theme)
        self.session.flush()
        placed = [(signal, theme.id, 0.9) for signal in ids]
        put_into_themes(self.session, self.actor.workspace_id, placed, PlacedBy.CLUSTERING)
        return theme.id, ids

    def propose(
        self,
        kind: ProposalKind,
        moves: Sequence[tuple[UUID, UUID, UUID | None]],
        *,
        made: NewTheme | None = None,
        ends: UUID | None = None,
    ) -> UUID:
        """Add a proposal that waits."""
        plan = StoredPlan(
            moves=[Move(signal=signal, origin=origin, to=to) for signal, origin, to in moves],
            made=made,
            ends=ends,
        )
        row = ThemeProposal(
            workspace_id=self.actor.workspace_id,
            kind=kind,
            key=f"test:{len(moves)}:{kind}",
            theme_ids=sorted(plan.origins | plan.targets - ({made.id} if made else set())),
            plan=plan.model_dump(mode="json"),
            signals=len(moves),
            documents=0,
        )
        self.session.add(row)
        self.session.flush()
        return row.id

    def place(self, signal: UUID) -> UUID | None:
        """Return the theme a signal is in."""
        return self.session.scalar(
            select(col(ThemeMembership.theme_id)).where(col(ThemeMembership.signal_id) == signal)
        )

    def members(self, theme: UUID) -> set[UUID]:
        """Return the signals of a theme."""
        statement = select(col(ThemeMembership.signal_id)).where(
            col(ThemeMembership.theme_id) == theme
        )
        return set(self.session.scalars(statement))

    def everything(self) -> tuple[list[Facts], list[Facts], list[Facts]]:
        """Return all that people see of the active themes: themes, places, and sorting out."""
        self.session.flush()
        self.session.expire_all()
        themes = self.session.scalars(
            select(Theme).where(col(Theme.status) == "active").order_by(col(Theme.id))
        )
        places = self.session.scalars(
            select(ThemeMembership).order_by(col(ThemeMembership.signal_id))
        )
        signals = self.session.scalars(select(Signal).order_by(col(Signal.id)))
        return (
            [
                (
                    theme.id,
                    theme.label,
                    tuple(theme.keywords),
                    tuple(float(number) for number in theme.centroid),
                    theme.renamed_by,
                    theme.locked,
                    theme.changed_at,
                )
                for theme in themes
            ],
            [
                (
                    place.signal_id,
                    place.theme_id,
                    place.similarity,
                    place.placed_by,
                    place.created_at,
                )
                for place in places
            ],
            [(signal.id, signal.themable, tuple(signal.given)) for signal in signals],
        )

    def lineage(self, theme: UUID) -> list[tuple[str, list[UUID], int]]:
        """Return what happened to a theme, the oldest first."""
        events = self.session.scalars(
            select(ThemeEvent).where(col(ThemeEvent.theme_id) == theme).order_by(col(ThemeEvent.id))
        )
        return [(event.kind.value, list(event.others), event.signals) for event in events]


@pytest.fixture
def stage(session: Session, editor: Actor) -> Stage:
    """A workspace whose transaction is rolled back."""
    return Stage(session, editor)
