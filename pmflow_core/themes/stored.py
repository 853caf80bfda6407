"""What a proposal stores: who moves from where to where, and all that undoing it takes."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from pmflow_core.themes.models import PlacedBy


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True)


class Move(_Stored):
    """A signal, the theme it leaves (None: it is in none) and the one it goes to (None: none)."""

    signal: UUID
    origin: UUID | None
    to: UUID | None


class NewTheme(_Stored):
    """A theme that a change makes."""

    id: UUID
    label: str
    keywords: list[str] = []


class StoredPlan(_Stored):
    """What a change does: the moves, the theme it makes and the theme that it ends."""

    moves: list[Move]
    made: NewTheme | None = None
    ends: UUID | None = None

    @property
    def origins(self) -> frozenset[UUID]:
        """Return the themes that lose signals."""
        return frozenset(move.origin for move in self.moves if move.origin)

    @property
    def targets(self) -> frozenset[UUID]:
        """Return the themes that win signals, the made one too."""
        return frozenset(move.to for move in self.moves if move.to)

    @property
    def signals(self) -> frozenset[UUID]:
        """Return the signals that move."""
        return frozenset(move.signal for move in self.moves)


class PlaceBefore(_Stored):
    """Where a signal was, and where the change has put it."""

    signal: UUID
    after: UUID | None
    theme: UUID | None = None
    similarity: float = 0.0
    placed_by: PlacedBy | None = None
    placed_at: datetime | None = None


class ThemeBefore(_Stored):
    """A theme's middle and last change as they were."""

    id: UUID
    centroid: list[float] | None
    changed_at: datetime


class SortedBefore(_Stored):
    """Whether a signal counted as praise or empty, and who had said so."""

    signal: UUID
    themable: bool
    given: list[str]


class StoredUndo(_Stored):
    """All that a change altered, as it was; `at` is when it did."""

    at: datetime
    places: list[PlaceBefore]
    themes: list[ThemeBefore]
    made: UUID | None = None
    ended: UUID | None = None
    sorted: list[SortedBefore] = []
