"""What a re-clustering comes to: from groups of texts to ids, names and middles; pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from pmflow_core.themes.clustering import Clustering as Groups
from pmflow_core.themes.corpus import Corpus, State
from pmflow_core.themes.labels import name_themes
from pmflow_core.themes.matching import KEEP_NAME_FROM, match_themes
from pmflow_core.themes.models import PlacedBy, ProposalKind
from pmflow_core.themes.placement import centroids
from pmflow_core.themes.plan import Bounds, Place, Plan, plan
from pmflow_core.themes.proposing import Before, Found, find_changes, held_groups, key_of
from pmflow_core.themes.stored import Move, NewTheme, StoredPlan
from pmflow_core.themes.vectors import UNTHEMED, Indices, Matrix


@dataclass(frozen=True, slots=True)
class ThemeDraft:
    """A theme as it is to be written."""

    id: UUID
    label: str
    keywords: tuple[str, ...]
    centroid: list[float]


@dataclass(frozen=True, slots=True)
class ProposalDraft:
    """A change for a person to review."""

    kind: ProposalKind
    key: str
    themes: tuple[UUID, ...]
    plan: StoredPlan


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a re-clustering writes.

    `moves` are the (signal, theme, similarity) that change by themselves, `flows` how many went
    from which theme (or from none) to which, `proposals` what waits for a person.
    """

    themes: list[ThemeDraft]
    moves: list[tuple[UUID, UUID, float]]
    leaving: list[UUID]
    retired: list[UUID]
    formed: frozenset[UUID]
    flows: Mapping[tuple[UUID | None, UUID | None], int]
    proposals: list[ProposalDraft]


@dataclass(frozen=True, slots=True)
class Manner:
    """How freely groups are put into effect.

    `is_young`: nobody knows the themes yet. `on_the_way`: more signals are still to come, so
    nothing is proposed and nothing binds the next clustering.
    """

    is_young: bool = False
    on_the_way: bool = False


def previous_labels(corpus: Corpus, state: State) -> Indices:
    """Return the theme each signal is in as its place in the state, -1 for none."""
    numbers = {theme: number for number, theme in enumerate(state.themes)}
    return _numbered([place.theme for place in _places(corpus, state)], numbers)


def draft(corpus: Corpus, groups: Groups, state: State, manner: Manner) -> Draft:
    """Return the themes that the groups come to without breaking what people did; pure."""
    places = _places(corpus, state)
    labels = groups.labels.tolist()
    continues = match_themes(previous_labels(corpus, state), groups.labels).theme_of
    old = list(state.themes)
    matched = {group: old[theme] for group, theme in continues.items()}
    bounds = Bounds(state.settled, state.locked, manner.is_young)
    held = held_groups(labels, places, matched, bounds)
    made = plan(labels, places, matched, bounds, held)
    ids = sorted({theme for theme in made.themes if theme is not None})
    numbers = {theme: number for number, theme in enumerate(ids)}
    middles = centroids(corpus.vectors, _numbered(made.themes, numbers), len(ids))
    changes = (
        [] if manner.on_the_way else find_changes(labels, places, made.themes, matched, bounds)
    )
    moves, leaving = _changes(corpus, places, made, (numbers, middles))
    return Draft(
        themes=_themes(corpus, state, (places, made, bounds), (numbers, middles)),
        moves=moves,
        leaving=leaving,
        retired=[theme for theme in state.themes if theme not in state.settled.union(ids)],
        formed=made.new,
        flows=_flows(places, made),
        proposals=_proposals(corpus, state, made, changes),
    )


def _numbered(themes: Sequence[UUID | None], numbers: Mapping[UUID, int]) -> Indices:
    return np.array(
        [UNTHEMED if theme is None else numbers[theme] for theme in themes], dtype=np.int64
    )


def _flows(places: Sequence[Place], made: Plan) -> Mapping[tuple[UUID | None, UUID | None], int]:
    pairs = zip(places, made.themes, strict=True)
    return Counter((place.theme, theme) for place, theme in pairs if place.theme != theme)


