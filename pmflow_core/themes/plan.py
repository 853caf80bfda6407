"""Which theme each signal is in after a re-clustering: what may change and what must not; pure."""

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
    signals without a theme join. `keep_members` also keeps a signal that an earlier clustering
    placed where it is, unless its theme is split, merged or retired.
    """

    settled: frozenset[UUID] = frozenset()
    keep_members: bool = False


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
) -> Plan:
    """Return where each signal goes, given the group it is in and its place now.

    `matched` says which group continues which theme.
    """
    surviving = frozenset(matched.values())
    made: dict[int, UUID] = {}
    themes: list[UUID | None] = []
    for group, place in zip(labels, places, strict=True):
        target = matched.get(group)
        if _stays(place, target, group, (surviving, bounds)):
            themes.append(place.theme)
        elif group == UNTHEMED:
            themes.append(None)
        else:
            themes.append(target or made.setdefault(group, uuid7()))
    kept = _large_enough(themes, bounds.settled)
    return Plan(
        [theme if theme in kept else None for theme in themes],
        frozenset(made.values()) & kept,
    )


def _stays(
    place: Place, target: UUID | None, group: int, rules: tuple[frozenset[UUID], Bounds]
) -> bool:
    surviving, bounds = rules
    if place.theme is None:
        return False
    if place.theme in bounds.settled or place.placed_by is PlacedBy.PERSON:
        return True
    if target is not None and target in bounds.settled:
        return True
    splits_off = target is None and group != UNTHEMED
    keeps = bounds.keep_members and place.placed_by is PlacedBy.CLUSTERING
    return keeps and place.theme in surviving and not splits_off


def _large_enough(themes: Sequence[UUID | None], settled: frozenset[UUID]) -> frozenset[UUID]:
    sizes = Counter(theme for theme in themes if theme is not None)
    return settled | {theme for theme, size in sizes.items() if size >= MIN_THEME}
