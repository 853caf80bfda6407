"""The alarm about a run that waits for workers that do not exist.

Its age is that of the run in the queue; nothing that the alarm itself writes makes it younger.
"""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.activity import service as activity
from pmflow_core.activity.models import Activity
from pmflow_core.clock import utcnow
from pmflow_core.logs import get_logger
from pmflow_core.runs import repository
from pmflow_core.runs.models import RunLogLine, StageRun
from pmflow_core.runs.service import announce
from pmflow_core.runs.status import LogLevel, RunStatus

log = get_logger(__name__)
KIND = "alarm"


USUAL = timedelta(minutes=5)


def look(session: Session, run: StageRun, patience: timedelta = USUAL) -> None:
    """Raise the alarm about a locked run, once, if it waits for longer with no worker alive."""
    waited = utcnow() - run.queued_at
    if run.status is not RunStatus.QUEUED or waited <= patience:
        return
    if repository.workers_alive(session) or _is_raised(session, run):
        return
    minutes = int(waited.total_seconds() // 60)
    text = f"Run {run.number} is queued for {minutes} min and no worker is alive"
    activity.record(session, Actor.system(run.workspace_id), run.project_id, KIND, text)
    line = RunLogLine(
        workspace_id=run.workspace_id, run_id=run.id, seq=0, level=LogLevel.ERROR, text=text
    )
    repository.append_unfenced_log(session, run, line)
    log.error("queue.alarm", run_id=str(run.id), queued_min=minutes)
    announce(session, run)


def _is_raised(session: Session, run: StageRun) -> bool:
    statement = (
        select(func.count())
        .select_from(Activity)
        .where(
            col(Activity.project_id) == run.project_id,
            col(Activity.kind) == KIND,
            col(Activity.created_at) >= run.queued_at,
        )
    )
    return bool(session.scalar(statement))
