"""What RQ calls: an id in, a row to the core, nothing else. Each is safe to run twice."""

from datetime import timedelta
from uuid import UUID

from rq import get_current_job

from pmflow_core.db.patient import AWAY
from pmflow_core.integrations import sending
from pmflow_core.integrations.posting import Poster
from pmflow_core.integrations.sending import Sender
from pmflow_core.outbox import delivery
from pmflow_core.runs.effects import tell_failure
from pmflow_core.runs.engine import Engine, Pace
from pmflow_core.runs.extensions import installed
from pmflow_core.settings import Settings, get_settings
from worker.notes import NOTES


def pace(settings: Settings) -> Pace:
    """Return the settings' leases and limits."""
    return Pace(
        lease=timedelta(seconds=settings.lease_s),
        heartbeat=timedelta(seconds=settings.heartbeat_s),
        runs_per_workspace=settings.runs_per_workspace,
    )


def execute_run(run_id: str) -> None:
    """Carry a queued run to its end; a second call finds nothing to claim."""
    engine = Engine(installed(), pace(get_settings()), time_left=NOTES.time_left)
    try:
        engine.execute(UUID(run_id), _worker())
    except AWAY:
        NOTES.leave_run()
        raise


def deliver_effects(workspace_id: str) -> None:
    """Carry out the effects outside the database that are due in a workspace."""
    delivery.deliver(UUID(workspace_id), installed().effects, tell_failure, _goes_on)


def send_webhooks(workspace_id: str) -> None:
    """Send the messages to other programs that are due in a workspace."""
    settings = get_settings()
    sender = Sender(Poster(settings.webhook_private_targets), settings.secrets())
    sending.send_due(UUID(workspace_id), sender, _goes_on)


def _goes_on() -> bool:
    return not NOTES.asked_to_stop()


def _worker() -> str:
    job = get_current_job()
    return (job.worker_name if job else None) or "worker"
