"""Offers again what rows say is unfinished; run by the scheduler and by every worker's parent."""

import os
import socket
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from pmflow_core.accounts import reset_rows, resets
from pmflow_core.accounts import service as accounts
from pmflow_core.accounts.actor import Actor
from pmflow_core.activity import snooze_rows, snoozes
from pmflow_core.calls.embedding import model_name
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound
from pmflow_core.intake import event_rows, import_rows, reembedding
from pmflow_core.jobs import Job, enqueue, is_offered
from pmflow_core.logs import get_logger
from pmflow_core.mail import repository as mail_rows
from pmflow_core.mail import service as mail
from pmflow_core.outgoing import repository as messages
from pmflow_core.runs import question_rows, questions, repository, rescue
from pmflow_core.runs.models import WorkerHeartbeat
from pmflow_core.runs.status import RunStatus
from pmflow_core.settings import get_settings

log = get_logger(__name__)


def reconcile() -> None:
    """Look once at unfinished runs and unprocessed signals; a database that is away is logged."""
    try:
        with transaction(None) as session:
            if not rescue.elect(session):
                return
            for workspace_id, run_id in repository.unfinished(session):
                _rescue(workspace_id, run_id)
            for workspace_id, run_id in repository.to_wake(session):
                _wake(workspace_id, run_id)
            for workspace_id, question_id in question_rows.overdue(session):
                _expire(workspace_id, question_id)
            _process("select * from pmflow_unprocessed_workspaces()", session)
            _take_in(session)
            _deliver(session)
            _write_to_people(session)
    except SQLAlchemyError as error:
        log.warning("reconcile.failed", error=str(error).splitlines()[0])


def sweep_themes() -> None:
    """Have themes formed where signals came in and no forming followed, as after a crash.

    The job itself decides whether enough has changed.
    """
    try:
        with transaction(None) as session:
            _process("select * from pmflow_workspaces_to_theme()", session)
    except SQLAlchemyError as error:
        log.warning("sweep.failed", error=str(error).splitlines()[0])


def sweep_models() -> None:
    """Have signals embedded anew where most are by another model than the settings name."""
    model = model_name(get_settings())
    try:
        with transaction(None) as session:
            statement = text("select * from pmflow_workspaces_to_reembed(:model)")
            found = [row[0] for row in session.execute(statement, {"model": model})]
        for workspace_id in found:
            with transaction(workspace_id) as session:
                reembedding.request(session, Actor.system(workspace_id), model)
    except SQLAlchemyError as error:
        log.warning("sweep.failed", error=str(error).splitlines()[0])


def forget_old_events() -> None:
    """Delete deliveries that were kept for 30 days."""
    try:
        with transaction(None) as session:
            workspaces = event_rows.with_old(session)
        for workspace_id in workspaces:
            with transaction(workspace_id) as session:
                event_rows.forget_old(session)
    except SQLAlchemyError as error:
        log.warning("forgetting.failed", error=str(error).splitlines()[0])


def forget_old_messages() -> None:
    """Delete messages to other programs that were kept for 30 days."""
    try:
        with transaction(None) as session:
            workspaces = messages.with_old(session)
        for workspace_id in workspaces:
            with transaction(workspace_id) as session:
                messages.forget_old(session)
    except SQLAlchemyError as error:
        log.warning("forgetting.failed", error=str(error).splitlines()[0])


def tell_snoozed() -> None:
    """Have open tabs show what comes back now; the rows alone say that it is back."""
    try:
        with transaction(None) as session:
            workspaces = snooze_rows.with_due(session)
        for workspace_id in workspaces:
            with transaction(workspace_id) as session:
                snoozes.tell_due(session)
    except SQLAlchemyError as error:
        log.warning("snoozes.untold", error=str(error).splitlines()[0])


def forget_ended() -> None:
    """Delete sessions, failed sign-ins and mails that are past any use."""
    try:
        with transaction(None) as session:
            accounts.forget_ended(session)
            mail.forget_old(session)
    except SQLAlchemyError as error:
        log.warning("forgetting.failed", error=str(error).splitlines()[0])


