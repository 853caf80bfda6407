"""Doing once what a program may ask for twice, because it did not get the first answer.

The key's row and the effect are one transaction: a second request with the key waits for the first
at the unique index, and then either repeats its answer or, when it failed, takes its place.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.clock import utcnow
from pmflow_core.errors import Invalid
from pmflow_core.idempotency.models import IdempotencyKey

KEPT = timedelta(hours=24)
LONGEST_KEY = 200
FORGOTTEN_AT_ONCE = 100


class BadIdempotencyKey(Invalid):
    """The key is empty, too long or holds characters that are not printable ASCII."""

    code = "bad_idempotency_key"


class IdempotencyKeyReused(Invalid):
    """The same key came with another request within 24 hours."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that carries a key."""

    key: str
    route: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """What a request was answered; `repeated` when it is the answer of an earlier one."""

    status: int
    body: dict[str, Any]
    repeated: bool = False


def once(session: Session, actor: Actor, asked: Asked, act: Callable[[], Answered]) -> Answered:
    """Return the answer of `act`, or that of the same request when it took effect before.

    A failure is not remembered: it took no effect, so the same request may be tried again.

    Raises:
        BadIdempotencyKey: the key cannot be one.
        IdempotencyKeyReused: another request came with that key.
    """
    if not 1 <= len(asked.key) <= LONGEST_KEY or not (
        asked.key.isascii() and asked.key.isprintable()
    ):
        raise BadIdempotencyKey(f"A key has 1 to {LONGEST_KEY} printable ASCII characters.")
    row = IdempotencyKey(
        workspace_id=actor.workspace_id,
        caller=str(actor.user_id or actor.name),
        key=asked.key,
        route=asked.route,
        request_hash=hashlib.sha256(asked.body).hexdigest(),
    )
    if not _take(session, row):
        return _repeat(session, row)
    answered = act()
    session.execute(
        update(IdempotencyKey)
        .where(*_same(row))
        .values(status=answered.status, body=answered.body)
        .execution_options(synchronize_session=False)
    )
    _forget_old(session)
    return answered


def _take(session: Session, row: IdempotencyKey) -> bool:
    """Write the key down; False when a request of the last 24 hours has it."""
    values = row.model_dump()
    statement = (
        insert(IdempotencyKey)
        .values(**values)
        .on_conflict_do_update(
            index_elements=["workspace_id", "caller", "key"],
            set_={name: values[name] for name in ("created_at", "route", "request_hash")},
            where=col(IdempotencyKey.created_at) < utcnow() - KEPT,
        )
        .returning(col(IdempotencyKey.id))
    )
    return session.execute(statement).one_or_none() is not None


def _repeat(session: Session, row: IdempotencyKey) -> Answered:
    before = session.scalars(select(IdempotencyKey).where(*_same(row))).one()
    if (before.route, before.request_hash) != (row.route, row.request_hash):
        raise IdempotencyKeyReused(
            "That Idempotency-Key belongs to another request; use a new one."
        )
    return Answered(before.status or 200, before.body or {}, repeated=True)


def _same(row: IdempotencyKey) -> tuple[Any, ...]:
    return col(IdempotencyKey.caller) == row.caller, col(IdempotencyKey.key) == row.key


def _forget_old(session: Session) -> None:
    """Delete some keys of the workspace that are past any use."""
    old = (
        select(col(IdempotencyKey.id))
        .where(col(IdempotencyKey.created_at) < utcnow() - KEPT)
        .limit(FORGOTTEN_AT_ONCE)
        # Two requests that tidy up at once do not wait for each other.
        .with_for_update(skip_locked=True, key_share=True)
    )
    ids = session.scalars(old).all()
    if ids:
        session.execute(delete(IdempotencyKey).where(col(IdempotencyKey.id).in_(ids)))
