"""Statements over signals; the session narrows each to its workspace."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, case, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.errors import NotFound
from pmflow_core.signals import tag_rows
from pmflow_core.signals.models import ASIDE, Severity, Signal, SignalProject, SignalStatus, Source
from pmflow_core.signals.near import cosine_to, nearest_first
from pmflow_core.signals.schemas import SignalQuery, SignalRead, SignalSort, SignalWhole
from pmflow_core.signals.voices import voices_of

SHOWN_CHARS = 500
SEARCH_WORDS = 8

_READ_COLUMNS = (
    col(Signal.id),
    col(Signal.number),
    func.left(col(Signal.verbatim), SHOWN_CHARS),
    col(Signal.kind),
    col(Signal.severity),
    col(Signal.frequency),
    col(Signal.segment),
    col(Signal.customer),
    col(Signal.source),
    col(Signal.status),
    col(Signal.received_at),
    col(Signal.processed_at).is_not(None),
    col(Signal.embedding_model).is_not(None),
)
_WHOLE_COLUMNS = (
    "number",
    "verbatim",
    "interpretation",
    "kind",
    "severity",
    "frequency",
    "segment",
    "customer",
    "source",
    "source_ref",
    "status",
    "received_at",
)

# The largest number that the column holds; counting never gets there.
NO_SIGNAL = 2**31 - 1


def known_refs(session: Session, source: Source, refs: Sequence[str]) -> set[str]:
    """Return which of the references have a signal already, deleted or not."""
    statement = select(col(Signal.source_ref)).where(
        col(Signal.source) == source, col(Signal.source_ref) == func.any(list(refs))
    )
    return {ref for ref in session.scalars(statement) if ref is not None}


def add_signals(session: Session, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """Insert the rows and return the ids of those whose reference was new.

    Rows go in by reference, so that two senders of the same references in different orders
    wait for each other instead of locking each other out.
    """
    if not rows:
        return set()
    statement = (
        insert(Signal)
        .on_conflict_do_nothing(
            index_elements=["workspace_id", "source", "source_ref"],
            index_where=col(Signal.source_ref).is_not(None),
        )
        .returning(col(Signal.id))
    )
    ordered = sorted(rows, key=lambda row: row["source_ref"] or "")
    return set(session.scalars(statement, ordered))


def get_signal(session: Session, number: int, *, deleted: bool = False) -> Signal:
    """Return a signal by its number; raises NotFound for another workspace's or a deleted one."""
    statement = select(Signal).where(col(Signal.number) == max(0, min(number, NO_SIGNAL)))
    if not deleted:
        statement = statement.where(col(Signal.deleted_at).is_(None))
    signal = session.scalar(statement)
    if signal is None:
        raise NotFound(f"There is no signal S-{number}.")
    return signal