def is_held(run_id: UUID, worker: str) -> bool:
    """Return whether the worker has the run; True also when nobody can tell."""
    try:
        with transaction(None) as session:
            workspace_id = repository.workspace_of(session, run_id)
        if workspace_id is None:
            return False
        with transaction(workspace_id) as session:
            run = repository.get_run(session, run_id)
    except (SQLAlchemyError, NotFound):
        return True
    return run.status is RunStatus.RUNNING and run.worker == worker


def release(run_id: UUID, worker: str, job_id: str, *, crashed: bool = True) -> bool:
    """Take a run from a work-horse that has left it; False while the database is away."""
    try:
        with transaction(None) as session:
            workspace_id = repository.workspace_of(session, run_id)
        if workspace_id is not None:
            with transaction(workspace_id) as session:
                rescue.release(session, run_id, worker, crashed=crashed, job=job_id)
    except SQLAlchemyError as error:
        log.warning("release.failed", run_id=str(run_id), error=str(error).splitlines()[0])
        return False
    return True


def beat(name: str, role: str) -> None:
    """Say that this process is alive; a database that is away is logged."""
    heartbeat = WorkerHeartbeat(
        name=name, role=role, host=socket.gethostname(), pid=os.getpid(), seen_at=utcnow()
    )
    try:
        with transaction(None) as session:
            repository.beat(session, heartbeat)
    except SQLAlchemyError as error:
        log.warning("heartbeat.missed", error=str(error).splitlines()[0])


def forget(name: str) -> None:
    """Remove this process from those alive, when it stops in order."""
    try:
        with transaction(None) as session:
            repository.forget(session, name)
    except SQLAlchemyError as error:
        log.warning("heartbeat.kept", error=str(error).splitlines()[0])


def _process(workspaces: str, session: Session) -> None:
    for row in session.execute(text(workspaces)):
        enqueue(Job.PROCESS_SIGNALS, str(row[0]), job_id=f"signals-{row[0]}")


def _take_in(session: Session) -> None:
    for workspace_id, import_id in import_rows.unread(session):
        arguments = (str(workspace_id), str(import_id))
        enqueue(Job.READ_IMPORT, *arguments, job_id=f"import-{import_id}")
    for workspace_id in event_rows.with_due(session):
        enqueue(Job.PROCESS_EVENTS, str(workspace_id), job_id=f"events-{workspace_id}")


def _expire(workspace_id: UUID, question_id: UUID) -> None:
    try:
        with transaction(workspace_id) as session:
            questions.expire(session, question_id)
    except OperationalError:
        raise
    except Exception:
        log.exception("expiry.failed", question_id=str(question_id))


def _wake(workspace_id: UUID, run_id: UUID) -> None:
    try:
        with transaction(workspace_id) as session:
            rescue.wake(session, run_id)
    except OperationalError:
        raise
    except Exception:
        log.exception("waking.failed", run_id=str(run_id))


def _deliver(session: Session) -> None:
    for row in session.execute(text("select * from pmflow_workspaces_with_due_effects()")):
        enqueue(Job.DELIVER_EFFECTS, str(row[0]), job_id=f"effects-{row[0]}")
    for workspace_id in messages.with_due(session):
        enqueue(Job.SEND_WEBHOOKS, str(workspace_id), job_id=f"webhooks-{workspace_id}")


def _write_to_people(session: Session) -> None:
    if reset_rows.is_any_asked(session):
        enqueue(Job.ISSUE_RESETS, job_id=resets.JOB_ID)
    if mail_rows.is_any_due(session):
        enqueue(Job.DELIVER_MAIL, job_id=mail.JOB_ID)


def _alarm_after() -> timedelta:
    return timedelta(seconds=get_settings().queue_alarm_s)


def _rescue(workspace_id: UUID, run_id: UUID) -> None:
    try:
        with transaction(workspace_id) as session:
            offer = rescue.offer_of(session, run_id)
        # The queue is asked while nothing is locked: its server may be away for seconds.
        lost = None if offer is None or is_offered(offer) else offer
        with transaction(workspace_id) as session:
            rescue.rescue(session, run_id, lost, _alarm_after())
    except OperationalError:
        raise
    except Exception:
        # One run that cannot be helped must not keep help from all others.
        log.exception("rescue.failed", run_id=str(run_id))
