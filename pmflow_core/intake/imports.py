"""Files and pastes taken in whole: every row in one transaction, or nothing at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import Invalid
from pmflow_core.intake import repository
from pmflow_core.intake.schemas import LISTED_REJECTIONS, ImportProgress, ImportRead, PasteAs
from pmflow_core.signals import batches
from pmflow_core.signals import repository as signals
from pmflow_core.signals.models import Frequency, Import, ImportStatus, Severity, Source
from pmflow_core.signals.normalise import normalise
from pmflow_core.signals.nudges import announce, wake_worker
from pmflow_core.signals.parsing.files import parse_file
from pmflow_core.signals.parsing.records import (
    UPLOAD_MAX_BYTES,
    ParsedSignal,
    ParseOptions,
    Rejected,
)
from pmflow_core.signals.schemas import MAX_BATCH, Rejection, SignalIn
from pmflow_core.workspaces.numbers import take_numbers

PASTED = "Pasted text"
MAX_PASTE_CHARS = 1_000_000
_DEFAULTS = ParseOptions()


class NothingPasted(Invalid):
    """There is no text in what was pasted."""

    code = "paste_empty"


class PasteTooLong(Invalid):
    """More text was pasted than is taken that way."""

    code = "paste_too_long"


@dataclass(frozen=True, slots=True)
class _Taken:
    """What a file or paste came to before anything is written."""

    name: str
    source: Source
    rows: list[SignalIn]
    rejected: list[Rejection]


def import_file(
    actor: Actor,
    path: Path,
    name: str,
    options: ParseOptions = _DEFAULTS,
    *,
    source: Source = Source.UPLOAD,
    max_bytes: int = UPLOAD_MAX_BYTES,
) -> ImportRead:
    """Take in a file and wake a worker; a refused file leaves no trace.

    Lines that give no signal are listed in the result, the others are kept. `name` is what the
    sender calls the file, `path` where it lies.

    Raises:
        PermissionDenied: the actor is not an editor.
        TooLarge: the file, or what it unpacks to, is too large.
        Invalid: the file is empty, damaged, of an unknown kind, or has no text column.
    """
    actor.require(Role.EDITOR)
    options = replace(options, file_name=name, max_bytes=max_bytes)
    rows: list[SignalIn] = []
    rejected: list[Rejection] = []
    for part in parse_file(path, options):
        if isinstance(part, Rejected):
            rejected.append(Rejection(line=part.line, reason=part.reason))
        else:
            rows.append(_as_signal(part))
    return _store(actor, _Taken(name, source, rows, rejected))


def paste(
    actor: Actor, text: str, *, split: PasteAs = PasteAs.LINES, source: Source = Source.PASTE
) -> ImportRead:
    """Take in pasted text as one signal, or one for each line or paragraph, and wake a worker.

    Raises:
        PermissionDenied: the actor is not an editor.
        NothingPasted: there is no text in it.
        PasteTooLong: it has more than a million characters.
    """
    actor.require(Role.EDITOR)
    if len(text) > MAX_PASTE_CHARS:
        raise PasteTooLong("At most a million characters are pasted at once; import a file.")
    pieces = [(line, piece) for line, piece in _pieces(normalise(text), split) if piece.strip()]
    rows = [SignalIn(text=piece, line=line) for line, piece in pieces]
    good, rejected = batches.sift(rows)
    if not good:
        raise NothingPasted("There is no text to take in; paste what people said.")
    return _store(actor, _Taken(PASTED, source, good, rejected))


def import_progress(session: Session, actor: Actor, import_id: UUID) -> ImportProgress:
    """Return how far the processing of an import is; raises NotFound."""
    actor.require(Role.VIEWER)
    found = repository.get_import(session, import_id)
    total, processed, failed, themes = repository.figures(session, import_id)
    return ImportProgress(
        id=found.id,
        name=found.name,
        status=ImportStatus.COMPLETED if processed == total else ImportStatus.RUNNING,
        created=found.made,
        duplicates=found.duplicates,
        rejected=found.refused,
        total=total,
        processed=processed,
        failed=failed,
        themes=themes,
    )


def list_imports(session: Session, actor: Actor, limit: int = 20) -> list[ImportRead]:
    """Return the newest imports with what they refused."""
    actor.require(Role.VIEWER)
    return [_read(found) for found in repository.list_imports(session, min(limit, 100))]


def recent_imports(
    session: Session, actor: Actor, limit: int = 8
) -> list[tuple[ImportRead, ImportProgress]]:
    """Return the newest imports, each with how far its processing is."""
    return [
        (read, import_progress(session, actor, read.id))
        for read in list_imports(session, actor, limit)
    ]


def _as_signal(part: ParsedSignal) -> SignalIn:
    who = [part.customer_name, part.customer_company]
    customer = ", ".join(name for name in who if name) or part.customer_email
    return SignalIn(
        text=part.text,
        source_ref=part.source_ref,
        severity=Severity(part.severity) if part.severity else None,
        frequency=Frequency(part.frequency) if part.frequency else None,
        segment=part.segment,
        customer=customer,
        customer_name=part.customer_name,
        customer_email=part.customer_email,
        customer_company=part.customer_company,
        customer_tier=part.customer_tier,
        customer_value=part.customer_value,
        received_at=part.created_at,
        line=part.line,
    )


def _pieces(text: str, split: PasteAs) -> list[tuple[int, str]]:
    """Return the pieces with the line each begins at."""
    if split is PasteAs.ONE:
        return [(1, text)]
    lines = list(enumerate(text.split("\n"), start=1))
    if split is PasteAs.LINES:
        return lines
    paragraphs: list[tuple[int, str]] = []
    open_paragraph = False
    for number, line in lines:
        if not line.strip():
            open_paragraph = False
        elif open_paragraph:
            paragraphs[-1] = (paragraphs[-1][0], f"{paragraphs[-1][1]}\n{line}")
        else:
            paragraphs.append((number, line))
            open_paragraph = True
    return paragraphs


def _store(actor: Actor, taken: _Taken) -> ImportRead:
    fresh, first = _reserve(actor, taken)
    made = Import(
        workspace_id=actor.workspace_id,
        name=taken.name,
        status=ImportStatus.COMPLETED,
        rejected=[row.model_dump() for row in taken.rejected[:LISTED_REJECTIONS]],
        refused=len(taken.rejected),
        created_by=actor.user_id,
    )
    origin = batches.Origin(actor.workspace_id, taken.source, made.id)
    with transaction(actor.workspace_id) as session:
        session.add(made)
        session.flush()
        # By reference over the whole file: two imports of the same rows then wait for each other
        # in one order, whatever the order of their lines.
        numbered = sorted(enumerate(fresh, first), key=lambda pair: pair[1].source_ref or "")
        for start in range(0, len(numbered), MAX_BATCH):
            rows = numbered[start : start + MAX_BATCH]
            stored = [batches.as_row(origin, row, number) for number, row in rows]
            made.made += len(signals.add_signals(session, stored))
        made.duplicates = len(taken.rows) - made.made
        announce(session, actor.workspace_id)
        wake_worker(session, actor.workspace_id)
    return _read(made)


def _reserve(actor: Actor, taken: _Taken) -> tuple[list[SignalIn], int]:
    """Return the rows that are new and the first of their numbers.

    The numbers are taken in a transaction of their own, so that a large file does not hold up
    the workspace's other senders at the counter while it is written.
    """
    with transaction(actor.workspace_id) as session:
        fresh = batches.without_known(session, taken.rows, taken.source)
        if not fresh:
            return [], 1
        return fresh, take_numbers(session, actor.workspace_id, "signal", len(fresh))


def _read(found: Import) -> ImportRead:
    rejected: Sequence[dict[str, object]] = found.rejected
    return ImportRead(
        id=found.id,
        name=found.name,
        created=found.made,
        duplicates=found.duplicates,
        refused=found.refused,
        rejected=[Rejection.model_validate(row) for row in rejected],
        created_at=found.created_at,
    )