def lock_signals(session: Session, ids: Sequence[UUID], *, deleted: bool = False) -> list[Signal]:
    """Return the signals, locked in the order of their ids; raises NotFound if one is missing."""
    wanted = set(ids)
    statement = (
        select(Signal)
        .where(col(Signal.id) == func.any(list(wanted)))
        .order_by(col(Signal.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if not deleted:
        statement = statement.where(col(Signal.deleted_at).is_(None))
    signals = list(session.scalars(statement))
    if len(signals) != len(wanted):
        raise NotFound("One of these signals does not exist.")
    return signals


def set_status(session: Session, ids: Sequence[UUID], status: SignalStatus) -> None:
    """Give all these signals one status."""
    session.execute(
        update(Signal)
        .where(col(Signal.id) == func.any(list(ids)))
        .values(status=status)
        .execution_options(synchronize_session="fetch")
    )


def find_page(
    session: Session, query: SignalQuery, within: Select[Any] | None
) -> tuple[list[SignalRead], int]:
    """Return one page of the signals that match, and how many match on all pages.

    Which ones is found out from the index alone; only their rows are then read, for rows are
    wide with their vectors.
    """
    page = (
        select(col(Signal.id))
        .where(*matching(query, within))
        .order_by(*_order(query.sort))
        .limit(query.size)
        .offset((query.page - 1) * query.size)
    )
    if not query.search.strip():
        ids = list(session.scalars(page))
        return _in_order(session, ids), _count(session, query, within)
    # Words cost more to find than matches to count: one statement does both.
    rows = session.execute(page.add_columns(func.count().over())).all()
    total = rows[0][1] if rows else 0
    if not rows and query.page > 1:
        total = _count(session, query, within)
    return _in_order(session, [row[0] for row in rows]), total


def _in_order(session: Session, ids: Sequence[UUID]) -> list[SignalRead]:
    rows = read_many(session, ids)
    return [rows[id_] for id_ in ids if id_ in rows]


def _count(session: Session, query: SignalQuery, within: Select[Any] | None) -> int:
    statement = select(func.count()).select_from(Signal).where(*matching(query, within))
    return session.scalar(statement) or 0


def read_many(session: Session, ids: Sequence[UUID]) -> dict[UUID, SignalRead]:
    """Return the signals as list rows, by id."""
    statement = select(*_READ_COLUMNS).where(col(Signal.id) == func.any(list(ids)))
    rows = session.execute(statement).all()
    voices, tags = voices_of(session, ids), tag_rows.names_of(session, ids)
    return {
        row[0]: _with_voices(SignalRead(*row, tags=tags.get(row[0], ())), voices.get(row[0]))
        for row in rows
    }


def get_many(session: Session, ids: Sequence[UUID]) -> list[Signal]:
    """Return the signals with all that is known of them; raises NotFound if one is missing."""
    statement = select(Signal).where(
        col(Signal.id) == func.any(list(ids)), col(Signal.deleted_at).is_(None)
    )
    signals = list(session.scalars(statement))
    if len(signals) != len(set(ids)):
        raise NotFound("One of these signals does not exist.")
    return signals


def _with_voices(row: SignalRead, voices: tuple[int, int] | None) -> SignalRead:
    copies, customers = voices or (0, int(bool(row.customer)))
    return replace(row, copies=copies, customers=customers)


def read_whole(session: Session, query: SignalQuery, limit: int) -> list[SignalWhole]:
    """Return the matching signals with their whole text, the highest number first."""
    columns = [getattr(Signal, name) for name in ("id", *_WHOLE_COLUMNS)]
    statement = select(*columns).where(*matching(query, None)).order_by(col(Signal.number).desc())
    rows = session.execute(statement.limit(limit)).all()
    tags = tag_rows.names_of(session, [row[0] for row in rows])
    return [SignalWhole(*row[1:], tags=tags.get(row[0], ())) for row in rows]


def number_of(session: Session, signal_id: UUID) -> int | None:
    """Return the number of the signal with that id, deleted or not."""
    return session.scalar(select(col(Signal.number)).where(col(Signal.id) == signal_id))


def number_of_ref(session: Session, source: Source, ref: str) -> int | None:
    """Return the number of the signal with that reference, deleted or not."""
    same = (col(Signal.source) == source, col(Signal.source_ref) == ref)
    return session.scalar(select(col(Signal.number)).where(*same))


def matching(query: SignalQuery, within: Select[Any] | None) -> list[ColumnElement[bool]]:
    """Return the conditions of the signals that a query asks for."""
    equal = {
        "severity": query.severity,
        "source": query.source,
        "kind": query.kind,
        "segment": query.segment,
        "import_id": query.import_id,
    }
    found: list[ColumnElement[bool]] = [
        getattr(Signal, name) == value for name, value in equal.items() if value is not None
    ]
    gone = col(Signal.deleted_at)
    found.append(gone.is_not(None) if query.deleted else gone.is_(None))
    found.append(_status_is(query))
    if query.received_since is not None:
        found.append(col(Signal.received_at) >= query.received_since)
    if query.below is not None:
        found.append(col(Signal.number) < query.below)
    if query.project_id is not None:
        linked = select(col(SignalProject.signal_id)).where(
            col(SignalProject.project_id) == query.project_id
        )
        found.append(col(Signal.id).in_(linked))
    if query.tag is not None:
        found.append(col(Signal.id).in_(tag_rows.carrying(query.tag)))
    if within is not None:
        found.append(col(Signal.id).in_(within))
    if query.search.strip():
        found.append(col(Signal.id).in_(_with_words(query.search)))
    return found


def _with_words(search: str) -> Select[Any]:
    """Return the select of the signals in which each word occurs, the words' beginnings too."""
    words = re.findall(r"\w+", search)[:SEARCH_WORDS]
    wanted = " & ".join(f"{word}:*" for word in words)
    return select(func.pmflow_signals_with_words(wanted))


def _status_is(query: SignalQuery) -> ColumnElement[bool]:
    if query.status is not None:
        return col(Signal.status) == query.status
    if query.deleted:
        return literal(value=True)
    return col(Signal.status).not_in(ASIDE)


def _order(sort: SignalSort) -> Sequence[Any]:
    newest = [col(Signal.received_at).desc(), col(Signal.number).desc()]
    if sort is SignalSort.OLDEST:
        return [col(Signal.received_at), col(Signal.number)]
    if sort is SignalSort.NUMBER:
        return [col(Signal.number).desc()]
    if sort is SignalSort.SEVERITY:
        ranks = {severity: rank for rank, severity in enumerate(Severity)}
        return [case(ranks, value=col(Signal.severity), else_=len(ranks)), *newest]
    return newest


def counts(session: Session) -> Sequence[Row[SignalStatus, Severity | None, int]]:
    """Return (status, severity, how many) of the live signals."""
    statement = (
        select(col(Signal.status), col(Signal.severity), func.count())
        .where(col(Signal.deleted_at).is_(None))
        .group_by(col(Signal.status), col(Signal.severity))
    )
    return session.execute(statement).all()


def count_unprocessed(session: Session) -> int:
    """Return how many live signals wait for a worker."""
    statement = (
        select(func.count())
        .select_from(Signal)
        .where(col(Signal.processed_at).is_(None), col(Signal.deleted_at).is_(None))
    )
    return session.scalar(statement) or 0


def nearest(session: Session, signal: Signal, limit: int) -> list[tuple[UUID, float]]:
    """Return the (id, cosine) of the live signals whose text is nearest, by the same model."""
    live = [col(Signal.deleted_at).is_(None), col(Signal.status).not_in(ASIDE)]
    statement = (
        select(col(Signal.id), cosine_to(signal.embedding))
        .where(
            *live,
            col(Signal.id) != signal.id,
            col(Signal.embedding_model) == signal.embedding_model,
        )
        .order_by(nearest_first(session, signal.embedding, live, limit))
        .limit(limit)
    )
    found = [(row[0], float(row[1])) for row in session.execute(statement)]
    # the index orders by half the bits
    return sorted(found, key=lambda each: -each[1])
