"""Signals that may report the same: found for many at once, ranked, and explained.

Nothing is merged on a number. What is found waits for a person, as a suggestion or as a row among
the similar signals; only identical texts are merged by themselves (`merging.merge_copies`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.signals import duplicate_rows, repository
from pmflow_core.signals.candidates import (
    NEIGHBOURS,
    Candidate,
    Comparable,
    by_id,
    older_of,
    rank,
    reason_for,
)
from pmflow_core.signals.likeness import Rarity, matching_words, rarest_words
from pmflow_core.signals.schemas import PairRead, SimilarRead
from pmflow_core.signals.thresholds import thresholds_for

LOOK_UP_WORDS = 8
FEW = 20
SHARE_PROPOSED = 0.1
"""Of many signals at once this share is proposed at most, or 20: an import must not bury people."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A merge to propose: `signal` would go into the older `into`; `confidence` is 0 to 1."""

    signal_id: UUID
    into_id: UUID
    confidence: float
    reason: str
    detail: dict[str, Any]


def candidates(
    session: Session, actor: Actor, signal_ids: Sequence[UUID], most: int = NEIGHBOURS
) -> dict[UUID, list[Candidate]]:
    """Return for each of the signals those most like it, the likest first.

    Signals without a vector, archived and merged ones are left out. Costs a few statements for
    all, and in a workspace of 5,000 and more one look-up in the vector index for each.
    """
    actor.require(Role.VIEWER)
    by_model = duplicate_rows.models_of(session, signal_ids)
    rarity = duplicate_rows.rarity(session) if by_model else Rarity(0)
    found: dict[UUID, list[Candidate]] = {}
    for model, ids in by_model.items():
        queries = duplicate_rows.read(session, ids, model, everything=True)
        wanted = _where_to_look(session, queries, model, rarity)
        pool = by_id(duplicate_rows.read(session, set().union(*wanted.values()), model))
        limits = thresholds_for(model).duplicates
        for query in queries:
            near = [pool[each] for each in sorted(wanted[query.id]) if each in pool]
            found[query.id] = rank(query, near, rarity, limits, most)
    return found


def _where_to_look(
    session: Session, queries: Sequence[Comparable], model: str, rarity: Rarity
) -> dict[UUID, set[UUID]]:
    by_meaning = duplicate_rows.near_by_meaning(session, queries, model)
    words = {each.id: rarest_words(each.text, rarity, LOOK_UP_WORDS) for each in queries}
    by_word = duplicate_rows.with_words(session, set().union(*words.values()))
    return {
        query.id: {*near, *(other for word in words[query.id] for other in by_word.get(word, []))}
        for query, near in zip(queries, by_meaning, strict=True)
    }


def find(session: Session, actor: Actor, signal_ids: Sequence[UUID]) -> list[Duplicate]:
    """Return the merges to propose for signals, the surest first, at most one for each.

    One is proposed from a cosine of `suggest` on, or for one of the five likest whose words agree.
    What is not proposed is still shown beside each signal.
    """
    actor.require(Role.EDITOR)
    pairs: dict[frozenset[UUID], Duplicate] = {}
    queries = by_id(duplicate_rows.read(session, signal_ids))
    found = candidates(session, actor, list(queries))
    # The newer of two that are like each other speaks: it is the one that would join.
    for signal_id in sorted(found, key=lambda each: -queries[each].number):
        near = found[signal_id]
        best = next((each for each in near if each.is_worth_asking), None)
        if best is not None:
            pair = frozenset((signal_id, best.other.id))
            pairs.setdefault(pair, _duplicate(queries[signal_id], best, near))
    most = max(FEW, int(len(found) * SHARE_PROPOSED))
    return sorted(pairs.values(), key=lambda each: (-each.confidence, each.signal_id))[:most]


def _duplicate(query: Comparable, best: Candidate, near: Sequence[Candidate]) -> Duplicate:
    into = older_of(query, best.other)
    signal = query if into is best.other else best.other
    return Duplicate(
        signal_id=signal.id,
        into_id=into.id,
        confidence=round(min(1.0, max(0.0, best.likeness)), 3),
        reason=reason_for(query, best),
        detail={
            "score": round(best.cosine, 3),
            "words": best.words,
            "shared": round(best.shared, 3),
            "near_identical": best.is_near_identical,
            "others": [each.other.number for each in near if each.is_candidate and each != best],
        },
    )


def similar(session: Session, actor: Actor, number: int, limit: int = 10) -> list[SimilarRead]:
    """Return the signals most like one, the nearest first; none while it is not embedded.

    Which ones is by meaning and words; they are in the order of the one figure that is shown.

    Raises:
        NotFound: there is no such signal.
    """
    actor.require(Role.VIEWER)
    signal = repository.get_signal(session, number)
    most = min(max(limit, 1), 50)
    found = candidates(session, actor, [signal.id], most).get(signal.id, [])
    rows = repository.read_many(session, [each.other.id for each in found])
    return [
        SimilarRead(
            row=rows[each.other.id],
            similarity=each.cosine,
            words=each.words,
            is_candidate=each.is_candidate,
            is_near_identical=each.is_near_identical,
        )
        for each in sorted(found, key=lambda each: -each.cosine)
    ]


def compare(session: Session, actor: Actor, one: UUID, other: UUID) -> PairRead:
    """Return two signals side by side, the one that a merge keeps first.

    Raises:
        NotFound: one of them is not in the actor's workspace.
    """
    actor.require(Role.VIEWER)
    signals = repository.get_many(session, [one, other])
    kept, merged = sorted(signals, key=lambda each: (each.received_at, each.number))
    rows = repository.read_many(session, [one, other])
    words: list[str] = []
    similarity = None
    if kept.embedding is not None and kept.embedding_model == merged.embedding_model:
        similarity = float(np.dot(kept.embedding, merged.embedding))
        words = matching_words(kept.verbatim, merged.verbatim, duplicate_rows.rarity(session))
    return PairRead(
        kept=rows[kept.id],
        kept_text=kept.verbatim,
        merged=rows[merged.id],
        merged_text=merged.verbatim,
        similarity=similarity,
        words=words,
        is_same_text=kept.text_hash == merged.text_hash,
    )
