"""Statements over stage runs: who has one, what it has done, and what may write to it.

Leases are compared with the database's clock, so hosts need not agree on the time. Every write of
an executing worker carries its fence; zero rows mean that somebody else has the run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from pmflow_core.db.arrays import among
from pmflow_core.errors import NotFound
from pmflow_core.ids import uuid7
from pmflow_core.runs.models import (
    Approval,
    RunLogLine,
    RunStep,
    StageRun,
    WorkerHeartbeat,
)
from pmflow_core.runs.status import OPEN, RunStatus, StepStatus, WaitingFor

ALIVE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Holder:
    """A worker's claim on a run: its writes count only while the fence is the row's."""

    run_id: UUID
    fence: int

    def holds(self) -> ColumnElement[bool]:
        """Return the condition that this holder still has the run."""
        return (
            (col(StageRun.id) == self.run_id)
            & (col(StageRun.fence) == self.fence)
            & (col(StageRun.status) == RunStatus.RUNNING)
        )


def add_queued(session: Session, run: StageRun) -> bool:
    """Insert a queued run; False when the project has an open one, or for a trial an open trial.

    Partial unique indexes decide, so of twenty identical calls exactly one inserts.
    """
    values = run.model_dump()
    statement = (
        insert(StageRun).values(**values).on_conflict_do_nothing().returning(col(StageRun.id))
    )
    return session.execute(statement).one_or_none() is not None


def get_run(session: Session, run_id: UUID, *, lock: bool = False) -> StageRun:
    """Return a run of the session's workspace; raises NotFound."""
    statement = select(StageRun).where(col(StageRun.id) == run_id)
    if lock:
        statement = statement.with_for_update(key_share=True)
    run = session.scalar(statement.execution_options(populate_existing=True))
    if run is None:
        raise NotFound("There is no such run.")
    return run


def workspace_of(session: Session, run_id: UUID) -> UUID | None:
    """Return the workspace of a run from outside any workspace, or None."""
    return session.scalar(text("select pmflow_workspace_of_run(:id)"), {"id": run_id})


def unfinished(session: Session) -> list[tuple[UUID, UUID]]:
    """Return (workspace id, run id) of queued runs and of those whose lease ran out."""
    rows = session.execute(text("select workspace_id, id from pmflow_unfinished_runs()"))
    return [(row[0], row[1]) for row in rows]


def to_wake(session: Session) -> list[tuple[UUID, UUID]]:
    """Return (workspace id, run id) of waiting runs whose money is there, or project is gone."""
    rows = session.execute(text("select workspace_id, id from pmflow_runs_to_wake()"))
    return [(row[0], row[1]) for row in rows]


