"""Names of themes: the phrases that most of a theme's texts have and other texts have not."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from pmflow_core.themes.counts import LONGEST_LABEL, Counts, Stems
from pmflow_core.themes.phrases import EMPTY_STEMS, LEADING_STEMS, LONGEST_PHRASE, clauses
from pmflow_core.themes.spelling import as_heading, written_most
from pmflow_core.themes.vectors import Indices

BETA_SQUARED = 0.25  # F-beta of .5: a name that is right weighs more than one that covers
LENGTH_BONUS = {0: 1.0, 1: 1.0, 2: 1.6, 3: 1.9}
KEYWORDS = 3
MIN_TEXTS = 2
LEAST_SHARE = 0.04
"""Share of a theme's texts below which a phrase is somebody's way of putting it."""
LONE_SHARE = 0.2
"""Share of a theme's texts below which a single word is not its name, if a phrase can be."""
WHOLE = 0.5
"""Share of a theme's texts from which a single word is a name by itself; else the next phrase that
tells the theme stands beside it: search, website."""
EXTENDING = 0.15
"""Share of a phrase's texts that a longer one needs to take its place, so that 'search' becomes
'search bar'."""


@dataclass(frozen=True, slots=True)
class ThemeName:
    """What a theme is called, and up to three phrases by which it is told from the others."""

    label: str
    keywords: tuple[str, ...]


def name_themes(
    texts: Sequence[str], labels: Indices, kept: Mapping[int, str] | None = None
) -> dict[int, ThemeName]:
    """Return a name for every theme number among `labels` (-1 is none); no two labels are alike.

    `kept` are the labels that some of the themes keep; the others are told apart from them.
    """
    counts = Counts(texts, labels)
    kept = kept or {}
    taken = _Taken(counts, kept.values())
    names: dict[int, ThemeName] = {}
    for theme in sorted(theme for theme in counts.sizes if theme >= 0):
        chosen = _best(counts, theme)
        keywords = tuple(_literal(counts, theme, stems) for stems in chosen)
        label = kept.get(theme)
        if label is None:
            own = [texts[int(row)] for row in np.flatnonzero(labels == theme)]
            candidates = _candidates(counts, theme, chosen)
            label = taken.claim([*candidates, _typical(counts, theme, own)])
        names[theme] = ThemeName(label, keywords)
    return names


class _Taken:
    """The labels that themes have already, and what they say."""

    def __init__(self, counts: Counts, labels: Iterable[str]) -> None:
        self._counts = counts
        self._labels: set[str] = set()
        self._told: list[frozenset[str]] = []
        for label in labels:
            self._add(label)

    def claim(self, candidates: Sequence[str]) -> str:
        """Return the first label that says what no other does, else the first that is no other."""
        free = [label for label in candidates if label.casefold() not in self._labels]
        fresh = (label for label in free if self._is_new(label))
        label = next(fresh, free[0] if free else self._numbered(candidates[0]))
        self._add(label)
        return label

    def _is_new(self, label: str) -> bool:
        own = self._counts.told_by(label)
        return not any(own <= other for other in self._told)

    def _numbered(self, label: str) -> str:
        numbered = (f"{label} ({number})" for number in range(2, len(self._labels) + 3))
        return next(name for name in numbered if name.casefold() not in self._labels)

    def _add(self, label: str) -> None:
        self._labels.add(label.casefold())
        self._told.append(self._counts.told_by(label))


def _candidates(counts: Counts, theme: int, chosen: Sequence[Stems]) -> list[str]:
    """Return what the theme could be called, the shortest that says enough first."""
    if not chosen:
        return []
    name = as_heading(_literal(counts, theme, chosen[0]))
    others = dict.fromkeys((*chosen[1:], *_ranked(counts, theme, len)))
    beside = (stems for stems in others if not set(stems) & set(chosen[0]))
    labels = [f"{name}, {_literal(counts, theme, stems)}" for stems in islice(beside, KEYWORDS)]
    fit = [label for label in (name, *labels) if len(label) <= LONGEST_LABEL]
    return fit[1:] if len(chosen) > 1 and _half_says(counts, theme, chosen[0]) else fit


def _half_says(counts: Counts, theme: int, stems: Stems) -> bool:
    return len(stems) == 1 and counts.inside[theme][stems] < WHOLE * counts.sizes[theme]


