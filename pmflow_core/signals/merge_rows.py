"""Statements of merges: records of them, families of merged signals, and the links that move."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.errors import NotFound
from pmflow_core.signals.merge_plan import Link
from pmflow_core.signals.models import (
    MergeKind,
    Signal,
    SignalMerge,
    SignalPersona,
    SignalProject,
)
from pmflow_core.signals.repository import read_many
from pmflow_core.signals.schemas import MergeRead
from pmflow_core.signals.tag_models import SignalTag

MOST_COPIES = 100
"""So many of a signal's copies are listed one by one."""
Table = type[SignalProject] | type[SignalPersona] | type[SignalTag]
TABLES: Mapping[str, tuple[Table, str]] = {
    "projects": (SignalProject, "project_id"),
    "personas": (SignalPersona, "persona_id"),
    "tags": (SignalTag, "tag_id"),
}
"""What moves with a merge, by the name it is recorded under, and the column it leads to."""
_COPIED = ("created_at", "linked_by", "reason", "confidence")


def lock_merging(session: Session, workspace_id: UUID) -> None:
    """Wait for other merges of the workspace, so that families stand still until the commit."""
    session.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"),
        {"key": f"merges:{workspace_id}"},
    )


def roots_of(session: Session, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the kept signal of each, itself where it was not merged; raises NotFound."""
    statement = select(col(Signal.id), col(Signal.merged_into)).where(
        col(Signal.id) == func.any(list(ids)), col(Signal.deleted_at).is_(None)
    )
    found = {row[0]: row[1] or row[0] for row in session.execute(statement)}
    if found.keys() != set(ids):
        raise NotFound("One of these signals does not exist.")
    return found


def families(session: Session, roots: Collection[UUID]) -> list[UUID]:
    """Return the ids of these signals and of all that were merged into them."""
    wanted = list(roots)
    statement = select(col(Signal.id)).where(
        or_(col(Signal.id) == func.any(wanted), col(Signal.merged_into) == func.any(wanted))
    )
    return list(session.scalars(statement))


def standing(session: Session, root: UUID) -> list[SignalMerge]:
    """Return the merges of all that are merged into a signal, the oldest first."""
    statement = (
        select(SignalMerge)
        .join(Signal, col(Signal.id) == col(SignalMerge.duplicate_id))
        .where(col(Signal.merged_into) == root, col(SignalMerge.undone_at).is_(None))
        .order_by(col(SignalMerge.id))
    )
    return list(session.scalars(statement))


def copies_of(session: Session, root: UUID) -> list[MergeRead]:
    """Return the signals that are merged into one, the last merged first."""
    merges = standing(session, root)
    rows = read_many(session, [each.duplicate_id for each in merges])
    return [
        MergeRead(
            row=rows[each.duplicate_id],
            kind=each.kind,
            score=each.score,
            words=list(each.words),
            by_itself=each.merged_by is None and each.kind is MergeKind.EXACT,
            merged_at=each.created_at,
        )
        for each in reversed(merges)
    ][:MOST_COPIES]


def point(session: Session, ids: Collection[UUID], root: UUID) -> None:
    """Say of merged signals which one is kept for them."""
    if ids:
        session.execute(
            update(Signal)
            .where(col(Signal.id) == func.any(list(ids)))
            .values(merged_into=root)
            .execution_options(synchronize_session="fetch")
        )


def links_of(session: Session, name: str, signal_id: UUID) -> list[Link]:
    """Return what a signal is linked to in one of the tables, the oldest first."""
    table, key = TABLES[name]
    statement = select(table).where(col(table.signal_id) == signal_id).order_by(col(table.id))
    return [
        {
            "id": row.id,
            "key": getattr(row, key),
            **{column: getattr(row, column) for column in _COPIED},
        }
        for row in session.scalars(statement.execution_options(populate_existing=True))
    ]


def move_links(session: Session, name: str, ids: Sequence[UUID], to: UUID) -> None:
    """Give links to another signal; each stays the row it is."""
    table, _ = TABLES[name]
    session.execute(
        update(table)
        .where(col(table.id) == func.any(list(ids)))
        .values(signal_id=to)
        .execution_options(synchronize_session=False)
    )


def drop_links(session: Session, name: str, ids: Sequence[UUID]) -> None:
    """Delete links."""
    table, _ = TABLES[name]
    session.execute(
        delete(table)
        .where(col(table.id) == func.any(list(ids)))
        .execution_options(synchronize_session=False)
    )


def add_links(session: Session, name: str, links: Sequence[Link], to: Signal) -> None:
    """Give a signal links as they were recorded, with their ids and times."""
    table, key = TABLES[name]
    rows = [
        {
            "id": link["id"],
            "workspace_id": to.workspace_id,
            "signal_id": to.id,
            key: link["key"],
            **{column: link[column] for column in _COPIED},
        }
        for link in links
    ]
    if rows:
        session.execute(insert(table), rows)


def with_anything(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    """Return which of the signals have a link, or others that are merged into them."""
    wanted = func.any(list(ids))
    linked = [
        select(col(table.signal_id)).where(col(table.signal_id) == wanted)
        for table, _ in TABLES.values()
    ]
    kept = select(col(Signal.merged_into)).where(col(Signal.merged_into) == wanted)
    found = [each for statement in (*linked, kept) for each in session.scalars(statement)]
    return {each for each in found if each is not None}


def as_record(links: Sequence[Link]) -> list[dict[str, Any]]:
    """Return links as JSON keeps them."""
    return [
        {
            **link,
            "id": str(link["id"]),
            "key": str(link["key"]),
            "created_at": link["created_at"].isoformat(),
            "linked_by": str(link["linked_by"]) if link["linked_by"] else None,
        }
        for link in links
    ]


def from_record(merge: SignalMerge, name: str) -> list[Link]:
    """Return the links that were a merged signal's own."""
    return [
        {
            **link,
            "id": UUID(link["id"]),
            "key": UUID(link["key"]),
            "created_at": datetime.fromisoformat(link["created_at"]),
            "linked_by": UUID(link["linked_by"]) if link["linked_by"] else None,
        }
        for link in merge.before.get(name, [])
    ]