def claim(
    session: Session, run_id: UUID, *, worker: str, lease: timedelta, at_once: int
) -> StageRun | None:
    """Make a queued run `worker`'s for `lease`; None if it is not to be had now.

    One conditional UPDATE, so of two workers that race exactly one gets the row. `at_once` bounds
    how many runs of the workspace run together; the advisory lock makes that count exact.
    """
    session.execute(
        text("select pg_advisory_xact_lock(hashtextextended('claim:' || :ws, 0))"),
        {"ws": str(session.info.get("workspace_id"))},
    )
    other = aliased(StageRun)
    running = (
        select(func.count())
        .select_from(other)
        .where(col(other.status) == RunStatus.RUNNING)
        .scalar_subquery()
    )
    statement = (
        update(StageRun)
        .where(
            col(StageRun.id) == run_id,
            col(StageRun.status) == RunStatus.QUEUED,
            running < at_once,
        )
        .values(
            status=RunStatus.RUNNING,
            worker=worker,
            lease_until=func.now() + lease,
            fence=col(StageRun.fence) + 1,
            started_at=func.coalesce(col(StageRun.started_at), func.now()),
        )
        .returning(StageRun)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return session.scalar(statement)


def renew(session: Session, holder: Holder, lease: timedelta) -> StageRun | None:
    """Extend the holder's lease from now; None when it has lost the run."""
    statement = (
        update(StageRun)
        .where(holder.holds())
        .values(lease_until=func.now() + lease)
        .returning(StageRun)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return session.scalar(statement)


def is_held(session: Session, holder: Holder) -> bool:
    """Return whether the holder still has the run."""
    statement = select(col(StageRun.id)).where(holder.holds())
    return session.scalar(statement) is not None


def begin_step(session: Session, holder: Holder, step: RunStep) -> bool:
    """Mark the run at `step` and count the try; False when the holder lost the run.

    Crashes are counted per step: arriving at another one starts the count anew.
    """
    arrived = (
        update(StageRun)
        .where(holder.holds())
        .values(
            current_step=step.step_key,
            crashes=case((col(StageRun.current_step) == step.step_key, StageRun.crashes), else_=0),
        )
        .returning(col(StageRun.id))
        .execution_options(synchronize_session=False)
    )
    if session.execute(arrived).one_or_none() is None:
        return False
    session.execute(
        update(RunStep)
        .where(col(RunStep.id) == step.id)
        .values(
            status=StepStatus.RUNNING,
            attempts=col(RunStep.attempts) + 1,
            started_at=func.coalesce(col(RunStep.started_at), func.now()),
        )
        .execution_options(synchronize_session=False)
    )
    return True


def append_log(session: Session, holder: Holder, lines: Sequence[RunLogLine]) -> bool:
    """Number and insert log lines; False, and nothing written, when the holder lost the run."""
    statement = (
        update(StageRun)
        .where(holder.holds())
        .values(last_seq=col(StageRun.last_seq) + len(lines))
        .returning(col(StageRun.last_seq))
        .execution_options(synchronize_session=False)
    )
    last = session.execute(statement).scalar_one_or_none()
    if last is None:
        return False
    for seq, line in enumerate(lines, start=last - len(lines) + 1):
        line.seq = seq
    session.add_all(lines)
    session.flush()
    return True


def append_unfenced_log(session: Session, run: StageRun, line: RunLogLine) -> None:
    """Number and insert a line about a locked run, from outside its worker."""
    run.last_seq += 1
    line.seq = run.last_seq
    session.add(line)
    session.flush()


def steps_of(session: Session, run_id: UUID) -> list[RunStep]:
    """Return the run's steps in order."""
    statement = (
        select(RunStep)
        .where(col(RunStep.run_id) == run_id)
        .order_by(col(RunStep.position))
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(statement))


def log_lines(
    session: Session, run_id: UUID, *, after: int, limit: int, newest: bool
) -> list[RunLogLine]:
    """Return log lines above `after` in order: the first `limit`, or the newest."""
    statement = select(RunLogLine).where(
        col(RunLogLine.run_id) == run_id, col(RunLogLine.seq) > after
    )
    order = col(RunLogLine.seq).desc() if newest else col(RunLogLine.seq)
    lines = list(session.scalars(statement.order_by(order).limit(limit)))
    return sorted(lines, key=lambda line: line.seq)


def list_runs(session: Session, *, project_id: UUID | None, limit: int) -> list[StageRun]:
    """Return the newest runs of the workspace or of one project."""
    statement = select(StageRun).order_by(col(StageRun.number).desc()).limit(limit)
    if project_id is not None:
        statement = statement.where(col(StageRun.project_id) == project_id)
    return list(session.scalars(statement))


def latest_runs(session: Session, project_ids: Sequence[UUID]) -> dict[UUID, StageRun]:
    """Return each project's newest run, by project id; trials are none of theirs."""
    statement = (
        select(StageRun)
        .ext(distinct_on(col(StageRun.project_id)))
        .where(among(col(StageRun.project_id), project_ids), col(StageRun.trial).is_(False))
        .order_by(col(StageRun.project_id), col(StageRun.number).desc())
    )
    return {run.project_id: run for run in session.scalars(statement)}


def open_run(session: Session, project_id: UUID) -> StageRun | None:
    """Return the project's open run, or None; a trial does not count."""
    statement = select(StageRun).where(
        col(StageRun.project_id) == project_id,
        col(StageRun.status).in_(OPEN),
        col(StageRun.trial).is_(False),
    )
    return session.scalar(statement)


def open_ids(session: Session) -> list[UUID]:
    """Return the workspace's runs that have not ended."""
    statement = select(col(StageRun.id)).where(col(StageRun.status).in_(OPEN))
    return list(session.scalars(statement.order_by(col(StageRun.id))))


def waiting_runs(session: Session) -> list[StageRun]:
    """Return the workspace's runs that wait for money, locked; those that still lack it wait again.

    Skips what somebody else is waking just now.
    """
    statement = (
        select(StageRun)
        .where(
            col(StageRun.status) == RunStatus.WAITING,
            col(StageRun.waiting_for) == WaitingFor.BUDGET,
        )
        .order_by(col(StageRun.id))
        .with_for_update(skip_locked=True, key_share=True)
    )
    return list(session.scalars(statement))


def queue_times(session: Session) -> list[datetime]:
    """Return when each queued run of the workspace was queued."""
    statement = select(col(StageRun.queued_at)).where(col(StageRun.status) == RunStatus.QUEUED)
    return list(session.scalars(statement))


def costs(session: Session, project_ids: Sequence[UUID]) -> dict[UUID, float]:
    """Return what each project's runs have cost so far, in US dollars."""
    statement = (
        select(col(StageRun.project_id), func.sum(col(RunStep.cost_usd)))
        .join(RunStep, col(RunStep.run_id) == col(StageRun.id))
        .where(among(col(StageRun.project_id), project_ids))
        .group_by(col(StageRun.project_id))
    )
    return {row[0]: float(row[1]) for row in session.execute(statement)}


def step_progress(session: Session, run_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return (completed, all) steps of each run."""
    done = func.count().filter(col(RunStep.status) == StepStatus.COMPLETED)
    statement = (
        select(col(RunStep.run_id), done, func.count())
        .where(among(col(RunStep.run_id), run_ids))
        .group_by(col(RunStep.run_id))
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(statement)}


def latest_approval(session: Session, project_id: UUID, stage: str) -> Approval | None:
    """Return the newest verdict of a person on the project at that stage, or None."""
    statement = (
        select(Approval)
        .where(col(Approval.project_id) == project_id, col(Approval.stage) == stage)
        .order_by(col(Approval.id).desc())
        .limit(1)
    )
    return session.scalar(statement)


def beat(session: Session, heartbeat: WorkerHeartbeat) -> None:
    """Say that a process is alive, by the database's clock."""
    values = {"host": heartbeat.host, "pid": heartbeat.pid, "run_id": heartbeat.run_id}
    statement = (
        insert(WorkerHeartbeat)
        .values(
            id=uuid7(),
            created_at=func.now(),
            name=heartbeat.name,
            role=heartbeat.role,
            seen_at=func.now(),
            **values,
        )
        .on_conflict_do_update(
            index_elements=[col(WorkerHeartbeat.name)], set_={"seen_at": func.now(), **values}
        )
    )
    session.execute(statement)


def forget(session: Session, name: str) -> None:
    """Remove the heartbeat of a process that stops in order."""
    heartbeat = session.scalar(select(WorkerHeartbeat).where(col(WorkerHeartbeat.name) == name))
    if heartbeat is not None:
        session.delete(heartbeat)


def workers_alive(session: Session) -> int:
    """Return how many worker processes gave a sign of life within a minute."""
    statement = (
        select(func.count())
        .select_from(WorkerHeartbeat)
        .where(
            col(WorkerHeartbeat.role) == "worker",
            col(WorkerHeartbeat.seen_at) > func.now() - ALIVE,
        )
    )
    return session.scalar(statement) or 0
