"""Statements of the work on suggestions: which signals wait for it, and what they are held against.

Taking a signal writes nothing. Two workers at the same signal both think, and the row that leaves
the queue at the end lets one of them write.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from sqlalchemy import and_, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.documents.models import Document, DocumentVersion
from pmflow_core.projects.models import Project, ProjectStatus
from pmflow_core.signals.models import ASIDE, Signal, SignalProject, SignalToSuggest
from pmflow_core.signals.routing import Matrix
from pmflow_core.suggestions.models import Suggestion, SuggestionKind, SuggestionStatus
from pmflow_core.themes.corpus import as_matrix

BATCH = 500
READ_CHARS = 8_000
BRIEF_CHARS = 1_000
MEMBERS_READ = 200
"""Of a project's linked signals only the newest are compared with; they say what it is now."""
COMMON_READ = 2_000
DECISIONS_READ = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """A processed signal that was not looked at yet; `is_routable` when it may get a project."""

    id: UUID
    number: int
    text: str
    is_routable: bool


@dataclass(frozen=True, slots=True)
class ProjectText:
    """What a project says of itself: name, description, and the beginning of its brief."""

    id: UUID
    key: str
    name: str
    text: str


def waiting(session: Session, model: str) -> list[Waiting]:
    """Return up to 500 signals to look at, in the order of their numbers.

    Routable are those that say something, were embedded by `model` and are evidence of nothing yet.
    """
    is_linked = (
        select(col(SignalProject.id)).where(col(SignalProject.signal_id) == col(Signal.id)).exists()
    )
    routable = and_(
        col(Signal.themable),
        func.coalesce(col(Signal.embedding_model) == model, False),
        col(Signal.status).not_in(ASIDE),
        ~is_linked,
    )
    statement = (
        select(
            col(Signal.id),
            col(Signal.number),
            func.left(col(Signal.verbatim), READ_CHARS),
            routable,
        )
        .join(SignalToSuggest, col(SignalToSuggest.signal_id) == col(Signal.id))
        .where(
            col(Signal.deleted_at).is_(None),
            func.coalesce(col(SignalToSuggest.not_before), func.to_timestamp(0)) < func.now(),
        )
        .order_by(col(Signal.number))
        .limit(BATCH)
    )
    return [Waiting(*row) for row in session.execute(statement)]


def vectors(session: Session, ids: Sequence[UUID]) -> tuple[list[UUID], Matrix]:
    """Return the signals that have a vector, and a row for each."""
    statement = (
        select(col(Signal.id), func.vector_send(col(Signal.embedding)))
        .where(col(Signal.id) == func.any(list(ids)), col(Signal.embedding).is_not(None))
        .order_by(col(Signal.id))
    )
    rows = session.execute(statement).all()
    return [row[0] for row in rows], as_matrix([row[1] for row in rows])


def add(session: Session, rows: Sequence[tuple[UUID, UUID]]) -> None:
    """Have signals looked at, given as (workspace, signal); one that waits already waits once."""
    if rows:
        session.execute(
            insert(SignalToSuggest).on_conflict_do_nothing(
                index_elements=["workspace_id", "signal_id"]
            ),
            [{"workspace_id": workspace, "signal_id": signal} for workspace, signal in rows],
        )


