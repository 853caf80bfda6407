"""Who hears of a change to signals: the people who watch, and the workers."""

from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.jobs import Job, enqueue_on_commit


def announce(session: Session, workspace_id: UUID) -> None:
    """Nudge whoever watches the workspace's signals, after the commit."""
    publish_on_commit(session, topics.signals(workspace_id))


def wake_worker(session: Session, workspace_id: UUID) -> None:
    """Offer the workspace's unprocessed signals to a worker, after the commit."""
    key = str(workspace_id)
    enqueue_on_commit(session, Job.PROCESS_SIGNALS, key, job_id=f"signals-{key}")