def _best(counts: Counts, theme: int) -> list[Stems]:
    """Return the phrases that tell the theme, first the one that it is named by."""
    name = _name(counts, theme)
    if name is None:
        return []
    telling = _telling(counts, _ranked(counts, theme, len), theme)
    return _without_shared_words([name], telling)


def _name(counts: Counts, theme: int) -> Stems | None:
    """Return the phrase that says best what the theme is about; None without any."""
    ranked = _ranked(counts, theme, lambda stems: counts.weight_of(theme, stems))
    telling = _telling(counts, ranked, theme)
    naming = [stems for stems in telling if not counts.names_nothing(stems)]
    common = [stems for stems in telling if not EMPTY_STEMS.issuperset(stems)]
    weak = [stems for stems in ranked if len(stems) > 1]
    apart = _without_shared_words([], naming or common or weak)
    inside, least = counts.inside[theme], LONE_SHARE * counts.sizes[theme]
    names = (stems for stems in apart if len(stems) > 1 or inside[stems] >= least)
    name = next(iter((*names, *apart)), None)
    return name and _extended(counts, theme, name)


def _telling(counts: Counts, ranked: Iterable[Stems], theme: int) -> list[Stems]:
    return [stems for stems in ranked if not counts.says_little(theme, stems)]


def _ranked(counts: Counts, theme: int, words: Callable[[Stems], int]) -> list[Stems]:
    """Return the phrases that enough of the theme's texts have, the most telling first.

    Of two the one with more `words` is preferred.
    """
    size = counts.sizes[theme]
    least = min(max(MIN_TEXTS, LEAST_SHARE * size), size)
    scored = [
        (-_score(counts, theme, stems) * LENGTH_BONUS[min(words(stems), LONGEST_PHRASE)], stems)
        for stems, inside in counts.inside[theme].items()
        if inside >= least and _showable(counts, theme, stems)
    ]
    return [stems for _, stems in sorted(scored)]


def _without_shared_words(chosen: list[Stems], telling: Iterable[Stems]) -> list[Stems]:
    """Return the chosen and as many more as make three, none of which share a word."""
    chosen = list(chosen)
    for stems in telling:
        if len(chosen) < KEYWORDS and not any(set(stems) & set(other) for other in chosen):
            chosen.append(stems)
    return chosen


def _score(counts: Counts, theme: int, stems: Stems) -> float:
    inside = counts.inside[theme][stems]
    precision, coverage = inside / counts.overall[stems], inside / counts.sizes[theme]
    return (1 + BETA_SQUARED) * precision * coverage / (BETA_SQUARED * precision + coverage)


def _extended(counts: Counts, theme: int, stems: Stems) -> Stems:
    """Return the longest phrase around these stems that enough of their texts have."""
    inside = counts.inside[theme]
    while True:
        longer = [
            (-inside[other], other)
            for other in inside
            if len(other) == len(stems) + 1
            and stems in (other[1:], other[:-1])
            and inside[other] >= max(MIN_TEXTS, EXTENDING * inside[stems])
            and _showable(counts, theme, other)
            and counts.weight_of(theme, other) > counts.weight_of(theme, stems)
        ]
        if not longer:
            return stems
        stems = min(longer)[1]


def _showable(counts: Counts, theme: int, stems: Stems) -> bool:
    ends_well = stems[-1] not in LEADING_STEMS and len(set(stems)) == len(stems)
    return ends_well and bool(counts.headings(theme, stems))


def _literal(counts: Counts, theme: int, stems: Stems) -> str:
    return written_most(counts.headings(theme, stems), counts.case)


def _typical(counts: Counts, theme: int, texts: Sequence[str]) -> str:
    """Return the clause that says most of what the others say, where no phrase can be the name."""
    written = [" ".join(clause.split()) for text in texts for clause in clauses(text)]
    short = [clause for clause in dict.fromkeys(written) if 0 < len(clause) <= LONGEST_LABEL]
    inside = counts.inside[theme]
    worth = {clause: sum(inside[(stem,)] for stem in counts.said(clause)) for clause in short}
    typical = max(short, key=lambda clause: worth[clause], default="")
    return as_heading(typical) if worth.get(typical) else _opening(texts[0])


def _opening(text: str) -> str:
    """Return the beginning of a text, for a theme whose texts have no short clause."""
    line = " ".join(text.split())
    if len(line) <= LONGEST_LABEL:
        return line or "Unnamed"
    return line[:LONGEST_LABEL].rsplit(" ", 1)[0] + "…"
