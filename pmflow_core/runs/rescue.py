"""Gives runs whose worker is gone to another one, and ends those that kill their workers."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from pmflow_core.calls import ledger
from pmflow_core.clock import utcnow
from pmflow_core.errors import NotFound
from pmflow_core.projects import repository as projects
from pmflow_core.runs import alarms, question_rows, repository, step_costs
from pmflow_core.runs.failing import conclude_failure
from pmflow_core.runs.models import RunLogLine, StageRun
from pmflow_core.runs.progress import run_author
from pmflow_core.runs.service import announce, dispatch, job_id, resume, tell_ended
from pmflow_core.runs.status import (
    OPEN,
    FailureClass,
    LogLevel,
    RunStatus,
    StepStatus,
    WaitingFor,
)

MAX_CRASHES = 3
# What the queue says of a job is believed; seldom a run is offered again all the same, for a second
# job of a run costs nothing and a run that nobody takes costs its owner a day.
REDISPATCH_S = 300.0
# Between the commit of a request and its enqueue the job is not known yet.
ENQUEUE_S = 2.0
# A worker that was cut off renews its lease within this time of the database's return.
SETTLE_S = 2.0
_UP_SINCE = func.pg_postmaster_start_time()
_ELECTION = 0x706D6601


def elect(session: Session) -> bool:
    """Return whether this process reconciles now; only one does, until its transaction ends."""
    statement = text("select pg_try_advisory_xact_lock(:key)")
    return bool(session.scalar(statement, {"key": _ELECTION}))


def release(
    session: Session, run_id: UUID, worker: str, *, crashed: bool = True, job: str | None = None
) -> None:
    """Take a run from a worker whose process has left it, without waiting for the lease.

    One that did not crash, but was stopped or lost the database, has its try not counted. One
    whose process left with `job` before the claim has lost it all the same.
    """
    run = _lock(session, run_id)
    claimed = run.status is RunStatus.RUNNING and run.worker == worker
    if not claimed and not (run.status is RunStatus.QUEUED and job_id(run) == job):
        return
    if crashed:
        _take_back(session, run, f"worker {worker} died")
    else:
        _hand_on(session, run, f"worker {worker} stopped or lost the database")


def offer_of(session: Session, run_id: UUID) -> str | None:
    """Return the job that offers a queued run, once it must be known to the queue."""
    run = repository.get_run(session, run_id)
    offered = run.status is RunStatus.QUEUED and _waited_s(run) > ENQUEUE_S
    return job_id(run) if offered else None


def rescue(
    session: Session, run_id: UUID, lost: str | None = None, patience: timedelta = alarms.USUAL
) -> None:
    """Offer a run again that is queued without a job or whose lease ran out; else do nothing.

    `lost` is a job that the queue was asked for and does not know; after `patience` in the queue
    without a worker alive an alarm is raised.
    """
    run = _lock(session, run_id)
    now, up_since = session.execute(select(func.now(), _UP_SINCE)).one()
    if run.status is RunStatus.RUNNING and run.lease_until and run.lease_until < now:
        known_s = (now - up_since).total_seconds()
        if (run.lease_until - up_since).total_seconds() > SETTLE_S:
            _take_back(session, run, f"no sign of life from {run.worker}")
        elif known_s > SETTLE_S:
            _hand_on(session, run, "its lease ran out while the database was away")
    elif run.status is RunStatus.QUEUED:
        if _waited_s(run) > REDISPATCH_S or lost == job_id(run):
            _offer(session, run)
        alarms.look(session, run, patience)


def wake(session: Session, run_id: UUID) -> None:
    """Queue a run that waits for money again; one whose project was deleted ends."""
    run = _lock(session, run_id)
    if run.status is RunStatus.WAITING and run.waiting_for is WaitingFor.BUDGET:
        resume(session, run)


def _lock(session: Session, run_id: UUID) -> StageRun:
    """Return the run, locked after its project; one whose project was deleted has ended now."""
    run = repository.get_run(session, run_id)
    try:
        projects.get_project(session, run.project_id, lock=True)
    except NotFound:
        run = repository.get_run(session, run_id, lock=True)
        _abandon(session, run)
        return run
    return repository.get_run(session, run_id, lock=True)


def _abandon(session: Session, run: StageRun) -> None:
    if run.status not in OPEN:
        return
    _log(session, run, LogLevel.WARN, "cancelled because its project was deleted")
    run.status = RunStatus.CANCELLED
    run.cancelled_by = "pmflow"
    question_rows.close_unanswered(session, run.id, "pmflow")
    run.finished_at = utcnow()
    run.lease_until = None
    ledger.close_abandoned(session, run.id, run.fence + 1)
    session.flush()
    announce(session, run)


def _waited_s(run: StageRun) -> float:
    return (utcnow() - (run.dispatched_at or run.queued_at)).total_seconds()


def _offer(session: Session, run: StageRun) -> None:
    run.dispatch += 1
    run.dispatched_at = utcnow()
    session.flush()
    dispatch(session, run)


def _take_back(session: Session, run: StageRun, why: str) -> None:
    run.crashes += 1
    if run.crashes >= MAX_CRASHES:
        _quarantine(session, run, why)
        return
    line = f"{why}; the run goes on at the first unfinished step (crash {run.crashes})"
    _queue_again(session, run, LogLevel.WARN, line)


def _hand_on(session: Session, run: StageRun, why: str) -> None:
    """Queue a run that is as well as ever."""
    for step in repository.steps_of(session, run.id):
        if step.status is StepStatus.RUNNING:
            step.status = StepStatus.PENDING
            step.live_text = ""
    _queue_again(session, run, LogLevel.INFO, f"handed over: {why}; no crash is counted")


def _queue_again(session: Session, run: StageRun, level: LogLevel, line: str) -> None:
    _log(session, run, level, line)
    run.status = RunStatus.QUEUED
    run.queued_at = utcnow()
    run.lease_until = None
    run.worker = None
    _offer(session, run)


def _quarantine(session: Session, run: StageRun, why: str) -> None:
    steps = repository.steps_of(session, run.id)
    step = next((row for row in steps if row.step_key == run.current_step), None)
    message = f"It lost its worker {run.crashes} times in a row ({why}), so it is not tried again."
    _log(session, run, LogLevel.ERROR, message)
    run.status = RunStatus.FAILED
    run.failure_class = FailureClass.QUARANTINED
    run.failure_message = message
    run.finished_at = utcnow()
    run.lease_until = None
    # No later claim will do it.
    ledger.close_abandoned(session, run.id, run.fence + 1)
    step_costs.count(session, run.id)
    # A check after the last step may be what kills its workers.
    if step is not None and step.status is not StepStatus.COMPLETED:
        step.status = StepStatus.FAILED
        step.finished_at = run.finished_at
    conclude_failure(session, run_author(run), run, step.title if step else None, message)
    tell_ended(session, run)
    announce(session, run)


def _log(session: Session, run: StageRun, level: LogLevel, text: str) -> None:
    line = RunLogLine(
        workspace_id=run.workspace_id,
        run_id=run.id,
        seq=0,
        level=level,
        step_key=run.current_step,
        text=text,
    )
    repository.append_unfenced_log(session, run, line)
