"""What a re-clustering would change of themes that people know, as proposals to review; pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pmflow_core.ids import uuid7
from pmflow_core.themes.matching import LARGE_SHARE
from pmflow_core.themes.models import PlacedBy, ProposalKind
from pmflow_core.themes.plan import Bounds, Place
from pmflow_core.themes.vectors import MIN_THEME, UNTHEMED

MOST_OF = 0.5
"""Share of a theme's signals that go one way from which all do: it is merged."""
SAME_ABOVE = 0.5
"""Jaccard overlap of the moving signals above which two splits of a theme are the same; of two
that share nothing only one can have so much in common with a third."""


@dataclass(frozen=True, slots=True)
class Found:
    """A change that waits for a person: rows that move, from one theme to another or to none."""

    kind: ProposalKind
    moves: tuple[tuple[int, UUID, UUID | None], ...]
    made: UUID | None = None
    ends: UUID | None = None

    @property
    def themes(self) -> tuple[UUID, ...]:
        """Return the themes it is about: those that lose signals first."""
        sources = dict.fromkeys(origin for _, origin, _ in self.moves)
        targets = dict.fromkeys(to for _, _, to in self.moves if to and to != self.made)
        return tuple(dict.fromkeys((*sources, *targets)))


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier proposal: what makes another one the same."""

    key: str
    kind: ProposalKind
    origins: frozenset[UUID]
    signals: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class _Groups:
    """Groups and themes, row by row: the group each text is in, and the theme it is in now."""

    labels: Sequence[int]
    now: Sequence[UUID | None]
    matched: Mapping[int, UUID]
    fixed: frozenset[int]
    sizes: Counter[UUID | None]
    group_sizes: Counter[int]
    flows: Counter[tuple[UUID, int]]

    def rows(self, theme: UUID, group: int | None = None) -> list[int]:
        return [
            row
            for row, (now, label) in enumerate(zip(self.now, self.labels, strict=True))
            if now == theme and row not in self.fixed and group in (None, label)
        ]


def held_groups(
    labels: Sequence[int], places: Sequence[Place], matched: Mapping[int, UUID], bounds: Bounds
) -> dict[int, UUID]:
    """Return the groups that are no theme yet and would split off one, with that theme.

    A group splits off when anchored signals of a theme make at least half of it, or it takes
    30 % of the theme's, three in any case.
    """
    anchored = [place.theme if bounds.anchors(place) else None for place in places]
    groups = _grouped(labels, anchored, matched, _fixed(places, bounds))
    held: dict[int, UUID] = {}
    for (theme, group), many in groups.flows.most_common():
        free = group != UNTHEMED and group not in matched
        if free and _is_split(groups, theme, group, many):
            held.setdefault(group, theme)
    return held


def find_changes(
    labels: Sequence[int],
    places: Sequence[Place],
    now: Sequence[UUID | None],
    matched: Mapping[int, UUID],
    bounds: Bounds,
) -> list[Found]:
    """Return the splits, mergers and ends that the groups call for, given the themes `now`.

    Nobody whom a person placed is in one, nor a locked theme, and no theme that somebody shaped
    or built on ends.
    """
    groups = _grouped(labels, now, matched, _fixed(places, bounds))
    found = [*_splits_into_new(groups, bounds), *_parts_to_others(groups, bounds)]
    losing = {theme for change in found for theme in change.themes}
    shaped = {place.theme for place in places if place.placed_by is PlacedBy.PERSON}
    ended = set(groups.sizes) - set(matched.values()) - bounds.settled - losing - shaped
    for theme in sorted(theme for theme in ended if theme):
        found += _end(groups, theme, bounds)
    return found


def key_of(found: Found, signals: Sequence[UUID], before: Sequence[Before]) -> str:
    """Return what makes a second proposal the same one; `signals` are those of the rows.

    Two mergers of two themes are the same in either direction. A split is the same as an earlier
    one of the theme when most of the signals are.
    """
    if found.kind is ProposalKind.MERGE:
        return "merge:" + ":".join(sorted(str(theme) for theme in found.themes))
    if found.kind is ProposalKind.RETIRE:
        return f"retire:{found.ends}"
    origins = frozenset(origin for _, origin, _ in found.moves)
    moving = frozenset(signals[row] for row, _, _ in found.moves)
    for other in before:
        alike = other.kind is ProposalKind.SPLIT and other.origins & origins
        if alike and len(other.signals & moving) > SAME_ABOVE * len(other.signals | moving):
            return other.key
    return f"split:{min(origins)}:{min(moving)}"


def _grouped(
    labels: Sequence[int],
    now: Sequence[UUID | None],
    matched: Mapping[int, UUID],
    fixed: frozenset[int],
) -> _Groups:
    rows = enumerate(zip(now, labels, strict=True))
    flows = Counter(
        (theme, group) for row, (theme, group) in rows if theme is not None and row not in fixed
    )
    return _Groups(labels, now, matched, fixed, Counter(now), Counter(labels), flows)


def _fixed(places: Sequence[Place], bounds: Bounds) -> frozenset[int]:
    return frozenset(
        row
        for row, place in enumerate(places)
        if place.placed_by is PlacedBy.PERSON or place.theme in bounds.locked
    )


def _is_split(groups: _Groups, theme: UUID, group: int, many: int) -> bool:
    if many < MIN_THEME:
        return False
    large = many >= LARGE_SHARE * groups.sizes[theme]
    return large or many >= MOST_OF * groups.group_sizes[group]


def _splits_into_new(groups: _Groups, bounds: Bounds) -> list[Found]:
    sources: dict[int, list[UUID]] = {}
    for (theme, group), many in groups.flows.items():
        free = group != UNTHEMED and group not in groups.matched and theme not in bounds.locked
        # all of a theme in a group of no other is that theme, under whatever number
        whole = many == groups.sizes[theme]
        if free and not whole and _is_split(groups, theme, group, many):
            sources.setdefault(group, []).append(theme)
    found: list[Found] = []
    for group, themes in sorted(sources.items()):
        made = uuid7()
        moves = tuple(
            (row, theme, made) for theme in sorted(themes) for row in groups.rows(theme, group)
        )
        found.append(Found(ProposalKind.SPLIT, moves, made=made))
    return found


def _parts_to_others(groups: _Groups, bounds: Bounds) -> list[Found]:
    """Return the large parts of themes that live on which go to another theme that does."""
    lives_on = set(groups.matched.values())
    found: list[Found] = []
    for (theme, group), many in sorted(groups.flows.items()):
        to = groups.matched.get(group)
        free = to not in (None, theme) and not {theme, to} & bounds.locked and theme in lives_on
        if free and many >= max(MIN_THEME, LARGE_SHARE * groups.sizes[theme]):
            moves = tuple((row, theme, to) for row in groups.rows(theme, group))
            found.append(Found(ProposalKind.SPLIT, moves))
    return found


def _end(groups: _Groups, theme: UUID, bounds: Bounds) -> list[Found]:
    rows = groups.rows(theme)
    if not rows:
        return []
    group, together = Counter(groups.labels[row] for row in rows).most_common(1)[0]
    free = group != UNTHEMED and group not in groups.matched
    if free and together >= MOST_OF * len(rows):
        return []  # it lives on among many new signals
    goes_to = Counter(groups.matched.get(groups.labels[row]) for row in rows)
    target, many = goes_to.most_common(1)[0]
    if target is not None and target not in bounds.locked and many >= MOST_OF * len(rows):
        moves = tuple((row, theme, target) for row in rows)
        return [Found(ProposalKind.MERGE, moves, ends=theme)]
    allowed = {None, *groups.matched.values()} - bounds.locked
    targets = [groups.matched.get(groups.labels[row]) for row in rows]
    moves = tuple(
        (row, theme, to if to in allowed else None) for row, to in zip(rows, targets, strict=True)
    )
    return [Found(ProposalKind.RETIRE, moves, ends=theme)]
