"""What a re-clustering comes to: from groups of texts to ids, names and middles; pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from pmflow_core.themes.clustering import Clustering as Groups
from pmflow_core.themes.corpus import Corpus, State
from pmflow_core.themes.labels import ThemeName, name_themes
from pmflow_core.themes.matching import KEEP_NAME_FROM, match_themes
from pmflow_core.themes.models import PlacedBy, Theme
from pmflow_core.themes.placement import centroids
from pmflow_core.themes.plan import Bounds, Place, Plan, plan
from pmflow_core.themes.vectors import UNTHEMED, Indices, Matrix


@dataclass(frozen=True, slots=True)
class ThemeDraft:
    """A theme as it is to be written."""

    id: UUID
    label: str
    keywords: tuple[str, ...]
    centroid: list[float]


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a re-clustering writes: themes, and the (signal, theme, similarity) that change."""

    themes: list[ThemeDraft]
    moves: list[tuple[UUID, UUID, float]]
    leaving: list[UUID]
    retired: list[UUID]


def previous_labels(corpus: Corpus, state: State) -> Indices:
    """Return the theme each signal is in as its place in the state, -1 for none."""
    numbers = {theme: number for number, theme in enumerate(state.themes)}
    places = _places(corpus, state)
    return np.array(
        [UNTHEMED if place.theme is None else numbers[place.theme] for place in places],
        dtype=np.int64,
    )


def draft(corpus: Corpus, groups: Groups, state: State, *, keep_members: bool) -> Draft:
    """Return the themes that the groups come to without breaking what people did; pure."""
    places = _places(corpus, state)
    continues = match_themes(previous_labels(corpus, state), groups.labels).theme_of
    old = list(state.themes)
    continued = {group: old[theme] for group, theme in continues.items()}
    bounds = Bounds(state.settled, keep_members)
    made = plan(groups.labels.tolist(), places, continued, bounds)
    ids = sorted({theme for theme in made.themes if theme is not None})
    numbers = {theme: number for number, theme in enumerate(ids)}
    labels = np.array(
        [UNTHEMED if theme is None else numbers[theme] for theme in made.themes], dtype=np.int64
    )
    middles = centroids(corpus.vectors, labels, len(ids))
    names = name_themes(corpus.texts, labels)
    same = state.settled | _same_to_people(places, made)
    kept = {theme: state.themes[theme] for theme in ids if theme in same}
    taken = {theme.label.casefold() for theme in kept.values()}
    moves, leaving = _changes(corpus, places, made, (numbers, middles))
    return Draft(
        themes=[
            _theme(theme, names[number], middles[number], kept.get(theme), taken)
            for theme, number in numbers.items()
        ],
        moves=moves,
        leaving=leaving,
        retired=[theme for theme in state.themes if theme not in state.settled.union(ids)],
    )


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


def _theme(
    theme: UUID, name: ThemeName, centroid: Matrix, kept: Theme | None, taken: set[str]
) -> ThemeDraft:
    label = name.label if kept is None else kept.label
    if kept is None and label.casefold() in taken:
        label = ", ".join(dict.fromkeys((label, *name.keywords[1:])))
    return ThemeDraft(theme, label, name.keywords, centroid.tolist())
