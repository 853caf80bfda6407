"""Gives runs whose worker is gone to another one, and ends those that kill their workers."""

from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from pmflow_core.calls import ledger
from pmflow_core.clock import utcnow
from pmflow_core.errors import NotFound
from pmflow_core.jobs import is_offered
from pmflow_core.projects import repository as projects
from pmflow_core.projects import service as project_service
from pmflow_core.projects.service import Cause
from pmflow_core.runs import explain, repository
from pmflow_core.runs.models import RunLogLine, StageRun
from pmflow_core.runs.progress import run_author
from pmflow_core.runs.service import announce, dispatch, job_id, owner_name
from pmflow_core.runs.status import OPEN, FailureClass, LogLevel, RunStatus, StepStatus

MAX_CRASHES = 3
# A job may be popped by a worker that dies before it claims, and is then known but in no queue.
REDISPATCH_S = 30.0
# Between the commit of a request and its enqueue the job is not known yet.
ENQUEUE_S = 2.0
_ELECTION = 0x706D6601


def elect(session: Session) -> bool:
    """Return whether this process reconciles now; only one does, until its transaction ends."""
    statement = text("select pg_try_advisory_xact_lock(:key)")
    return bool(session.scalar(statement, {"key": _ELECTION}))


def release(session: Session, run_id: UUID, worker: str) -> None:
    """Take a run from a worker whose process died, without waiting for the lease."""
    run = _lock(session, run_id)
    if run.status is RunStatus.RUNNING and run.worker == worker:
        _take_back(session, run, f"worker {worker} died")


def rescue(session: Session, run_id: UUID) -> None:
    """Offer a run again that is queued without a job or whose lease ran out; else do nothing."""
    run = _lock(session, run_id)
    now = session.scalars(select(func.now())).one()
    if run.status is RunStatus.RUNNING and run.lease_until and run.lease_until < now:
        _take_back(session, run, f"no sign of life from {run.worker}")
    elif run.status is RunStatus.QUEUED and _is_stale(run):
        _offer(session, run)


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
    run.finished_at = utcnow()
    run.lease_until = None
    ledger.close_abandoned(session, run.id, run.fence + 1)
    session.flush()
    announce(session, run)


def _is_stale(run: StageRun) -> bool:
    waited_s = (utcnow() - (run.dispatched_at or run.queued_at)).total_seconds()
    return waited_s > REDISPATCH_S or (waited_s > ENQUEUE_S and not is_offered(job_id(run)))


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
    _log(session, run, LogLevel.WARN, line)
    run.status = RunStatus.QUEUED
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
    if step is not None:
        step.status = StepStatus.FAILED
        step.finished_at = run.finished_at
    project = projects.get_project(session, run.project_id)
    stage = projects.stage_name(session, run.stage)
    explanation = explain.run_failed(
        stage, step.title if step else None, message, owner_name(session, project)
    )
    cause = Cause(run.id, run.recipe_version_id, automatic=True)
    project_service.decide(session, run_author(run), project, run.stage, explanation, cause)
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
