"""Long imports are shared among workers, one batch at a time, so that runs need not wait."""

from uuid import UUID

from pmflow_core.db.transaction import transaction
from pmflow_core.embedding.base import Embedder
from pmflow_core.intake.processing import process_batch
from pmflow_core.jobs import Job, enqueue
from pmflow_core.runs import repository as runs

MOST_HELPERS = 7


def ask_for_help(workspace_id: UUID) -> None:
    """Have each other living worker take a batch of the workspace's signals."""
    with transaction(workspace_id) as session:
        others = runs.workers_alive(session) - 1
    for helper in range(min(others, MOST_HELPERS)):
        _offer(workspace_id, helper, turn=0)


def help_out(workspace_id: UUID, embedder: Embedder, helper: int, turn: int) -> None:
    """Process one batch and ask to be called again, behind whatever else waits for a worker."""
    if process_batch(workspace_id, embedder):
        _offer(workspace_id, helper, turn + 1)


def _offer(workspace_id: UUID, helper: int, turn: int) -> None:
    key = str(workspace_id)
    # A job that is being done keeps its id, so the next turn has another.
    job_id = f"signals-{key}-{helper}-{turn % 2}"
    enqueue(Job.SHARE_SIGNALS, key, str(helper), str(turn), job_id=job_id)
