"""Statements of the stream of runs; their number does not grow with the runs."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, defer
from sqlmodel import col

from pmflow_core.projects.models import Project
from pmflow_core.runs.models import RunLogLine, RunStep, StageRun
from pmflow_core.runs.status import OPEN

NEW_RUNS_AT_ONCE = 50


def newest_number(session: Session) -> int:
    """Return the number of the workspace's newest run, 0 without one."""
    return session.scalar(select(func.max(col(StageRun.number)))) or 0


def open_runs(session: Session) -> list[StageRun]:
    """Return the workspace's unfinished runs in order."""
    statement = select(StageRun).where(col(StageRun.status).in_(OPEN))
    return list(session.scalars(statement.order_by(col(StageRun.number))))


def runs_since(session: Session, base: int, known: Collection[int]) -> tuple[list[StageRun], bool]:
    """Return the known runs and those above `base`, in order; True when there are more of them."""
    fresh = (
        select(StageRun)
        .where(col(StageRun.number) > base)
        .order_by(col(StageRun.number))
        .limit(NEW_RUNS_AT_ONCE)
    )
    above = list(session.scalars(fresh))
    going = select(StageRun).where(col(StageRun.number).in_(known))
    below = list(session.scalars(going.order_by(col(StageRun.number)))) if known else []
    return below + above, len(above) == NEW_RUNS_AT_ONCE


def lines_after(
    session: Session, seen: Mapping[UUID, int], *, limit: int
) -> dict[UUID, list[RunLogLine]]:
    """Return the first lines above what was seen of each run, by run, `limit` in all."""
    if not seen:
        return {}
    above = [
        and_(col(RunLogLine.run_id) == run_id, col(RunLogLine.seq) > seq)
        for run_id, seq in seen.items()
    ]
    statement = (
        select(RunLogLine)
        .where(or_(*above))
        .order_by(col(RunLogLine.run_id), col(RunLogLine.seq))
        .limit(limit)
    )
    found: dict[UUID, list[RunLogLine]] = {}
    for line in session.scalars(statement):
        found.setdefault(line.run_id, []).append(line)
    return found


def steps_of(session: Session, run_ids: Collection[UUID]) -> dict[UUID, list[RunStep]]:
    """Return each run's steps in order."""
    if not run_ids:
        return {}
    statement = (
        select(RunStep)
        .where(col(RunStep.run_id).in_(run_ids))
        .options(defer(col(RunStep.output)), defer(col(RunStep.criteria)))  # pyright: ignore[reportArgumentType] SQLModel types it otherwise
    )
    found: dict[UUID, list[RunStep]] = {}
    for step in session.scalars(statement.order_by(col(RunStep.position))):
        found.setdefault(step.run_id, []).append(step)
    return found


def project_keys(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the keys of projects, deleted ones too."""
    statement = select(col(Project.id), col(Project.key)).where(col(Project.id).in_(ids))
    return {row[0]: row[1] for row in session.execute(statement)} if ids else {}
