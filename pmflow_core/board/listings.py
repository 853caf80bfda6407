"""Lists of runs and of log lines as programs page through them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import statements
from pmflow_core.board.reads import run_row
from pmflow_core.board.schemas import LogRead, RunRow
from pmflow_core.projects import repository as projects
from pmflow_core.runs import repository as runs
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.status import RunStatus


@dataclass(frozen=True, slots=True)
class RunQuery:
    """Which runs are asked for: the newest below a number."""

    status: RunStatus | None = None
    below: int | None = None
    limit: int = 50


def list_runs(session: Session, actor: Actor, query: RunQuery) -> tuple[RunRow, ...]:
    """Return the workspace's runs that are asked for, the newest first."""
    actor.require(Role.VIEWER)
    statement = select(StageRun).order_by(col(StageRun.number).desc()).limit(query.limit)
    if query.status is not None:
        statement = statement.where(col(StageRun.status) == query.status)
    if query.below is not None:
        statement = statement.where(col(StageRun.number) < query.below)
    found = session.scalars(statement).all()
    of = statements.projects_by_id(session, {run.project_id for run in found})
    stages = {stage.id: stage for stage in projects.list_stages(session)}
    return tuple(run_row(run, of[run.project_id], stages) for run in found)


def list_lines(
    session: Session, actor: Actor, run_id: UUID, *, after: int, limit: int
) -> tuple[LogRead, ...]:
    """Return the first log lines of a run above `after`; raises NotFound."""
    actor.require(Role.VIEWER)
    run = runs.get_run(session, run_id)
    lines = runs.log_lines(session, run.id, after=after, limit=limit, newest=False)
    return tuple(
        LogRead(line.seq, line.created_at, line.level.value, line.step_key, line.text)
        for line in lines
    )
