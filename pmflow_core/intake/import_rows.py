"""Statements of files that are being taken in: their bytes, how far each is, who reads it."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.signals.models import Import, ImportChunk, ImportStatus, Original

MAX_ATTEMPTS = 5
"""How often reading may break off at one place before the import is given up."""


def add_chunk(session: Session, made: Import, number: int, content: bytes) -> None:
    """Keep a part of the file."""
    chunk = ImportChunk(
        workspace_id=made.workspace_id, import_id=made.id, number=number, content=content
    )
    session.add(chunk)
    session.flush()
    session.expunge(chunk)


def chunks(session: Session, import_id: UUID) -> Iterator[bytes]:
    """Yield the file's parts in order, one at a time."""
    of = col(ImportChunk.import_id) == import_id
    for number in range(session.scalar(select(func.count(col(ImportChunk.id))).where(of)) or 0):
        found = select(col(ImportChunk.content)).where(of, col(ImportChunk.number) == number)
        yield session.scalars(found).one()


def forget_chunks(session: Session, import_id: UUID) -> None:
    """Delete the file's parts."""
    session.execute(
        delete(ImportChunk)
        .where(col(ImportChunk.import_id) == import_id)
        .execution_options(synchronize_session=False)
    )


def claim(session: Session, import_id: UUID, seconds: float) -> Import | None:
    """Take an unfinished import that nobody reads; None when somebody does, or it has ended."""
    statement = (
        update(Import)
        .where(
            col(Import.id) == import_id,
            col(Import.status) == ImportStatus.RUNNING,
            func.coalesce(col(Import.claimed_until), func.to_timestamp(0)) < func.now(),
        )
        .values(claimed_until=in_seconds(seconds), attempts=col(Import.attempts) + 1)
        .returning(Import)
        .execution_options(synchronize_session=False)
    )
    return session.scalars(statement).one_or_none()


def lock(session: Session, import_id: UUID, *, at: int | None = None) -> Import | None:
    """Return the import, locked, if it is unfinished, and at position `at` where given."""
    statement = (
        select(Import)
        .where(col(Import.id) == import_id, col(Import.status) == ImportStatus.RUNNING)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if at is not None:
        statement = statement.where(col(Import.position) == at)
    return session.scalar(statement)


def unread(session: Session) -> list[tuple[UUID, UUID]]:
    """Return (workspace, import) of the unfinished imports of all workspaces that nobody reads."""
    found = session.execute(text("select * from pmflow_imports_to_read()"))
    return [(row[0], row[1]) for row in found]


def keep_original(session: Session, workspace_id: UUID, name: str, kind: str, content: str) -> UUID:
    """Return the id of the original with that text, kept once however often it comes."""
    digest = sha256(content.encode()).hexdigest()
    row = Original(workspace_id=workspace_id, name=name, format=kind, text=content, sha256=digest)
    session.execute(
        insert(Original)
        .values(**row.model_dump())
        .on_conflict_do_nothing(index_elements=["workspace_id", "sha256"])
    )
    return session.scalars(select(col(Original.id)).where(col(Original.sha256) == digest)).one()


def in_seconds(seconds: float) -> Any:
    """Return that moment by the database's clock."""
    return func.now() + func.make_interval(0, 0, 0, 0, 0, 0, seconds)