def take(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    """Note that the signals were looked at; return those that nobody else had noted before."""
    statement = (
        delete(SignalToSuggest)
        .where(col(SignalToSuggest.signal_id) == func.any(_locked(session, ids)))
        .returning(col(SignalToSuggest.signal_id))
        .execution_options(synchronize_session=False)
    )
    return set(session.scalars(statement))


def put_off(session: Session, ids: Sequence[UUID], wait_s: float) -> None:
    """Leave the signals alone for `wait_s` seconds."""
    until = func.now() + func.make_interval(0, 0, 0, 0, 0, 0, wait_s)
    session.execute(
        update(SignalToSuggest)
        .where(col(SignalToSuggest.signal_id) == func.any(_locked(session, ids)))
        .values(not_before=until)
        .execution_options(synchronize_session=False)
    )


def _locked(session: Session, ids: Sequence[UUID]) -> list[UUID]:
    """Return which of the signals still wait, locked in one order so that nobody deadlocks."""
    statement = (
        select(col(SignalToSuggest.signal_id))
        .where(col(SignalToSuggest.signal_id) == func.any(list(ids)))
        .order_by(col(SignalToSuggest.signal_id))
        .with_for_update(key_share=True)
    )
    return list(session.scalars(statement))


def project_texts(session: Session) -> list[ProjectText]:
    """Return the active projects and what they say of themselves, oldest first.

    The brief is the newest PRD, or the research while there is no PRD.
    """
    rank = case((col(Document.type) == "prd", 0), else_=1)
    brief = (
        select(func.left(col(DocumentVersion.content), BRIEF_CHARS))
        .join(Document, col(Document.id) == col(DocumentVersion.document_id))
        .where(
            col(Document.project_id) == col(Project.id),
            col(Document.type).in_(("prd", "research")),
            col(DocumentVersion.number) == col(Document.latest),
        )
        .order_by(rank)
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(
            col(Project.id), col(Project.key), col(Project.name), col(Project.description), brief
        )
        .where(col(Project.deleted_at).is_(None), col(Project.status) == ProjectStatus.ACTIVE)
        .order_by(col(Project.number))
    )
    return [
        ProjectText(row[0], row[1], row[2], "\n".join(part for part in row[2:] if part))
        for row in session.execute(statement)
    ]


def linked_vectors(session: Session, model: str) -> tuple[list[UUID], Matrix]:
    """Return the projects and vectors of the newest 200 signals linked to each."""
    newest = (
        select(
            col(SignalProject.project_id).label("project_id"),
            col(SignalProject.signal_id).label("signal_id"),
            func.row_number()
            .over(
                partition_by=col(SignalProject.project_id),
                order_by=col(SignalProject.id).desc(),
            )
            .label("place"),
        )
        .join(Project, col(Project.id) == col(SignalProject.project_id))
        .where(col(Project.deleted_at).is_(None), col(Project.status) == ProjectStatus.ACTIVE)
        .subquery()
    )
    statement = (
        select(newest.c.project_id, func.vector_send(col(Signal.embedding)))
        .join(Signal, col(Signal.id) == newest.c.signal_id)
        .where(
            newest.c.place <= MEMBERS_READ,
            col(Signal.deleted_at).is_(None),
            col(Signal.embedding_model) == model,
        )
        .order_by(newest.c.project_id, col(Signal.id))
    )
    rows = session.execute(statement).all()
    return [row[0] for row in rows], as_matrix([row[1] for row in rows])


def common_vector(session: Session, model: str) -> tuple[Matrix, int]:
    """Return the mean vector of the newest 2,000 live signals, and how many there were."""
    newest = (
        select(col(Signal.embedding).label("embedding"))
        .where(col(Signal.deleted_at).is_(None), col(Signal.embedding_model) == model)
        .order_by(col(Signal.number).desc())
        .limit(COMMON_READ)
        .subquery()
    )
    mean = func.vector_send(func.avg(newest.c.embedding))
    found, count = session.execute(select(mean, func.count()).select_from(newest)).one()
    return (as_matrix([found])[0] if count else np.zeros(1, dtype=np.float32)), count


def decided_links(session: Session, model: str) -> list[tuple[float, bool]]:
    """Return (similarity, accepted as proposed) of the newest 500 decisions on suggested links."""
    accepted = and_(
        col(Suggestion.status) == SuggestionStatus.ACCEPTED,
        ~func.coalesce(col(Suggestion.result)["changed"].as_boolean(), False),
    )
    statement = (
        select(col(Suggestion.detail)["similarity"].as_float(), accepted)
        .where(
            col(Suggestion.kind) == SuggestionKind.LINK_SIGNAL,
            col(Suggestion.status).in_((SuggestionStatus.ACCEPTED, SuggestionStatus.DISMISSED)),
            col(Suggestion.detail)["model"].astext == model,
        )
        .order_by(col(Suggestion.decided_at).desc())
        .limit(DECISIONS_READ)
    )
    return [(float(row[0]), bool(row[1])) for row in session.execute(statement)]
