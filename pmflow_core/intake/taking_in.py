"""A file from its acceptance to its last row: kept first, then read and written in batches.

An accepted file lies in the database until its last row does. Each batch is one transaction that
also moves the import's position on, so whoever resumes after a crash begins where the last batch
ended, and of two who read the same file only one writes each batch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import Invalid, TooLarge
from pmflow_core.intake import import_rows
from pmflow_core.intake.confined import SILENCE_S, Content, read_confined
from pmflow_core.intake.schemas import LISTED_REJECTIONS
from pmflow_core.jobs import Job, enqueue_on_commit
from pmflow_core.logs import get_logger
from pmflow_core.signals import batches, tags
from pmflow_core.signals import repository as signals
from pmflow_core.signals.models import Frequency, Import, ImportStatus, Severity, Source
from pmflow_core.signals.normalise import MAX_SIGNAL_BYTES
from pmflow_core.signals.nudges import announce, wake_worker
from pmflow_core.signals.parsing.records import ParsedSignal, ParseOptions, Rejected
from pmflow_core.signals.schemas import MAX_BATCH, Passage, Rejection

log = get_logger(__name__)
CHUNK_BYTES = 1_000_000
BATCH_CHARS = 4 * MAX_SIGNAL_BYTES
ROWS_CLAIM_S = 30.0
DOCUMENT_CLAIM_S = SILENCE_S + 30.0
"""A document is read whole before its first passage is written."""
_ROWS = frozenset({"csv", "jsonl"})


@dataclass(frozen=True, slots=True)
class File:
    """A file that was sent: where it lies, what it is called, and how it is to be read."""

    path: Path
    name: str
    source: Source
    options: ParseOptions


def accept(actor: Actor, file: File, content: Content, *, later: bool) -> UUID:
    """Keep the file and answer for it from now on; `later` leaves the reading to a worker."""
    source = file.source
    if content.format == "eml" and source is Source.UPLOAD:
        source = Source.EMAIL
    made = Import(
        workspace_id=actor.workspace_id,
        name=file.name,
        source=source,
        options={"format": content.format, "read": _as_json(file.options)},
        total=content.total,
        created_by=actor.user_id,
    )
    with transaction(actor.workspace_id) as session:
        session.add(made)
        session.flush()
        with file.path.open("rb") as stream:
            for number, chunk in enumerate(iter(lambda: stream.read(CHUNK_BYTES), b"")):
                import_rows.add_chunk(session, made, number, chunk)
        if later:
            arguments = (str(actor.workspace_id), str(made.id))
            enqueue_on_commit(session, Job.READ_IMPORT, *arguments, job_id=f"import-{made.id}")
        else:
            made.claimed_until = import_rows.in_seconds(_claim_s(made))
        audit.record(session, actor, "signals.imported", file.name, {"source": source.value})
        announce(session, actor.workspace_id)
    return made.id


def resume(workspace_id: UUID, import_id: UUID) -> None:
    """Read an accepted file on from where it is, unless somebody does.

    What is wrong with the file itself ends the import and is said there; anything else is raised,
    and the import is offered again when this claim has run out.
    """
    with transaction(workspace_id) as session:
        found = import_rows.claim(session, import_id, ROWS_CLAIM_S)
        if found is not None:
            found.claimed_until = import_rows.in_seconds(_claim_s(found))
    if found is None:
        return
    if found.attempts > import_rows.MAX_ATTEMPTS:
        _fail(found, "Reading it broke off several times at the same place; send it again.")
        return
    with NamedTemporaryFile(prefix="pmflow-import-") as file:
        with transaction(workspace_id) as session:
            file.writelines(import_rows.chunks(session, import_id))
        file.flush()
        try:
            with read_confined(Path(file.name), _as_options(found.options["read"])) as content:
                write(Actor.system(workspace_id), import_id, content, position=found.position)
        except (Invalid, TooLarge) as refusal:
            _fail(found, str(refusal))


def write(actor: Actor, import_id: UUID, content: Content, *, position: int = 0) -> None:
    """Write an accepted file's rows from `position` on; stops when somebody else does.

    Raises:
        FileBeyondLimits: the reader was ended; what came before is kept.
    """
    original = None if content.original is None else _keep_original(actor, content)
    parts = islice(content.parts, position, None)
    while batch := _next_batch(parts):
        if not _write_batch(actor, import_id, position, (batch, original)):
            log.info("import.left", import_id=str(import_id), position=position)
            return
        position += len(batch)
    with transaction(actor.workspace_id) as session:
        made = import_rows.lock(session, import_id, at=position)
        if made is not None:
            _end(session, made, ImportStatus.COMPLETED)


def fail(actor: Actor, import_id: UUID, reason: str) -> None:
    """End an import that cannot be finished, with what to tell its sender."""
    with transaction(actor.workspace_id) as session:
        made = import_rows.lock(session, import_id)
        if made is not None:
            made.error = reason
            _end(session, made, ImportStatus.FAILED)


def _fail(made: Import, reason: str) -> None:
    fail(Actor.system(made.workspace_id), made.id, reason)


def _end(session: Session, made: Import, status: ImportStatus) -> None:
    made.status = status
    made.claimed_until = None
    import_rows.forget_chunks(session, made.id)
    session.flush()
    announce(session, made.workspace_id)
    wake_worker(session, made.workspace_id)


def _keep_original(actor: Actor, content: Content) -> UUID:
    name, text = content.name or "", content.original or ""
    with transaction(actor.workspace_id) as session:
        return import_rows.keep_original(session, actor.workspace_id, name, content.format, text)


def _next_batch(parts: Iterator[ParsedSignal | Rejected]) -> list[ParsedSignal | Rejected]:
    batch: list[ParsedSignal | Rejected] = []
    chars = 0
    for part in islice(parts, MAX_BATCH):
        batch.append(part)
        chars += len(part.text) if isinstance(part, ParsedSignal) else 0
        if chars > BATCH_CHARS:
            break
    return batch


def _write_batch(
    actor: Actor,
    import_id: UUID,
    position: int,
    what: tuple[Sequence[ParsedSignal | Rejected], UUID | None],
) -> bool:
    """Write one batch and move on; False when somebody else already did."""
    batch, original = what
    rows = [_as_signal(part) for part in batch if isinstance(part, ParsedSignal)]
    refused = [part for part in batch if isinstance(part, Rejected)]
    with transaction(actor.workspace_id) as session:
        made = import_rows.lock(session, import_id, at=position)
        if made is None:
            return False
        origin = batches.Origin(actor.workspace_id, made.source, made.id, original)
        fresh = batches.without_known(session, rows, made.source)
        numbered = batches.number(session, origin, fresh)
        created = signals.add_signals(session, numbered)
        tags.keep_senders(session, actor, batches.tags_sent(numbered, fresh, created))
        made.made += len(created)
        made.duplicates += len(rows) - len(created)
        _note_refused(made, refused)
        made.position += len(batch)
        made.total = max(made.total, made.position)
        made.attempts = 0
        made.claimed_until = import_rows.in_seconds(_claim_s(made))
        session.flush()
        announce(session, actor.workspace_id)
        if created:
            wake_worker(session, actor.workspace_id)
    return True


def _note_refused(made: Import, refused: Sequence[Rejected]) -> None:
    made.refused += len(refused)
    listed = refused[: max(0, LISTED_REJECTIONS - len(made.rejected))]
    rows = [Rejection(line=part.line, reason=part.reason).model_dump() for part in listed]
    made.rejected = [*made.rejected, *rows]


def _as_signal(part: ParsedSignal) -> Passage:
    who = [part.customer_name, part.customer_company]
    customer = ", ".join(name for name in who if name) or part.customer_email
    return Passage(
        text=part.text,
        source_ref=part.source_ref,
        severity=Severity(part.severity) if part.severity else None,
        frequency=Frequency(part.frequency) if part.frequency else None,
        segment=part.segment,
        tags=part.tags,
        customer=customer,
        customer_name=part.customer_name,
        customer_email=part.customer_email,
        customer_company=part.customer_company,
        customer_tier=part.customer_tier,
        customer_value=part.customer_value,
        received_at=part.created_at,
        line=part.line,
        starts_at=part.offset,
        ends_at=part.end,
    )


def _claim_s(made: Import) -> float:
    return ROWS_CLAIM_S if made.options["format"] in _ROWS else DOCUMENT_CLAIM_S


def _as_json(options: ParseOptions) -> dict[str, Any]:
    return {**asdict(options), "columns": dict(options.columns)}


def _as_options(kept: dict[str, Any]) -> ParseOptions:
    return ParseOptions(**kept)
