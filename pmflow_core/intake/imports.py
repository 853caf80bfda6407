"""Files and pastes as their senders see them: taken in, refused, and how far each is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import Invalid, TooLarge
from pmflow_core.intake import import_rows, repository, taking_in
from pmflow_core.intake.confined import Content, read_confined
from pmflow_core.intake.schemas import LISTED_REJECTIONS, ImportProgress, ImportRead, PasteAs
from pmflow_core.signals import batches
from pmflow_core.signals import repository as signals
from pmflow_core.signals.models import Import, ImportStatus, Source
from pmflow_core.signals.normalise import normalise
from pmflow_core.signals.nudges import announce, wake_worker
from pmflow_core.signals.parsing.prose import TextLine, text_lines
from pmflow_core.signals.parsing.records import CLI_MAX_BYTES, ParseOptions
from pmflow_core.signals.schemas import MAX_BATCH, Passage, Rejection

PASTED = "Pasted text"
MAX_PASTE_CHARS = 1_000_000
_DEFAULTS = ParseOptions()


class NothingPasted(Invalid):
    """There is no text in what was pasted."""

    code = "paste_empty"


class PasteTooLong(Invalid):
    """More text was pasted than is taken that way."""

    code = "paste_too_long"


def import_file(
    actor: Actor,
    path: Path,
    name: str,
    options: ParseOptions = _DEFAULTS,
    *,
    source: Source = Source.UPLOAD,
    at_once: int = CLI_MAX_BYTES,
) -> ImportRead:
    """Take in a file and wake a worker; a refused file leaves no trace.

    Lines that give no signal are listed in the result, the others are kept. `name` is what the
    sender calls the file, `path` where it lies. A file of more than `at_once` bytes is only kept:
    the import that is returned is running, and a worker reads it.

    Raises:
        PermissionDenied: the actor is not an editor.
        TooLarge: the file, or what it unpacks to, is too large.
        Invalid: the file is empty, damaged, of an unknown kind, or has no text column.
    """
    actor.require(Role.EDITOR)
    file = taking_in.File(path, name, source, replace(options, file_name=name))
    with read_confined(path, file.options) as content:
        later = path.stat().st_size > at_once
        import_id = taking_in.accept(actor, file, content, later=later)
        if not later:
            _write(actor, import_id, content)
    with transaction(actor.workspace_id) as session:
        return _read(repository.get_import(session, import_id))


def _write(actor: Actor, import_id: UUID, content: Content) -> None:
    try:
        taking_in.write(actor, import_id, content)
    except (Invalid, TooLarge) as refusal:
        # What came before is kept, and the reason stands in the list of imports.
        taking_in.fail(actor, import_id, str(refusal))
        raise


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
    text = normalise(text)
    good, rejected = batches.sift(_pieces(text, split))
    if not good:
        raise NothingPasted("There is no text to take in; paste what people said.")
    original = text if split is PasteAs.PARAGRAPHS and len(good) > 1 else None
    return _store(actor, _Taken(source, good, rejected, original))


def import_progress(session: Session, actor: Actor, import_id: UUID) -> ImportProgress:
    """Return how far the processing of an import is; raises NotFound."""
    actor.require(Role.VIEWER)
    found = repository.get_import(session, import_id)
    total, processed, failed, themes = repository.figures(session, import_id)
    is_read = found.status is not ImportStatus.RUNNING
    status = found.status if processed == total else ImportStatus.RUNNING
    return ImportProgress(
        id=found.id,
        name=found.name,
        status=status,
        created=found.made,
        duplicates=found.duplicates,
        rejected=found.refused,
        total=total,
        processed=processed,
        failed=failed,
        themes=themes,
        is_read=is_read,
        read=found.position,
        expected=found.total,
        error=found.error,
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


@dataclass(frozen=True, slots=True)
class _Taken:
    """What was pasted, before anything is written; `original` is what the rows are pieces of."""

    source: Source
    rows: list[Passage]
    rejected: list[Rejection]
    original: str | None


def _pieces(text: str, split: PasteAs) -> list[Passage]:
    """Return the pieces with the line each begins at, and its place in the text."""
    if split is PasteAs.ONE:
        return [Passage(text=text, line=1)]
    lines = [line for line in text_lines(text) if split is PasteAs.PARAGRAPHS or line.text.strip()]
    if split is PasteAs.LINES:
        return [Passage(text=line.text, line=line.number) for line in lines]
    paragraphs: list[list[TextLine]] = [[]]
    for line in lines:
        if line.text.strip():
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return [_paragraph(found) for found in paragraphs if found]


def _paragraph(lines: Sequence[TextLine]) -> Passage:
    whole = "\n".join(line.text for line in lines)
    begin = lines[0].offset + len(whole) - len(whole.lstrip())
    text = normalise(whole)
    return Passage(text=text, line=lines[0].number, starts_at=begin, ends_at=begin + len(text))


def _store(actor: Actor, taken: _Taken) -> ImportRead:
    """Write a paste, which is never too long for one transaction: every row or nothing."""
    made = Import(
        workspace_id=actor.workspace_id,
        name=PASTED,
        status=ImportStatus.COMPLETED,
        source=taken.source,
        rejected=[row.model_dump() for row in taken.rejected[:LISTED_REJECTIONS]],
        refused=len(taken.rejected),
        created_by=actor.user_id,
    )
    made.position = made.total = len(taken.rows) + len(taken.rejected)
    with transaction(actor.workspace_id) as session:
        session.add(made)
        session.flush()
        original = _keep_original(session, actor, taken.original)
        origin = batches.Origin(actor.workspace_id, taken.source, made.id, original)
        for start in range(0, len(taken.rows), MAX_BATCH):
            rows = batches.number(session, origin, taken.rows[start : start + MAX_BATCH])
            made.made += len(signals.add_signals(session, rows))
        session.flush()
        audit.record(session, actor, "signals.pasted", PASTED, {"signals": made.made})
        announce(session, actor.workspace_id)
        wake_worker(session, actor.workspace_id)
    return _read(made)


def _keep_original(session: Session, actor: Actor, text: str | None) -> UUID | None:
    if text is None:
        return None
    return import_rows.keep_original(session, actor.workspace_id, PASTED, "txt", text)


def _read(found: Import) -> ImportRead:
    rejected: Sequence[dict[str, object]] = found.rejected
    return ImportRead(
        id=found.id,
        name=found.name,
        status=found.status,
        created=found.made,
        duplicates=found.duplicates,
        refused=found.refused,
        rejected=[Rejection.model_validate(row) for row in rejected],
        created_at=found.created_at,
    )
