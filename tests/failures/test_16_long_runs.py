"""A run that works for long, and whose worker lives, is nobody else's: only silence is judged."""

import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import func, update
from sqlmodel import col

from pmflow_core import jobs, onboarding
from pmflow_core.accounts.models import User
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.events import bus
from pmflow_core.runs import repository, rescue
from pmflow_core.runs.engine import Engine, Pace
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.kinds import RunContext, Tools
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.status import RunStatus
from tests.core.runs import lifecycle
from tests.core.runs.staging import Desk

LEASE = timedelta(seconds=1)
PACE = Pace(lease=LEASE, heartbeat=timedelta(seconds=0.25))
LEASES = 4


@pytest.fixture
def workspace_id(database: Database, extensions: Extensions) -> Iterator[UUID]:
    """A workspace whose rows are committed: a heartbeat has a connection of its own."""
    del extensions
    jobs.configure(None)
    bus.configure(None)
    configure(database)
    workspace_id = uuid4()
    with transaction(workspace_id) as session:
        user = User(email=f"{workspace_id.hex}@example.com", name="Product lead")
        session.add(user)
        session.flush()
        onboarding.create_workspace(
            session,
            workspace_id,
            name="Long runs",
            slug=f"long-{workspace_id.hex[:10]}",
            admin_user_id=user.id,
        )
    yield workspace_id
    with transaction(workspace_id) as session:
        session.execute(update(StageRun).values(status=RunStatus.CANCELLED))


def sweep(desk: Desk, run: StageRun) -> None:
    with transaction(desk.actor.workspace_id) as session:
        rescue.rescue(session, run.id)


def test_a_step_of_many_leases_keeps_its_worker_through_every_sweep(
    desk: Desk, extensions: Extensions
) -> None:
    """Failure 16: A rescue sweep killed healthy long runs."""
    sweeps = 0

    def work_long(_context: RunContext, tools: Tools) -> None:
        nonlocal sweeps
        until = time.monotonic() + LEASES * LEASE.total_seconds()
        while time.monotonic() < until:
            tools.check()
            sweep(desk, run)
            sweeps += 1
            time.sleep(0.1)

    notebook = lifecycle.add_steps(extensions)
    notebook.before = work_long
    lifecycle.publish(desk.actor.workspace_id, extensions, lifecycle.step("long"))
    run = lifecycle.start(desk)

    Engine(extensions, PACE).execute(run.id, "w1")

    ended = lifecycle.row(desk, run)
    assert sweeps > LEASES
    assert (ended.status, ended.fence, ended.crashes) == (RunStatus.COMPLETED, 1, 0)
    assert ended.dispatch == 1
    assert notebook.worked == ["long"]


def test_a_run_of_a_day_whose_lease_is_renewed_is_left_alone(
    desk: Desk, extensions: Extensions
) -> None:
    """Failure 16: A rescue sweep killed healthy long runs."""
    lifecycle.add_steps(extensions)
    lifecycle.publish(desk.actor.workspace_id, extensions, lifecycle.step("long"))
    run = lifecycle.start(desk)
    with transaction(desk.actor.workspace_id) as session:
        taken = repository.claim(session, run.id, worker="w1", lease=LEASE, at_once=4)
        assert taken is not None
        a_day_ago = func.now() - timedelta(days=1)
        begun = {"queued_at": a_day_ago, "dispatched_at": a_day_ago, "started_at": a_day_ago}
        session.execute(update(StageRun).where(col(StageRun.id) == run.id).values(**begun))
        repository.renew(session, repository.Holder(run.id, taken.fence), timedelta(seconds=45))

    sweep(desk, run)

    found = lifecycle.row(desk, run)
    assert (found.status, found.worker, found.crashes) == (RunStatus.RUNNING, "w1", 0)
