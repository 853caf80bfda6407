"""Statements over tags; the session narrows each to its workspace."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.clock import utcnow
from pmflow_core.db.arrays import among
from pmflow_core.errors import NotFound
from pmflow_core.ids import uuid7
from pmflow_core.signals.models import ASIDE, Signal
from pmflow_core.signals.tag_models import SignalTag, Tag


def fold(name: str) -> str:
    """Return a tag's name as names are compared."""
    return " ".join(name.casefold().split())


def make(session: Session, workspace_id: UUID, names: Iterable[str]) -> dict[str, Tag]:
    """Return the workspace's tags of these names, by folded name; new ones are added.

    They are added in one order, so that two who add the same wait instead of locking each other
    out.
    """
    wanted: dict[str, str] = {}
    for name in names:
        wanted.setdefault(fold(name), name)
    rows = [
        {
            "id": uuid7(),
            "created_at": utcnow(),
            "workspace_id": workspace_id,
            "name": wanted[folded],
            "folded": folded,
        }
        for folded in sorted(wanted)
    ]
    if not rows:
        return {}
    session.execute(insert(Tag).on_conflict_do_nothing(), rows)
    found = session.scalars(select(Tag).where(col(Tag.folded).in_(wanted)))
    return {tag.folded: tag for tag in found}


def get(session: Session, tag_id: UUID) -> Tag:
    """Return a tag; raises NotFound."""
    tag = session.scalar(select(Tag).where(col(Tag.id) == tag_id))
    if tag is None:
        raise NotFound("There is no such tag.")
    return tag


def find(session: Session, name: str) -> Tag | None:
    """Return the tag of that name, in whatever capitals, or None."""
    return session.scalar(select(Tag).where(col(Tag.folded) == fold(name)))


def put(session: Session, rows: Iterable[tuple[UUID, UUID]], about: Mapping[str, Any]) -> set[UUID]:
    """Put tags on signals, as pairs (signal, tag); return the signals that got one.

    `about` is the rest of each row: `workspace_id`, `linked_by` and `reason`.
    """
    made = [
        {"id": uuid7(), "created_at": utcnow(), "signal_id": signal, "tag_id": tag, **about}
        for signal, tag in sorted(rows)
    ]
    if not made:
        return set()
    statement = insert(SignalTag).on_conflict_do_nothing().returning(col(SignalTag.signal_id))
    return set(session.scalars(statement, made))


def take(session: Session, signal_ids: Collection[UUID], tag_id: UUID) -> set[UUID]:
    """Take a tag off signals; return those that had it."""
    statement = (
        delete(SignalTag)
        .where(col(SignalTag.tag_id) == tag_id, among(col(SignalTag.signal_id), signal_ids))
        .returning(col(SignalTag.signal_id))
    )
    return set(session.scalars(statement))


def carrying(name: str) -> Select[Any]:
    """Return the select of the signals that carry the tag of a name."""
    return (
        select(col(SignalTag.signal_id))
        .join(Tag, col(Tag.id) == col(SignalTag.tag_id))
        .where(col(Tag.folded) == fold(name))
    )


def names_of(session: Session, signal_ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Return the names of the tags that signals carry, by signal, each in alphabetical order."""
    statement = (
        select(col(SignalTag.signal_id), col(Tag.name))
        .join(Tag, col(Tag.id) == col(SignalTag.tag_id))
        .where(among(col(SignalTag.signal_id), signal_ids))
        .order_by(col(Tag.folded))
    )
    found: dict[UUID, tuple[str, ...]] = {}
    for signal_id, name in session.execute(statement):
        found[signal_id] = (*found.get(signal_id, ()), name)
    return found


def counted(session: Session) -> list[tuple[UUID, str, int]]:
    """Return (id, name, how many) of the tags that listed signals carry, the most first."""
    many = func.count()
    statement = (
        select(col(Tag.id), col(Tag.name), many)
        .join(SignalTag, col(SignalTag.tag_id) == col(Tag.id))
        .join(Signal, col(Signal.id) == col(SignalTag.signal_id))
        .where(col(Signal.deleted_at).is_(None), col(Signal.status).not_in(ASIDE))
        .group_by(col(Tag.id), col(Tag.name), col(Tag.folded))
        .order_by(many.desc(), col(Tag.folded))
    )
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]
