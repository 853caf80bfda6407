"""A batch on its way in: what is refused, what is known, and the rows of the rest."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.clock import utcnow
from pmflow_core.ids import uuid7
from pmflow_core.signals import repository, senders
from pmflow_core.signals.models import SignalStatus, Source
from pmflow_core.signals.normalise import is_blank, is_too_long, text_hash
from pmflow_core.signals.schemas import Passage, Rejection, SignalIn
from pmflow_core.workspaces.numbers import take_numbers

Row = TypeVar("Row", bound=SignalIn)


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose a batch is and where it came from."""

    workspace_id: UUID
    source: Source
    import_id: UUID | None = None
    original_id: UUID | None = None


def sift(rows: Sequence[Row]) -> tuple[list[Row], list[Rejection]]:
    """Return the rows that can be kept, and why the others cannot."""
    good: list[Row] = []
    rejected: list[Rejection] = []
    for position, row in enumerate(rows, start=1):
        reason = _fault(row.text)
        if reason is None:
            good.append(row)
        else:
            rejected.append(Rejection(line=row.line or position, reason=reason))
    return good, rejected


def _fault(text: str) -> str | None:
    if is_blank(text):
        return "the text is empty"
    return "the text is longer than 1 MB" if is_too_long(text) else None


def without_known(session: Session, rows: Iterable[SignalIn], source: Source) -> list[SignalIn]:
    """Return the rows whose reference is new, each with its customer.

    New is one that is neither stored nor earlier in the batch. It saves numbers and work; what is
    stored a moment later is caught by the insert.
    """
    rows = list(rows)
    refs = [row.source_ref for row in rows if row.source_ref]
    seen: set[str] = repository.known_refs(session, source, refs) if refs else set()
    fresh: list[SignalIn] = []
    for row in rows:
        if row.source_ref:
            if row.source_ref in seen:
                continue
            seen.add(row.source_ref)
        fresh.append(row)
    return senders.attributed(session, fresh)


def number(session: Session, origin: Origin, rows: Sequence[SignalIn]) -> list[dict[str, Any]]:
    """Return the rows as they are stored, numbered in their order."""
    if not rows:
        return []
    first = take_numbers(session, origin.workspace_id, "signal", len(rows))
    return [as_row(origin, row, first + place) for place, row in enumerate(rows)]


def tags_sent(
    numbered: Sequence[dict[str, Any]], rows: Sequence[SignalIn], stored: Collection[UUID]
) -> list[tuple[UUID, Sequence[str]]]:
    """Return the tags that senders gave, for those of the numbered rows that were stored."""
    return [
        (row["id"], given.tags)
        for row, given in zip(numbered, rows, strict=True)
        if row["id"] in stored and given.tags
    ]


def as_row(origin: Origin, row: SignalIn, signal_number: int) -> dict[str, Any]:
    """Return one signal as it is stored, before a worker has seen it."""
    now = utcnow()
    return {
        "id": uuid7(),
        "created_at": now,
        "workspace_id": origin.workspace_id,
        "number": signal_number,
        "verbatim": row.text,
        "text_hash": text_hash(row.text),
        "interpretation": row.interpretation or None,
        "kind": row.kind,
        "severity": row.severity,
        "frequency": row.frequency,
        "segment": row.segment or None,
        "customer": senders.words(row),
        "customer_id": row.customer_id,
        "source": origin.source,
        "source_ref": row.source_ref or None,
        "status": SignalStatus.NEW,
        "given": row.given(),
        "received_at": _aware(row.received_at) or now,
        "import_id": origin.import_id,
        "line": row.line,
        "original_id": origin.original_id,
        "starts_at": row.starts_at if isinstance(row, Passage) else None,
        "ends_at": row.ends_at if isinstance(row, Passage) else None,
        "themable": True,
        "attempts": 0,
    }


def _aware(moment: datetime | None) -> datetime | None:
    """Return the moment in UTC, which is also what a sender without a zone is taken to mean."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=UTC)
