"""Signals by how near their meaning is: which vectors may be compared, and how to find the nearest.

One HNSW index holds all workspaces' vectors, and row security filters what it found. So the index
is asked only where the workspace has so large a part of all signals that few rows are passed over
for each that is kept; elsewhere the rows are compared one by one, which is then quicker and exact.
"""

from collections.abc import Sequence
from typing import Any

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import ColumnElement, Float, Integer, cast, func, literal_column, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.signals.models import DIMENSIONS, Signal

EXACT_BELOW = 5_000
"""So many signals are compared one by one in 10 ms, whatever the index could do."""
DEARER = 4
"""A row that the index visits costs about so many that are compared in a row."""
VISITS = 400
"""Rows that one pass through the index keeps in view (ef_search): recall@10 above .95."""
_MOST_VISITS = 100_000

_SETTINGS = text(
    "select set_config('hnsw.iterative_scan', 'strict_order', true),"
    " set_config('hnsw.ef_search', :visits, true),"
    " set_config('hnsw.max_scan_tuples', :most, true)"
)


def usual_model(session: Session) -> str | None:
    """Return the model that embedded most of the workspace's signals, None while none is.

    Vectors of other models are never compared with its vectors.
    """
    model, embedded = col(Signal.embedding_model), col(Signal.embedding_model).is_not(None)
    # Two looks at the ends of an index; signals are counted only while a model is being changed.
    first, last = session.execute(
        select(
            select(model).where(embedded).order_by(model).limit(1).scalar_subquery(),
            select(model).where(embedded).order_by(model.desc()).limit(1).scalar_subquery(),
        )
    ).one()
    if first == last:
        return first
    most = select(model).where(embedded).group_by(model).order_by(func.count().desc(), model)
    return session.scalar(most.limit(1))


def cosine_to(vector: Any) -> ColumnElement[float]:
    """Return the cosine of a signal to a vector, or to a bound parameter of that type."""
    return 1 - col(Signal.embedding).op("<=>", return_type=Float())(vector)


def nearest_first(
    session: Session, vector: Any, among: Sequence[ColumnElement[bool]], most: int
) -> ColumnElement[float]:
    """Return what to order by to get the `most` nearest of the signals that `among` describes."""
    if _index_is_quicker(session, among, most):
        return through_index(session, vector, most)
    # an expression that the vector index cannot serve
    return -cosine_to(vector)


def through_index(session: Session, vector: Any, most: int) -> ColumnElement[float]:
    """Return what to order by through the vector index, however many others' rows lie between."""
    given = {"visits": str(min(max(VISITS, most), 1_000)), "most": str(_MOST_VISITS)}
    session.execute(_SETTINGS, given)
    half = HALFVEC(DIMENSIONS)
    return cast(col(Signal.embedding), half).op("<=>", return_type=Float())(cast(vector, half))


def _index_is_quicker(session: Session, among: Sequence[ColumnElement[bool]], most: int) -> bool:
    """Return whether `most` rows are found sooner through the index than by comparing all.

    Of `everything` rows the index visits most · everything / here to find `most` of the `here`
    ones that are wanted, so it pays when here² is larger than that with its dearer visits.
    """
    # an estimate, -1 before the first ANALYZE
    everything = "(select greatest(reltuples, 0) from pg_class where oid = 'signals'::regclass)"
    enough = literal_column(
        f"greatest({EXACT_BELOW}, sqrt({DEARER * most} * {everything}))::int", Integer
    )
    some = select(col(Signal.id)).where(*among).limit(enough).subquery()
    return bool(session.scalar(select(func.count() == enough).select_from(some)))
