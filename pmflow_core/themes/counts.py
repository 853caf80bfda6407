"""In how many texts each phrase is: overall, by theme, and in which wording."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from pmflow_core.themes.phrases import (
    DENYING_STEMS,
    EMPTY_STEMS,
    LONGEST_SPAN,
    OPINION_STEMS,
    WEAK_STEMS,
    Phrase,
    asks,
    is_heading,
    phrases,
    stem,
)
from pmflow_core.themes.spelling import slips, usual_case
from pmflow_core.themes.vectors import Indices

EVERYWHERE = 0.15
"""Share of all texts from which a word names no theme by itself, such as the product's name..."""
MOST_THEMES = 0.4
"""...and share of the themes that have it in 5 % of their texts or more..."""
HAVE_IT = 0.05
MANY_THEMES = 8
"""...where there are so many themes that a share of them means something."""
MOSTLY_HERE = 0.5
"""All the same it names a theme that has so large a share of the texts in which it is."""
LONGEST_LABEL = 60

Stems = tuple[str, ...]
_UNSAID = "if"  # no heading: any wording is better


class Counts:
    """What names are chosen from."""

    def __init__(self, texts: Sequence[str], labels: Indices) -> None:
        """Count the phrases of the texts, whose themes are numbered (-1 is none)."""
        self.overall: Counter[Stems] = Counter()
        self.inside: defaultdict[int, Counter[Stems]] = defaultdict(Counter)
        self.wording: defaultdict[tuple[int, Stems], Counter[str]] = defaultdict(Counter)
        self.sizes: Counter[int] = Counter()
        self.case = usual_case(texts)
        said = [list(phrases(text)) for text in texts]
        self._slips = _stems_of_slips(said)
        for own, theme in zip(said, labels.tolist(), strict=True):
            self._add(own, theme)
        self._themes: Counter[Stems] = Counter()
        for theme, inside in self.inside.items():
            least = max(2.0, HAVE_IT * self.sizes[theme])
            self._themes.update(stems for stems, count in inside.items() if count >= least)

    def _add(self, said: Sequence[Phrase], theme: int) -> None:
        found: set[Stems] = set()
        written: dict[Stems, str] = {}
        for phrase in said:
            stems = tuple(self._slips.get(one, one) for one in phrase.stems)
            found.add(stems)
            # A slip counts as the word it is of, but is not shown.
            if stems == phrase.stems and not is_heading(written.get(stems, _UNSAID)):
                written[stems] = phrase.surface
        self.overall.update(found)
        self.sizes[theme] += 1
        if theme >= 0:
            self.inside[theme].update(found)
            for stems, surface in written.items():
                self.wording[theme, stems][surface] += 1

    def says_little(self, theme: int, stems: Stems) -> bool:
        """Say whether these are weak words, or words that all themes have and this one no more."""
        if any(stem not in WEAK_STEMS and not self.is_common(stem) for stem in stems):
            return False
        if len(stems) == 1 and WEAK_STEMS.issuperset(stems):
            return True
        return self.inside[theme][stems] < MOSTLY_HERE * self.overall[stems]

    def names_nothing(self, stems: Stems) -> bool:
        """Say whether a phrase only finds good or bad what all themes are about, or less."""
        if any(stem not in EMPTY_STEMS and not self.is_common(stem) for stem in stems):
            return False
        return len(stems) == 1 or not OPINION_STEMS.isdisjoint(stems)

    def weight_of(self, theme: int, stems: Stems) -> int:
        """Return how many words of a phrase say something in a theme.

        Those that deny it do; "know" does not, unless most go on with what they would know.
        """
        said = sum(stem not in WEAK_STEMS or stem in DENYING_STEMS for stem in stems)
        return said + (stems[0] in WEAK_STEMS and self._is_question(theme, stems))

    def _is_question(self, theme: int, stems: Stems) -> bool:
        written = self.wording[theme, stems]
        asked = sum(many for text, many in written.items() if asks(text))
        return 2 * asked > written.total()

    def told_by(self, label: str) -> frozenset[str]:
        """Return the words of a label that tell one theme from another; all, if none of them do."""
        said = self.said(label)
        telling = {stem for stem in said if stem not in EMPTY_STEMS and not self.is_common(stem)}
        return frozenset(telling) or said

    def said(self, text: str) -> frozenset[str]:
        """Return the words of a text that are no function words."""
        return frozenset(
            self._slips.get(stem, stem) for phrase in phrases(text) for stem in phrase.stems
        )

    def is_common(self, stem: str) -> bool:
        """Say whether so many texts or themes have this word that it tells none from another."""
        in_texts = self.overall[(stem,)] > EVERYWHERE * self.sizes.total()
        many = len(self.inside) >= MANY_THEMES
        return in_texts or (many and self._themes[(stem,)] > MOST_THEMES * len(self.inside))

    def headings(self, theme: int, stems: Stems) -> Counter[str]:
        """Return how the theme's texts write a phrase, as far as it can stand as a heading."""
        written = self.wording[theme, stems].items()
        fit = {text: count for text, count in written if _short(text) and is_heading(text)}
        return Counter(fit)


def _stems_of_slips(said: Sequence[Sequence[Phrase]]) -> dict[str, str]:
    """Return the stems that only slips have, each with that of the word they are slips of."""
    words: Counter[str] = Counter()
    for own in said:
        words.update({phrase.surface.casefold() for phrase in own if len(phrase.stems) == 1})
    slipped = slips(words)
    good = {stem(word) for word in words if word not in slipped}
    pairs = ((stem(slip), stem(word)) for slip, word in slipped.items())
    return {slip: word for slip, word in pairs if slip not in good}


def _short(surface: str) -> bool:
    return len(surface.split()) <= LONGEST_SPAN and len(surface) <= LONGEST_LABEL
