"""What a replayed run sees: the documents as they were when the run that it repeats began."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.documents import repository as documents
from pmflow_core.documents.models import Document, DocumentVersion
from pmflow_core.runs.models import StageRun


def documents_of(session: Session, run: StageRun) -> list[tuple[Document, DocumentVersion]]:
    """Return the documents a run works with: the newest versions, unless it is a replay."""
    began = _repeated_began(session, run) if run.replay else None
    if began is None:
        return documents.latest_versions(session, run.project_id)
    statement = (
        select(Document, DocumentVersion)
        .join(DocumentVersion, col(DocumentVersion.document_id) == col(Document.id))
        .where(
            col(Document.project_id) == run.project_id,
            or_(col(DocumentVersion.created_at) < began, col(DocumentVersion.run_id) == run.id),
        )
        .ext(distinct_on(col(Document.id)))
        .order_by(col(Document.id), col(DocumentVersion.number).desc())
    )
    return [(document, version) for document, version in session.execute(statement)]


def _repeated_began(session: Session, run: StageRun) -> datetime | None:
    """Return when the newest run of the same project and stage that was no replay began."""
    statement = (
        select(col(StageRun.started_at))
        .where(
            col(StageRun.project_id) == run.project_id,
            col(StageRun.stage) == run.stage,
            col(StageRun.number) < run.number,
            col(StageRun.replay).is_(False),
            col(StageRun.trial).is_(False),
            col(StageRun.started_at).is_not(None),
        )
        .order_by(col(StageRun.number).desc())
        .limit(1)
    )
    return session.scalar(statement)
