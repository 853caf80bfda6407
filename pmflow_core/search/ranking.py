"""Signals in the order in which they answer a question: by words and by meaning, fused by rank."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.search import repository
from pmflow_core.search.asking import Asked
from pmflow_core.search.fusion import fuse
from pmflow_core.search.schemas import By, Narrow
from pmflow_core.search.words import MOST_FOUND, Probes, probes

DEPTH = 100
"""So many are ranked by words, and so many by meaning."""
FAINT = 0.25
"""Cosine below which a text that shares no word with a question says nothing about it."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Signals, the best first; `words` are those that hold words, `cosines` the near ones."""

    ids: list[UUID]
    words: frozenset[UUID]
    cosines: dict[UUID, float]

    def by(self, signal: UUID) -> By:
        """Return what a signal was found by."""
        if signal in self.words:
            return By.BOTH if signal in self.cosines else By.WORDS
        return By.MEANING


def rank(session: Session, asked: Asked, narrow: Narrow) -> Ranked:
    """Return up to 200 signals; those without a vector are found by their words.

    Quotes and minus signs are kept to: meaning then only orders what they let through.
    """
    by_words = _by_words(session, asked, narrow)
    near = _by_meaning(session, asked, narrow, by_words)
    return Ranked(
        fuse(by_words[:DEPTH], [signal for signal, _ in near]),
        frozenset(by_words),
        dict(near),
    )


def _by_words(session: Session, asked: Asked, narrow: Narrow) -> list[UUID]:
    if asked.strict:
        lookups = Probes([asked.strict], ["1"], [None])
        return repository.signals_by_words(session, lookups, narrow, 1, MOST_FOUND)
    if not asked.words:
        return []
    here = repository.last_number(session)
    lookups = probes(asked.words, here)
    return repository.signals_by_words(session, lookups, narrow, here, DEPTH)


def _by_meaning(
    session: Session, asked: Asked, narrow: Narrow, found: Sequence[UUID]
) -> list[tuple[UUID, float]]:
    vector, model = asked.question.vector, asked.question.model
    if vector is None or model is None or asked.is_only_keys:
        return []
    among = found if asked.strict else None
    near = repository.signals_by_meaning(session, vector, model, narrow, DEPTH, among)
    held = set(found)
    return [(signal, cosine) for signal, cosine in near if cosine >= FAINT or signal in held]
