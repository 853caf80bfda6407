"""Statements over proposals: writing what a re-clustering found, and reading what to review."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.documents.models import Citation, Document, DocumentVersion
from pmflow_core.errors import NotFound
from pmflow_core.projects.models import Project
from pmflow_core.themes.draft import ProposalDraft
from pmflow_core.themes.models import ProposalStatus, ThemeProposal
from pmflow_core.themes.schemas import CitingDocument
from pmflow_core.themes.stored import StoredPlan

WAITS, SUPERSEDED = ProposalStatus.PROPOSED, ProposalStatus.SUPERSEDED


def propose(
    session: Session,
    actor: Actor,
    standing: Sequence[ThemeProposal],
    found: Sequence[ProposalDraft],
    clustering_id: UUID,
) -> None:
    """Write what a clustering found to be reviewed in place of what the one before did.

    What people refused or took back is not proposed again. What is the same, signal by signal,
    stays; what else waited is superseded.
    """
    refused = {row.key for row in standing if row.status is not WAITS}
    waiting = {row.key: row for row in standing if row.status is WAITS}
    wanted = {draft.key: draft for draft in found if draft.key not in refused}
    for key, row in waiting.items():
        if key in wanted and _same(StoredPlan.model_validate(row.plan), wanted[key].plan):
            del wanted[key]
        else:
            row.status = SUPERSEDED
    session.flush()  # before the new ones: a key waits only once
    for draft in wanted.values():
        session.add(_row(session, actor, draft, clustering_id))
    session.flush()


def _same(one: StoredPlan, other: StoredPlan) -> bool:
    """Return whether the same signals go the same ways; a new theme has another id each time."""
    return _ways(one) == _ways(other) and one.ends == other.ends


def _ways(plan: StoredPlan) -> set[tuple[UUID, UUID | None, UUID | None]]:
    made = plan.made.id if plan.made else None
    return {(move.signal, move.origin, None if move.to == made else move.to) for move in plan.moves}


def _row(
    session: Session, actor: Actor, draft: ProposalDraft, clustering_id: UUID
) -> ThemeProposal:
    return ThemeProposal(
        workspace_id=actor.workspace_id,
        kind=draft.kind,
        key=draft.key,
        theme_ids=list(draft.themes),
        plan=draft.plan.model_dump(mode="json"),
        signals=len(draft.plan.moves),
        documents=len(citing_documents(session, list(draft.plan.signals))),
        clustering_id=clustering_id,
    )


def citing_documents(session: Session, signal_ids: Sequence[UUID]) -> list[CitingDocument]:
    """Return the documents of live projects whose newest version cites any of the signals."""
    statement = (
        select(col(Project.key), col(Project.name), col(Document.type))
        .join(Document, col(Document.project_id) == col(Project.id))
        .join(
            DocumentVersion,
            (col(DocumentVersion.document_id) == col(Document.id))
            & (col(DocumentVersion.number) == col(Document.latest)),
        )
        .join(Citation, col(Citation.version_id) == col(DocumentVersion.id))
        .where(
            col(Citation.signal_id) == func.any(list(signal_ids)),
            col(Project.deleted_at).is_(None),
        )
        .distinct()
        .order_by(col(Project.key), col(Document.type))
    )
    return [CitingDocument(*row) for row in session.execute(statement)]


def list_rows(
    session: Session, status: ProposalStatus, theme_id: UUID | None = None, limit: int = 200
) -> list[ThemeProposal]:
    """Return proposals of a status, those that move most first, of all themes or about one."""
    statement = (
        select(ThemeProposal)
        .where(*_about(status, theme_id))
        .order_by(col(ThemeProposal.signals).desc(), col(ThemeProposal.id).desc())
        .limit(limit)
    )
    return list(session.scalars(statement))


def count_rows(session: Session, status: ProposalStatus, theme_id: UUID | None = None) -> int:
    """Return how many proposals of a status there are, of all themes or about one."""
    statement = select(func.count()).select_from(ThemeProposal).where(*_about(status, theme_id))
    return session.scalar(statement) or 0


def _about(status: ProposalStatus, theme_id: UUID | None) -> list[ColumnElement[bool]]:
    found = [col(ThemeProposal.status) == status]
    if theme_id is not None:
        found.append(literal(theme_id) == func.any(col(ThemeProposal.theme_ids)))
    return found


def get_row(session: Session, proposal_id: UUID, *, lock: bool = False) -> ThemeProposal:
    """Return a proposal, locked until the transaction ends when asked; raises NotFound."""
    statement = select(ThemeProposal).where(col(ThemeProposal.id) == proposal_id)
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(
            populate_existing=True
        )
    found = session.scalar(statement)
    if found is None:
        raise NotFound("There is no such proposal.")
    return found


def decide(session: Session, proposal_id: UUID, **values: Any) -> None:
    """Write what became of a proposal."""
    session.execute(
        update(ThemeProposal)
        .where(col(ThemeProposal.id) == proposal_id)
        .values(**values)
        .execution_options(synchronize_session="fetch")
    )
