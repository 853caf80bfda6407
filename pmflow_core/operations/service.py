"""Reading the installation and helping its runs; each verb asks whether its actor is an operator.

Operators belong to no workspace by it: what they see are ids, counts and times.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.models import User
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.jobs import is_offered
from pmflow_core.logs import get_logger
from pmflow_core.operations import repository
from pmflow_core.operations.schemas import OperationsRead
from pmflow_core.runs import repository as runs
from pmflow_core.runs import rescue
from pmflow_core.runs.status import RunStatus

log = get_logger(__name__)
RUNS_SHOWN = 100


def require_operator(session: Session, user_id: UUID) -> None:
    """Raise PermissionDenied unless the user runs the installation at this moment."""
    statement = select(col(User.is_operator)).where(col(User.id) == user_id)
    if not session.scalar(statement):
        raise PermissionDenied("This is for operators of the installation.")


def read_operations(session: Session, user_id: UUID) -> OperationsRead:
    """Return everything of the installation that rows tell; raises PermissionDenied."""
    require_operator(session, user_id)
    return OperationsRead(
        database=repository.read_database(session),
        processes=repository.list_processes(session),
        work=repository.list_work(session),
        runs=repository.list_open_runs(session, RUNS_SHOWN),
        reembeddings=repository.list_reembeddings(session),
    )


def find_workspace_of_run(session: Session, user_id: UUID, run_id: UUID) -> UUID:
    """Return the workspace that a run belongs to.

    Raises:
        PermissionDenied: the user is not an operator.
        NotFound: there is no such run.
    """
    require_operator(session, user_id)
    workspace_id = runs.workspace_of(session, run_id)
    if workspace_id is None:
        raise NotFound("There is no such run.")
    return workspace_id


def rescue_run(session: Session, user_id: UUID, run_id: UUID) -> str:
    """Look after one run as the reconciler does, now, and return what came of it in words.

    The session is inside the run's workspace. A healthy run is left alone: one whose lease holds
    goes on, and only a queued run whose job is lost, or a run whose lease ran out, is offered anew.

    Raises:
        PermissionDenied: the user is not an operator.
        NotFound: there is no such run.
    """
    require_operator(session, user_id)
    offer = rescue.offer_of(session, run_id)
    lost = None if offer is None or is_offered(offer) else offer
    before = runs.get_run(session, run_id)
    status, dispatch = before.status, before.dispatch
    rescue.rescue(session, run_id, lost)
    after = runs.get_run(session, run_id)
    log.info("operations.run_rescued", run_id=str(run_id), by=str(user_id), was=status.value)
    if after.status is RunStatus.FAILED:
        return f"Run {after.number} lost its worker too often and is quarantined."
    if after.dispatch != dispatch:
        return f"Run {after.number} was offered to the workers again."
    if after.status is RunStatus.QUEUED:
        return f"Run {after.number} is in the queue; a worker takes it in its turn."
    if after.status is RunStatus.RUNNING:
        return f"Run {after.number} is healthy: {after.worker} holds it."
    return f"Run {after.number} waits for a person or for money, not for a worker."
