"""Signals as programs take them: by any of their names, one at a time, and all for a file."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import Invalid, NotFound
from pmflow_core.signals import repository, service
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalDetail, SignalIn, SignalQuery, SignalWhole

EXPORTED_AT_ONCE = 1_000
COLUMNS = (
    "id",
    "text",
    "interpretation",
    "kind",
    "severity",
    "frequency",
    "segment",
    "customer",
    "source",
    "source_ref",
    "status",
    "tags",
    "received_at",
)
_NUMBER = re.compile(r"(?:[Ss]-)?([0-9]{1,9})")
# A spreadsheet runs a cell that begins so as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class SignalRefused(Invalid):
    """A single signal that was sent cannot be one."""

    code = "signal_refused"


def number_of(session: Session, actor: Actor, named: str) -> int:
    """Return the number of the signal that is named `S-12`, `12` or by its id; raises NotFound."""
    actor.require(Role.VIEWER)
    if found := _NUMBER.fullmatch(named):
        return int(found[1])
    try:
        number = repository.number_of(session, UUID(named))
    except ValueError:
        number = None
    if number is None:
        raise NotFound("There is no such signal.")
    return number


def add(session: Session, actor: Actor, row: SignalIn, source: Source) -> tuple[SignalDetail, bool]:
    """Store one signal, and return it with whether it is new; of a known reference the known one.

    Raises:
        PermissionDenied: the actor is not an editor.
        SignalRefused: it has no text, or too much.
    """
    made = service.ingest(session, actor, [row], source=source)
    if made.rejected:
        raise SignalRefused(f"This is no signal: {made.rejected[0].reason}.")
    if made.ids:
        number = repository.number_of(session, made.ids[0])
    else:
        number = repository.number_of_ref(session, source, row.source_ref or "")
    if number is None:
        raise NotFound("There is no such signal.")
    return service.get_signal(session, actor, number), bool(made.ids)


def list_whole(
    session: Session, actor: Actor, query: SignalQuery, limit: int
) -> Sequence[SignalWhole]:
    """Return the matching signals with their whole text, the highest number first."""
    actor.require(Role.VIEWER)
    return repository.read_whole(session, query, limit)


def as_csv(rows: Sequence[SignalWhole], *, head: bool) -> str:
    """Return the rows as lines of a CSV file that no spreadsheet takes for formulas."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\r\n")
    if head:
        lines.writerow(COLUMNS)
    lines.writerows([_safe(cell) for cell in _cells(row)] for row in rows)
    return written.getvalue()


def _cells(row: SignalWhole) -> Iterator[str]:
    yield row.name
    yield row.text
    for name in COLUMNS[2:-2]:
        yield str(getattr(row, name) or "")
    yield ", ".join(row.tags)
    yield row.received_at.isoformat()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
