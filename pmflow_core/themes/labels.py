"""Names of themes: the phrases that most of a theme's texts have and other texts have not."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pmflow_core.themes.phrases import LEADING_STEMS, LONGEST_SPAN, WEAK_STEMS, phrases
from pmflow_core.themes.vectors import Indices

BETA_SQUARED = 0.25  # F-beta of .5: a name that is right weighs more than one that covers
LENGTH_BONUS = {1: 1.0, 2: 1.6, 3: 1.9}
KEYWORDS = 3
MIN_TEXTS = 2
LEAST_SHARE = 0.04
"""Share of a theme's texts below which a phrase is somebody's way of putting it."""
LONE_SHARE = 0.2
"""Share of a theme's texts below which a single word is not its name, if a phrase can be."""
EVERYWHERE = 0.15
"""Share of all texts from which a word names no theme by itself, such as the product's name..."""
MOSTLY_HERE = 0.5
"""...unless so large a share of the texts that have it are the theme's."""
EXTENDING = 0.15
"""Share of a phrase's texts that a longer one needs to take its place, so that 'search' becomes
'search bar'."""
LONGEST_LABEL = 60
LONE_I = re.compile(r"\bi\b")

Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThemeName:
    """What a theme is called, and up to three phrases by which it is told from the others."""

    label: str
    keywords: tuple[str, ...]


class _Counts:
    """In how many texts each phrase is: overall, by theme, and in which wording."""

    def __init__(self, texts: Sequence[str], labels: Indices) -> None:
        self.overall: Counter[Stems] = Counter()
        self.inside: defaultdict[int, Counter[Stems]] = defaultdict(Counter)
        self.wording: defaultdict[tuple[int, Stems], Counter[str]] = defaultdict(Counter)
        self.sizes: Counter[int] = Counter()
        for text, theme in zip(texts, labels.tolist(), strict=True):
            written = {phrase.stems: phrase.surface for phrase in phrases(text)}
            self.overall.update(written.keys())
            self.sizes[theme] += 1
            if theme >= 0:
                self.inside[theme].update(written.keys())
                for stems, surface in written.items():
                    self.wording[theme, stems][surface] += 1

    def common(self, stem: str) -> bool:
        """Say whether so many texts have this word that it tells no theme from another."""
        return self.overall[(stem,)] > EVERYWHERE * self.sizes.total()


def name_themes(texts: Sequence[str], labels: Indices) -> dict[int, ThemeName]:
    """Return a name for every theme number among `labels` (-1 is none); no two labels are equal."""
    counts = _Counts(texts, labels)
    taken: set[str] = set()
    names: dict[int, ThemeName] = {}
    for theme in sorted(theme for theme in counts.sizes if theme >= 0):
        keywords = tuple(_literal(counts, theme, stems) for stems in _best(counts, theme))
        label = _label(keywords) or _opening(texts[int((labels == theme).argmax())])
        label = _unique(label, keywords[1:], taken)
        taken.add(label.casefold())
        names[theme] = ThemeName(label, keywords)
    return names


def _best(counts: _Counts, theme: int) -> list[Stems]:
    """Return the phrases that tell the theme, first the one that it is named by."""
    telling = _telling(counts, theme)
    apart = _without_shared_words([], telling)
    if not apart:
        return []
    inside, least = counts.inside[theme], LONE_SHARE * counts.sizes[theme]
    names = (stems for stems in apart if len(stems) > 1 or inside[stems] >= least)
    name = _extended(counts, theme, next(names, apart[0]))
    return _without_shared_words([name], telling)


def _telling(counts: _Counts, theme: int) -> list[Stems]:
    """Return the phrases that could name the theme, the most telling first."""
    size = counts.sizes[theme]
    least = min(max(MIN_TEXTS, LEAST_SHARE * size), size)
    scored = [
        (-_score(counts, theme, stems), stems)
        for stems, inside in counts.inside[theme].items()
        if inside >= least
        and not _says_little(counts, theme, stems)
        and _showable(counts, theme, stems)
    ]
    return [stems for _, stems in sorted(scored)]


def _without_shared_words(chosen: list[Stems], telling: Iterable[Stems]) -> list[Stems]:
    """Return the chosen and as many more as make three, none of which share a word."""
    chosen = list(chosen)
    for stems in telling:
        if len(chosen) < KEYWORDS and not any(set(stems) & set(other) for other in chosen):
            chosen.append(stems)
    return chosen


def _score(counts: _Counts, theme: int, stems: Stems) -> float:
    inside = counts.inside[theme][stems]
    precision, coverage = inside / counts.overall[stems], inside / counts.sizes[theme]
    f_beta = (1 + BETA_SQUARED) * precision * coverage / (BETA_SQUARED * precision + coverage)
    return f_beta * LENGTH_BONUS[len(stems)]


def _says_little(counts: _Counts, theme: int, stems: Stems) -> bool:
    """Say whether these are weak words, or words that all themes have and this one no more."""
    if any(stem not in WEAK_STEMS and not counts.common(stem) for stem in stems):
        return False
    if len(stems) == 1 and WEAK_STEMS.issuperset(stems):
        return True
    return counts.inside[theme][stems] < MOSTLY_HERE * counts.overall[stems]


def _extended(counts: _Counts, theme: int, stems: Stems) -> Stems:
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
        ]
        if not longer:
            return stems
        stems = min(longer)[1]


def _showable(counts: _Counts, theme: int, stems: Stems) -> bool:
    return stems[-1] not in LEADING_STEMS and any(
        _short(surface) for surface in counts.wording[theme, stems]
    )


def _short(surface: str) -> bool:
    return len(surface.split()) <= LONGEST_SPAN and len(surface) <= LONGEST_LABEL


def _literal(counts: _Counts, theme: int, stems: Stems) -> str:
    """Return the most frequent wording, in its most frequent case."""
    written = counts.wording[theme, stems]
    folded: Counter[str] = Counter()
    for surface, count in written.items():
        if _short(surface):
            folded[surface.casefold()] += count
    wording = min(folded, key=lambda text: (-folded[text], len(text), text))
    cased = [surface for surface in written if surface.casefold() == wording]
    literal = min(cased, key=lambda text: (-written[text], text.isupper(), text))
    return LONE_I.sub("I", literal.lower() if _shouted(literal) else literal)


def _shouted(literal: str) -> bool:
    return literal.isupper() and len(literal) > 5


def _label(keywords: Iterable[str]) -> str:
    return next((keyword[0].upper() + keyword[1:] for keyword in keywords), "")


def _opening(text: str) -> str:
    """Return the beginning of a text, for a theme whose texts share no phrase."""
    line = " ".join(text.split())
    if len(line) <= LONGEST_LABEL:
        return line or "Unnamed"
    return line[:LONGEST_LABEL].rsplit(" ", 1)[0] + "…"


def _unique(label: str, more: Iterable[str], taken: set[str]) -> str:
    candidates = [label, *(f"{label}, {keyword}" for keyword in more)]
    numbered = (f"{label} ({number})" for number in range(2, len(taken) + 3))
    return next(name for name in (*candidates, *numbered) if name.casefold() not in taken)
