"""Records of what the team knows: written down, changed with a history, binned and brought back."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.knowledge import record_rows
from pmflow_core.knowledge.models import KnowledgeRecord, KnowledgeVersion
from pmflow_core.knowledge.schemas import RecordEdit, RecordIn, RecordRead, VersionRead


class RecordTitleTaken(Conflict):
    """Another record of the workspace has that title."""

    code = "record_title_taken"


class RecordChanged(Conflict):
    """The record was changed since it was read; read it again and repeat the change."""

    code = "record_changed"


def list_records(session: Session, actor: Actor, *, deleted: bool = False) -> list[RecordRead]:
    """Return what the team knows by kind and title, or what is in the bin."""
    actor.require(Role.VIEWER)
    return [_read(record) for record in record_rows.list_records(session, deleted=deleted)]


def read_record(session: Session, actor: Actor, record_id: UUID) -> RecordRead:
    """Return a record; raises NotFound."""
    actor.require(Role.VIEWER)
    return _read(record_rows.get_record(session, record_id))


def list_versions(session: Session, actor: Actor, record_id: UUID) -> Sequence[VersionRead]:
    """Return how a record was, the newest version first; raises NotFound."""
    actor.require(Role.VIEWER)
    record_rows.get_record(session, record_id)
    return [
        VersionRead(
            each.number, each.kind, each.title, each.content, each.author_name, each.created_at
        )
        for each in record_rows.list_versions(session, record_id)
    ]


def add(session: Session, actor: Actor, given: RecordIn) -> RecordRead:
    """Write a record down.

    Raises:
        PermissionDenied: the actor is not an editor.
        RecordTitleTaken: there is one of that title.
    """
    actor.require(Role.EDITOR)
    record = KnowledgeRecord(
        workspace_id=actor.workspace_id,
        kind=given.kind,
        title=given.title,
        content=given.content,
        is_told=given.is_told,
        changed_at=utcnow(),
        changed_by_name=actor.name,
    )
    try:
        with session.begin_nested():
            session.add(record)
    except IntegrityError as error:
        raise _taken(given.title) from error
    _keep_version(session, actor, record)
    _note(session, actor, "knowledge.added", record)
    return _read(record)


def edit(session: Session, actor: Actor, record_id: UUID, changes: RecordEdit) -> RecordRead:
    """Change a record; a change of kind, title or text is a new version.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such record.
        RecordChanged: somebody else changed it since it was read.
        RecordTitleTaken: there is another of that title.
    """
    actor.require(Role.EDITOR)
    record = record_rows.lock_record(session, record_id)
    if record.version != changes.version:
        raise RecordChanged(
            f"{record.changed_by_name} changed this record meanwhile (version {record.version})."
            " Copy what you typed, reload, and put it in again."
        )
    sent = changes.model_dump(exclude={"version"}, exclude_none=True)
    differs = {name for name, value in sent.items() if getattr(record, name) != value}
    if not differs:
        return _read(record)
    try:
        with session.begin_nested():
            for name, value in sent.items():
                setattr(record, name, value)
            if differs - {"is_told"}:
                record.version += 1
                record.changed_at, record.changed_by_name = utcnow(), actor.name
    except IntegrityError as error:
        raise _taken(str(sent.get("title"))) from error
    if differs - {"is_told"}:
        _keep_version(session, actor, record)
    _note(session, actor, "knowledge.edited", record)
    return _read(record)


def restore_version(session: Session, actor: Actor, record_id: UUID, number: int) -> RecordRead:
    """Make an earlier version the newest one again, as a version of its own.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such record or version.
        RecordTitleTaken: another record has the title of that time.
    """
    actor.require(Role.EDITOR)
    record = record_rows.lock_record(session, record_id)
    old = record_rows.get_version(session, record_id, number)
    changes = RecordEdit(
        version=record.version, kind=old.kind, title=old.title, content=old.content
    )
    return edit(session, actor, record_id, changes)


def delete(session: Session, actor: Actor, record_id: UUID) -> None:
    """Move a record into the bin; no step is told it any more.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such record.
    """
    actor.require(Role.EDITOR)
    record = record_rows.lock_record(session, record_id)
    record.deleted_at, record.deleted_by = utcnow(), actor.user_id
    session.flush()
    _note(session, actor, "knowledge.deleted", record)


def restore(session: Session, actor: Actor, record_id: UUID) -> RecordRead:
    """Bring a record back from the bin.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such record.
        RecordTitleTaken: another took its title meanwhile.
    """
    actor.require(Role.EDITOR)
    record = record_rows.lock_record(session, record_id, deleted=True)
    try:
        with session.begin_nested():
            record.deleted_at = record.deleted_by = None
    except IntegrityError as error:
        raise _taken(record.title) from error
    _note(session, actor, "knowledge.restored", record)
    return _read(record)


def _keep_version(session: Session, actor: Actor, record: KnowledgeRecord) -> None:
    session.add(
        KnowledgeVersion(
            workspace_id=record.workspace_id,
            record_id=record.id,
            number=record.version,
            kind=record.kind,
            title=record.title,
            content=record.content,
            author_id=actor.user_id,
            author_name=actor.name,
        )
    )
    session.flush()


def _read(record: KnowledgeRecord) -> RecordRead:
    return RecordRead(
        record.id,
        record.kind,
        record.title,
        record.content,
        record.is_told,
        record.version,
        record.changed_at,
        record.changed_by_name,
        record.deleted_at is not None,
    )


def _taken(title: str) -> RecordTitleTaken:
    return RecordTitleTaken(f"There is a record called {title} already; choose another title.")


def _note(session: Session, actor: Actor, action: str, record: KnowledgeRecord) -> None:
    detail = {"title": record.title, "version": record.version}
    audit.record(session, actor, action, str(record.id), detail)
    publish_on_commit(session, topics.knowledge(actor.workspace_id))
