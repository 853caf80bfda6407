"""Statements over records of knowledge; the session narrows each to its workspace."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.errors import NotFound
from pmflow_core.knowledge.models import KnowledgeRecord, KnowledgeVersion, RecordKind

_ORDER = case(
    {kind: place for place, kind in enumerate(RecordKind)}, value=col(KnowledgeRecord.kind)
)


def list_records(session: Session, *, deleted: bool = False) -> list[KnowledgeRecord]:
    """Return the records by kind and title; the bin's instead when asked for."""
    gone = col(KnowledgeRecord.deleted_at)
    statement = (
        select(KnowledgeRecord)
        .where(gone.is_not(None) if deleted else gone.is_(None))
        .order_by(_ORDER, func.lower(col(KnowledgeRecord.title)), col(KnowledgeRecord.id))
    )
    return list(session.scalars(statement))


def list_told(session: Session) -> list[KnowledgeRecord]:
    """Return the records that steps are told, in the order in which they are."""
    return [record for record in list_records(session) if record.is_told]


def get_record(session: Session, record_id: UUID, *, deleted: bool = False) -> KnowledgeRecord:
    """Return a record; raises NotFound."""
    statement = select(KnowledgeRecord).where(col(KnowledgeRecord.id) == record_id)
    return _found(session.scalar(statement), deleted=deleted)


def lock_record(session: Session, record_id: UUID, *, deleted: bool = False) -> KnowledgeRecord:
    """Return a record, locked; raises NotFound."""
    statement = (
        select(KnowledgeRecord)
        .where(col(KnowledgeRecord.id) == record_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return _found(session.scalar(statement), deleted=deleted)


def list_versions(session: Session, record_id: UUID) -> Sequence[KnowledgeVersion]:
    """Return how a record was, the newest version first."""
    statement = (
        select(KnowledgeVersion)
        .where(col(KnowledgeVersion.record_id) == record_id)
        .order_by(col(KnowledgeVersion.number).desc())
    )
    return session.scalars(statement).all()


def get_version(session: Session, record_id: UUID, number: int) -> KnowledgeVersion:
    """Return a version of a record; raises NotFound."""
    statement = select(KnowledgeVersion).where(
        col(KnowledgeVersion.record_id) == record_id, col(KnowledgeVersion.number) == number
    )
    found = session.scalar(statement)
    if found is None:
        raise NotFound("That record has no such version.")
    return found


def _found(record: KnowledgeRecord | None, *, deleted: bool) -> KnowledgeRecord:
    if record is None or (record.deleted_at is not None and not deleted):
        raise NotFound("There is no such record of knowledge in this workspace.")
    return record
