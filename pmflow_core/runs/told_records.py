"""Which records of the team's knowledge a run is told, and which runs were told a record."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.ids import uuid7
from pmflow_core.knowledge import record_rows
from pmflow_core.projects.models import Project
from pmflow_core.runs.kinds import RecordFacts
from pmflow_core.runs.models import RunKnowledge, StageRun
from pmflow_core.runs.status import RunStatus


@dataclass(frozen=True, slots=True)
class Use:
    """A run that was told a version of a record."""

    run_id: UUID
    run_number: int
    status: RunStatus
    stage: str
    project_key: str
    project_name: str
    version: int
    at: datetime


def tell(session: Session, run: StageRun) -> tuple[RecordFacts, ...]:
    """Return what the team knows, and note that the run was told it; again is a no-op."""
    records = record_rows.list_told(session)
    if records:
        session.execute(
            insert(RunKnowledge)
            .values(
                [
                    {
                        "id": uuid7(),
                        "created_at": utcnow(),
                        "workspace_id": run.workspace_id,
                        "run_id": run.id,
                        "record_id": record.id,
                        "version": record.version,
                    }
                    for record in records
                ]
            )
            .on_conflict_do_nothing()
        )
    return tuple(RecordFacts(each.kind.value, each.title, each.content) for each in records)


def list_uses(session: Session, actor: Actor, record_id: UUID, *, limit: int = 20) -> list[Use]:
    """Return the newest runs that were told a record, the newest first; raises NotFound."""
    actor.require(Role.VIEWER)
    record_rows.get_record(session, record_id, deleted=True)
    statement = (
        select(RunKnowledge, StageRun, Project)
        .join(StageRun, col(StageRun.id) == col(RunKnowledge.run_id))
        .join(Project, col(Project.id) == col(StageRun.project_id))
        .where(col(RunKnowledge.record_id) == record_id)
        .order_by(col(RunKnowledge.created_at).desc(), col(RunKnowledge.id).desc())
        .limit(limit)
    )
    return [
        Use(
            run.id,
            run.number,
            run.status,
            run.stage,
            project.key,
            project.name,
            use.version,
            use.created_at,
        )
        for use, run, project in session.execute(statement)
    ]


def count_uses(session: Session, actor: Actor) -> dict[UUID, int]:
    """Return how many runs were told each record."""
    actor.require(Role.VIEWER)
    runs = func.count(col(RunKnowledge.run_id).distinct())
    statement = select(col(RunKnowledge.record_id), runs).group_by(col(RunKnowledge.record_id))
    found = session.execute(statement)
    return {record_id: int(count) for record_id, count in found}
