"""Statements over documents, versions and citations."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.documents.models import Citation, Document, DocumentDraft, DocumentVersion
from pmflow_core.errors import NotFound
from pmflow_core.ids import uuid7


def lock_document(session: Session, workspace_id: UUID, project_id: UUID, kind: str) -> Document:
    """Return the project's document of that type, made when absent, locked till commit."""
    session.execute(
        insert(Document)
        .values(id=uuid7(), workspace_id=workspace_id, project_id=project_id, type=kind)
        .on_conflict_do_nothing()
    )
    statement = (
        select(Document)
        .where(col(Document.project_id) == project_id, col(Document.type) == kind)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).one()


def count_version(session: Session, document: Document) -> int:
    """Take the next version number of a locked document."""
    statement = (
        update(Document)
        .where(col(Document.id) == document.id)
        .values(latest=col(Document.latest) + 1)
        .returning(col(Document.latest))
    )
    return session.execute(statement).scalar_one()


def find_draft(
    session: Session, project_id: UUID, kind: str, user_id: UUID
) -> DocumentDraft | None:
    """Return what a person has begun to write into a document, or None."""
    statement = select(DocumentDraft).where(
        col(DocumentDraft.project_id) == project_id,
        col(DocumentDraft.type) == kind,
        col(DocumentDraft.user_id) == user_id,
    )
    return session.scalar(statement.execution_options(populate_existing=True))


def keep_draft(session: Session, draft: DocumentDraft) -> None:
    """Store a person's draft in the place of their last one."""
    values = draft.model_dump()
    changed = {name: values[name] for name in ("base", "content", "saved_at")}
    statement = insert(DocumentDraft).values(**values)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "project_id", "type", "user_id"], set_=changed
        )
    )


def drop_draft(session: Session, project_id: UUID, kind: str, user_id: UUID) -> None:
    """Forget a person's draft, if there is one."""
    session.execute(
        delete(DocumentDraft)
        .where(
            col(DocumentDraft.project_id) == project_id,
            col(DocumentDraft.type) == kind,
            col(DocumentDraft.user_id) == user_id,
        )
        .execution_options(synchronize_session=False)
    )


def find_step_version(session: Session, run_id: UUID, step_key: str) -> DocumentVersion | None:
    """Return the version a run's step has already written, if it has."""
    statement = select(DocumentVersion).where(
        col(DocumentVersion.run_id) == run_id, col(DocumentVersion.step_key) == step_key
    )
    return session.scalar(statement)


def latest_versions(session: Session, project_id: UUID) -> list[tuple[Document, DocumentVersion]]:
    """Return the project's documents with their newest versions, oldest document first."""
    statement = (
        select(Document, DocumentVersion)
        .join(DocumentVersion, col(DocumentVersion.document_id) == col(Document.id))
        .where(
            col(Document.project_id) == project_id,
            col(DocumentVersion.number) == col(Document.latest),
        )
        .order_by(col(Document.id))
    )
    return [(document, version) for document, version in session.execute(statement)]


def versions(session: Session, document_id: UUID) -> list[DocumentVersion]:
    """Return all versions of a document, newest first."""
    statement = (
        select(DocumentVersion)
        .where(col(DocumentVersion.document_id) == document_id)
        .order_by(col(DocumentVersion.number).desc())
    )
    return list(session.scalars(statement))


def get_version(
    session: Session, project_id: UUID, kind: str, number: int | None = None
) -> tuple[Document, DocumentVersion]:
    """Return one version (the newest without a number); raises NotFound."""
    wanted = col(Document.latest) if number is None else number
    statement = (
        select(Document, DocumentVersion)
        .join(DocumentVersion, col(DocumentVersion.document_id) == col(Document.id))
        .where(
            col(Document.project_id) == project_id,
            col(Document.type) == kind,
            col(DocumentVersion.number) == wanted,
        )
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound(f"This project has no {kind.replace('_', ' ')} yet.")
    return row[0], row[1]


def types_of_versions(session: Session, version_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """Return the type of the document that each version belongs to, by version id."""
    statement = (
        select(col(DocumentVersion.id), col(Document.type))
        .join(Document, col(Document.id) == col(DocumentVersion.document_id))
        .where(col(DocumentVersion.id).in_(version_ids))
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def citations_of(session: Session, version_id: UUID) -> list[Citation]:
    """Return a version's citations in reading order."""
    statement = (
        select(Citation)
        .where(col(Citation.version_id) == version_id)
        .order_by(col(Citation.start), col(Citation.id))
    )
    return list(session.scalars(statement))


def cited_in(
    session: Session, signal_ids: Collection[UUID]
) -> list[tuple[Document, DocumentVersion]]:
    """Return the newest versions that cite any of the signals."""
    statement = (
        select(Document, DocumentVersion)
        .join(DocumentVersion, col(DocumentVersion.document_id) == col(Document.id))
        .where(
            col(DocumentVersion.number) == col(Document.latest),
            col(DocumentVersion.id).in_(
                select(col(Citation.version_id)).where(
                    col(Citation.signal_id) == func.any(list(signal_ids))
                )
            ),
        )
        .order_by(col(Document.id))
    )
    return [(document, version) for document, version in session.execute(statement)]