def _themes(
    corpus: Corpus,
    state: State,
    planned: tuple[Sequence[Place], Plan, Bounds],
    themes: tuple[dict[UUID, int], Matrix],
) -> list[ThemeDraft]:
    places, made, bounds = planned
    numbers, middles = themes
    anchored = {place.theme for place in places if bounds.anchors(place)}
    same = state.settled | anchored | _same_to_people(places, made)
    kept = {number: state.themes[theme].label for theme, number in numbers.items() if theme in same}
    names = name_themes(corpus.texts, _numbered(made.themes, numbers), kept)
    return [
        ThemeDraft(theme, names[number].label, names[number].keywords, middles[number].tolist())
        for theme, number in numbers.items()
    ]


def _proposals(
    corpus: Corpus, state: State, made: Plan, changes: Sequence[Found]
) -> list[ProposalDraft]:
    before = [
        Before(row.key, row.kind, stored.origins, stored.signals)
        for row in state.proposals
        for stored in [StoredPlan.model_validate(row.plan)]
    ]
    names = _names_after(corpus, state, made, changes)
    return [
        ProposalDraft(
            change.kind,
            key_of(change, corpus.ids, before),
            change.themes,
            StoredPlan(
                moves=[
                    Move(signal=corpus.ids[row], origin=origin, to=to)
                    for row, origin, to in change.moves
                ],
                made=names.get(change.made) if change.made else None,
                ends=change.ends,
            ),
        )
        for change in changes
    ]


def _names_after(
    corpus: Corpus, state: State, made: Plan, changes: Sequence[Found]
) -> dict[UUID, NewTheme]:
    """Return what the themes that would split off would be called among the others."""
    new = [change.made for change in changes if change.made]
    if not new:
        return {}
    after = list(made.themes)
    for change in changes:
        for row, _, to in change.moves:
            after[row] = to
    ids = sorted({theme for theme in after if theme is not None})
    numbers = {theme: number for number, theme in enumerate(ids)}
    kept = {numbers[each]: theme.label for each, theme in state.themes.items() if each in numbers}
    names = name_themes(corpus.texts, _numbered(after, numbers), kept)
    return {
        theme: NewTheme(
            id=theme,
            label=names[numbers[theme]].label,
            keywords=list(names[numbers[theme]].keywords),
        )
        for theme in new
    }


def _places(corpus: Corpus, state: State) -> list[Place]:
    nowhere = Place()
    return [state.places.get(signal, nowhere) for signal in corpus.ids]


def _same_to_people(places: Sequence[Place], made: Plan) -> frozenset[UUID]:
    """Return the themes of which enough members stay for their name to stay."""
    before = Counter(place.theme for place in places)
    after = Counter(made.themes)
    pairs = zip(places, made.themes, strict=True)
    both = Counter(theme for place, theme in pairs if theme == place.theme)
    return frozenset(
        theme
        for theme, shared in both.items()
        if theme and shared >= KEEP_NAME_FROM * (before[theme] + after[theme] - shared)
    )


def _changes(
    corpus: Corpus,
    places: Sequence[Place],
    made: Plan,
    themes: tuple[dict[UUID, int], Matrix],
) -> tuple[list[tuple[UUID, UUID, float]], list[UUID]]:
    numbers, middles = themes
    moves: list[tuple[UUID, UUID, float]] = []
    leaving: list[UUID] = []
    for row, (place, theme) in enumerate(zip(places, made.themes, strict=True)):
        provisional = place.placed_by is PlacedBy.PLACEMENT
        if theme is None:
            if place.theme is not None:
                leaving.append(corpus.ids[row])
        elif theme != place.theme or provisional:
            similarity = float(corpus.vectors[row] @ middles[numbers[theme]])
            moves.append((corpus.ids[row], theme, similarity))
    return moves, leaving
