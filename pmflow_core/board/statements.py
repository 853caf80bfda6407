"""Statements that join what lower features own, for showing only."""

from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.db.arrays import among
from pmflow_core.db.base import TenantRow
from pmflow_core.documents.models import Citation, Document, DocumentVersion
from pmflow_core.projects.models import Project, ProjectStatus, Stage
from pmflow_core.runs.models import Approval, StageRun
from pmflow_core.runs.status import OPEN, RunStatus
from pmflow_core.signals.models import UNRATED, Severity, Signal, SignalProject
from pmflow_core.themes.models import Theme, ThemeStatus


def signal_counts(session: Session, project_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return how many live signals each project has as evidence."""
    statement = (
        select(col(SignalProject.project_id), func.count())
        .join(Signal, col(Signal.id) == col(SignalProject.signal_id))
        .where(among(col(SignalProject.project_id), project_ids), col(Signal.deleted_at).is_(None))
        .group_by(col(SignalProject.project_id))
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def document_states(session: Session, project_ids: Sequence[UUID]) -> dict[UUID, dict[str, bool]]:
    """Return each project's documents: the type, and whether somebody approved what is newest."""
    approved = exists().where(
        col(Approval.project_id) == col(Document.project_id),
        col(Approval.approved),
        col(Approval.versions)[col(Document.type)].astext == col(DocumentVersion.sha256),
    )
    statement = (
        select(col(Document.project_id), col(Document.type), approved)
        .join(
            DocumentVersion,
            (col(DocumentVersion.document_id) == col(Document.id))
            & (col(DocumentVersion.number) == col(Document.latest)),
        )
        .where(among(col(Document.project_id), project_ids))
    )
    found: dict[UUID, dict[str, bool]] = {}
    for project_id, kind, is_approved in session.execute(statement):
        found.setdefault(project_id, {})[kind] = is_approved
    return found


def newest_runs_by_stage(
    session: Session, each: int
) -> dict[str, list[tuple[UUID, int, RunStatus]]]:
    """Return (id, number, status) of every stage's newest runs, the newest first; no trials."""
    place = func.row_number().over(
        partition_by=col(StageRun.stage), order_by=col(StageRun.number).desc()
    )
    ranked = (
        select(
            col(StageRun.stage),
            col(StageRun.id),
            col(StageRun.number),
            col(StageRun.status),
            place.label("place"),
        )
        .where(col(StageRun.trial).is_(False))
        .subquery()
    )
    statement = select(ranked).where(ranked.c.place <= each).order_by(ranked.c.number.desc())
    found: dict[str, list[tuple[UUID, int, RunStatus]]] = {}
    for stage, run_id, number, status, _ in session.execute(statement):
        found.setdefault(stage, []).append((run_id, number, status))
    return found


def approved_hashes(session: Session, project_id: UUID, kind: str) -> set[str]:
    """Return the SHA-256 of every version of a document that somebody approved."""
    statement = select(col(Approval.versions)[kind].astext).where(
        col(Approval.project_id) == project_id, col(Approval.approved)
    )
    return {digest for digest in session.scalars(statement) if digest}


def newest_of_templates(
    session: Session, document_ids: Collection[UUID]
) -> dict[UUID, list[tuple[str, int]]]:
    """Return by document each template that its versions follow, with the newest one's number.

    The newest comes first.
    """
    newest = func.max(col(DocumentVersion.number))
    statement = (
        select(col(DocumentVersion.document_id), col(DocumentVersion.template), newest)
        .where(col(DocumentVersion.document_id).in_(document_ids))
        .group_by(col(DocumentVersion.document_id), col(DocumentVersion.template))
        .order_by(newest.desc())
    )
    found: dict[UUID, list[tuple[str, int]]] = {}
    for document_id, template, number in session.execute(statement):
        found.setdefault(document_id, []).append((template, number))
    return found


def stages_of_runs(session: Session, run_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the name of the stage that each run was of; a stage that is gone by its slug."""
    statement = (
        select(col(StageRun.id), func.coalesce(col(Stage.name), col(StageRun.stage)))
        .outerjoin(Stage, col(Stage.slug) == col(StageRun.stage))
        .where(col(StageRun.id).in_(run_ids))
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def severity_mix(session: Session, project_id: UUID) -> dict[str, int]:
    """Return how many of the project's signals have each severity, the worst first.

    Those of which none is recorded come last, as UNRATED.
    """
    statement = (
        select(col(Signal.severity), func.count())
        .join(SignalProject, col(SignalProject.signal_id) == col(Signal.id))
        .where(col(SignalProject.project_id) == project_id, col(Signal.deleted_at).is_(None))
        .group_by(col(Signal.severity))
    )
    counts: Counter[Severity | None] = Counter()
    for severity, number in session.execute(statement):
        counts[severity] += number
    known = {level.value: counts[level] for level in Severity if level in counts}
    return known | ({UNRATED: counts[None]} if None in counts else {})


def evidence_rows(
    session: Session, project_id: UUID, *, limit: int
) -> list[tuple[int, str, str | None, int]]:
    """Return (number, verbatim, severity, times cited) of linked signals, the most cited first."""
    newest = (
        select(col(Citation.signal_id), func.count().label("times"))
        .join(DocumentVersion, col(DocumentVersion.id) == col(Citation.version_id))
        .join(
            Document,
            (col(Document.id) == col(DocumentVersion.document_id))
            & (col(Document.latest) == col(DocumentVersion.number)),
        )
        .where(col(Document.project_id) == project_id)
        .group_by(col(Citation.signal_id))
        .subquery()
    )
    times = func.coalesce(newest.c.times, 0)
    statement = (
        select(col(Signal.number), col(Signal.verbatim), col(Signal.severity), times)
        .join(SignalProject, col(SignalProject.signal_id) == col(Signal.id))
        .outerjoin(newest, newest.c.signal_id == col(Signal.id))
        .where(col(SignalProject.project_id) == project_id, col(Signal.deleted_at).is_(None))
        .order_by(times.desc(), col(Signal.number))
        .limit(limit)
    )
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(statement)]


def theme_label(session: Session, theme_id: UUID | None) -> str | None:
    """Return a theme's label, None without a theme."""
    return session.scalar(select(col(Theme.label)).where(col(Theme.id) == theme_id))


def projects_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Project]:
    """Return projects by id, deleted ones too: their runs are still listed."""
    found = session.scalars(select(Project).where(col(Project.id).in_(ids)))
    return {project.id: project for project in found}


def shown_signals(session: Session, ids: Collection[UUID]) -> dict[UUID, Signal]:
    """Return signals by id, for the chips of a document."""
    found = session.scalars(select(Signal).where(col(Signal.id).in_(ids)))
    return {signal.id: signal for signal in found}


def project_count(session: Session) -> int:
    """Return how many active projects the workspace has."""
    return _count(
        session,
        Project,
        col(Project.deleted_at).is_(None),
        col(Project.status) == ProjectStatus.ACTIVE,
    )


def theme_count(session: Session) -> int:
    """Return how many active themes the workspace has."""
    return _count(session, Theme, col(Theme.status) == ThemeStatus.ACTIVE)


def open_run_count(session: Session) -> int:
    """Return how many runs are not finished."""
    return _count(session, StageRun, col(StageRun.status).in_(OPEN))


def _count(session: Session, table: type[TenantRow], *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*where)) or 0
