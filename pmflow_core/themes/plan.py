"""Which theme each signal is in after a re-clustering: what may change by itself; pure.

A signal is *anchored* where people know it: in a theme somebody shaped or built on, where a person
put it, or where an earlier clustering did. An anchored signal never moves by itself. What would
move many of them is proposed to a person (`proposing`); single moves are dropped.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from pmflow_core.ids import uuid7
from pmflow_core.themes.models import PlacedBy
from pmflow_core.themes.vectors import MIN_THEME, UNTHEMED


@dataclass(frozen=True, slots=True)
class Place:
    """Where a signal is now."""

    theme: UUID | None = None
    placed_by: PlacedBy | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a plan keeps to.

    `settled` are the themes a person has shaped or built on: nobody leaves them, and only
    signals without a theme join. With `is_young` nobody knows the other themes yet, so what
    earlier clusterings did binds nobody. `locked` ones are not even in a proposal.
    """

    settled: frozenset[UUID] = frozenset()
    locked: frozenset[UUID] = frozenset()
    is_young: bool = False

    def anchors(self, place: Place) -> bool:
        """Return whether a signal in this place moves only if a person says so."""
        if place.theme is None:
            return False
        if place.theme in self.settled or place.placed_by is PlacedBy.PERSON:
            return True
        return place.placed_by is PlacedBy.CLUSTERING and not self.is_young


@dataclass(frozen=True, slots=True)
class Plan:
    """The theme of each signal, in their order, and the themes that are new."""

    themes: list[UUID | None]
    new: frozenset[UUID] = field(default_factory=frozenset[UUID])


def plan(
    labels: Sequence[int],
    places: Sequence[Place],
    matched: Mapping[int, UUID],
    bounds: Bounds,
    held: Mapping[int, UUID] | None = None,
) -> Plan:
    """Return where each signal goes by itself, given the group it is in and its place now.

    `matched` says which group continues which theme. `held` are groups that would split off a
    theme if a person agrees: until then new signals of such a group join that theme.
    """
    held = held or {}
    made: dict[int, UUID] = {}
    themes: list[UUID | None] = []
    anchored: set[UUID] = set(bounds.settled)
    for group, place in zip(labels, places, strict=True):
        if place.theme is not None and bounds.anchors(place):
            anchored.add(place.theme)
            themes.append(place.theme)
        elif group == UNTHEMED:
            themes.append(None)
        elif group in held:
            themes.append(place.theme or held[group])
        elif place.theme is not None and matched.get(group) in bounds.settled:
            themes.append(place.theme)
        else:
            themes.append(matched.get(group) or made.setdefault(group, uuid7()))
    kept = anchored | _large_enough(themes)
    return Plan(
        [theme if theme in kept else None for theme in themes],
        frozenset(made.values()) & kept,
    )


def _large_enough(themes: Sequence[UUID | None]) -> set[UUID]:
    sizes = Counter(theme for theme in themes if theme is not None)
    return {theme for theme, size in sizes.items() if size >= MIN_THEME}
