"""Statements that finding duplicates needs: texts to compare, and where to look for them."""

from collections.abc import Collection, Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pgvector.sqlalchemy import Vector
from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.signals.candidates import Comparable
from pmflow_core.signals.likeness import READ_CHARS, Rarity, bag_of
from pmflow_core.signals.models import ASIDE, DIMENSIONS, Signal
from pmflow_core.signals.near import EXACT_BELOW, through_index
from pmflow_core.signals.vectors import as_matrix

SAMPLE = 2_000
"""From so many of the newest signals it is learnt which words are rare."""
SAMPLE_CHARS = 1_000
EACH_BY_MEANING = 30
EACH_BY_WORD = 30
_BATCH = 2_000
_EMBEDDED = col(Signal.embedding_model).is_not(None)


def apart() -> list[ColumnElement[bool]]:
    """Return what a signal must be to be compared: live, and not merged into another."""
    return [
        col(Signal.deleted_at).is_(None),
        col(Signal.status).not_in(ASIDE),
        _EMBEDDED,
    ]


def read(
    session: Session,
    ids: Collection[UUID],
    model: str | None = None,
    *,
    everything: bool = False,
) -> list[Comparable]:
    """Return those of the signals that can be compared, by the same model where one is named.

    `everything` also gives those that were put aside, to look for what is like them.
    """
    found: list[Comparable] = []
    wanted = sorted(ids)
    for start in range(0, len(wanted), _BATCH):
        statement = select(
            col(Signal.id),
            col(Signal.number),
            col(Signal.received_at),
            func.left(col(Signal.verbatim), READ_CHARS),
            func.vector_send(col(Signal.embedding)),
        ).where(
            col(Signal.id) == func.any(wanted[start : start + _BATCH]),
            *([_EMBEDDED] if everything else apart()),
        )
        if model is not None:
            statement = statement.where(col(Signal.embedding_model) == model)
        rows = session.execute(statement).all()
        vectors = as_matrix([row[4] for row in rows])
        found += [
            Comparable(row[0], row[1], row[2], row[3], bag_of(row[3]), vector)
            for row, vector in zip(rows, vectors, strict=True)
        ]
    return found


def models_of(session: Session, ids: Collection[UUID]) -> dict[str, list[UUID]]:
    """Return the signals by the model that embedded them; those without a vector are left out."""
    statement = select(col(Signal.embedding_model), col(Signal.id)).where(
        col(Signal.id) == func.any(list(ids)), col(Signal.deleted_at).is_(None), _EMBEDDED
    )
    found: dict[str, list[UUID]] = {}
    for model, signal in session.execute(statement):
        found.setdefault(model or "", []).append(signal)
    return found


def rarity(session: Session) -> Rarity:
    """Return which words are rare in the workspace."""
    newest = (
        select(func.left(col(Signal.verbatim), SAMPLE_CHARS))
        .where(*apart())
        .order_by(col(Signal.received_at).desc(), col(Signal.number).desc())
        .limit(SAMPLE)
    )
    return Rarity.of(bag_of(each) for each in session.scalars(newest))


def near_by_meaning(
    session: Session, queries: Sequence[Comparable], model: str
) -> list[list[UUID]]:
    """Return for each text the ids of those whose vectors are nearest, its own among them."""
    if not queries:
        return []
    vectors = np.stack([each.vector for each in queries])
    if _is_small(session):
        return _nearest_of_all(session, vectors, model)
    to = bindparam("vector", type_=Vector(DIMENSIONS))
    statement = (
        select(col(Signal.id))
        .where(*apart(), col(Signal.embedding_model) == model)
        .order_by(through_index(session, to, EACH_BY_MEANING))
        .limit(EACH_BY_MEANING)
    )
    return [list(session.scalars(statement, {"vector": vector})) for vector in vectors]


def _nearest_of_all(session: Session, vectors: NDArray[np.float32], model: str) -> list[list[UUID]]:
    """Compare with every vector at once: in a small workspace quicker than asking for each."""
    statement = select(col(Signal.id), func.vector_send(col(Signal.embedding))).where(
        *apart(), col(Signal.embedding_model) == model
    )
    rows = session.execute(statement).all()
    cosines = vectors @ as_matrix([row[1] for row in rows]).T
    most = min(EACH_BY_MEANING, len(rows))
    near = np.argpartition(-cosines, most - 1, axis=1)[:, :most]
    return [[rows[place][0] for place in places] for places in near.tolist()]


def _is_small(session: Session) -> bool:
    some = select(col(Signal.id)).limit(EXACT_BELOW).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) < EXACT_BELOW


def with_words(session: Session, words: Collection[str]) -> dict[str, list[UUID]]:
    """Return up to 30 live signals for each word that they contain."""
    if not words:
        return {}
    pairs = func.pmflow_signals_with_each_word(sorted(words), EACH_BY_WORD).table_valued(
        "word", "id"
    )
    found: dict[str, list[UUID]] = {}
    for word, signal in session.execute(select(pairs.c.word, pairs.c.id)):
        found.setdefault(word, []).append(signal)
    return found
