"""Waiting for workers to be through, as a command does."""

import time
from collections.abc import Callable
from uuid import UUID

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import Unavailable
from pmflow_core.intake import rebuilding
from pmflow_core.intake.imports import import_progress
from pmflow_core.intake.schemas import ImportProgress
from pmflow_core.runs import repository as runs
from pmflow_core.signals.models import ImportStatus

POLL_S = 0.3
THEMES_PATIENCE_S = 600.0


class NoWorker(Unavailable):
    """No worker has said that it is alive in the last minute."""

    code = "no_worker"


def require_worker(workspace_id: UUID) -> None:
    """Raise NoWorker unless a worker was alive in the last minute."""
    with transaction(workspace_id) as session:
        if not runs.workers_alive(session):
            raise NoWorker("No worker is alive; start one with `pmflow worker` or `pmflow up`.")


def wait_for_processing(
    actor: Actor, import_id: UUID, on_progress: Callable[[ImportProgress], None]
) -> ImportProgress:
    """Return once every signal of the import was processed and its themes are formed.

    Raises:
        NotFound: there is no such import.
        NoWorker: no worker is alive, at the beginning or any more.
    """
    patience: float | None = None
    while True:
        with transaction(actor.workspace_id) as session:
            progress = import_progress(session, actor, import_id)
        on_progress(progress)
        if progress.status is ImportStatus.COMPLETED:
            patience = patience or time.monotonic() + THEMES_PATIENCE_S
            formed = not rebuilding.is_due(actor.workspace_id, drained=True)
            if formed or time.monotonic() > patience:
                return progress
        require_worker(actor.workspace_id)
        time.sleep(POLL_S)
