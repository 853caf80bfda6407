"""What is done every few seconds whatever the workers do."""

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from pmflow_core.accounts.models import User, UserSession
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.recipes.spec import RecipeSpec
from pmflow_core.runs import progress, repository
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.status import LogLevel, RunStatus
from tests.worker.conftest import Desk, House, slow_recipe
from worker.reconcile import forget_ended, reconcile

pytestmark = pytest.mark.processes


def lose(desk: Desk) -> UUID:
    """Request a run and claim it for a worker whose lease has run out."""
    run_id = desk.run()
    with transaction(desk.workspace_id) as session:
        past = timedelta(seconds=-1)
        run = repository.claim(session, run_id, worker="w1", lease=past, at_once=4)
        assert run is not None
        holder = repository.Holder(run_id, run.fence)
        progress.write_log(session, holder, run, None, [(LogLevel.INFO, "a line")])
    return run_id


def test_a_run_that_cannot_be_rescued_does_not_keep_the_others_from_it(
    make_desk: Callable[[RecipeSpec], Desk],
) -> None:
    bad, good = make_desk(slow_recipe(0)), make_desk(slow_recipe(0))
    stuck, lost = lose(bad), lose(good)
    with transaction(bad.workspace_id) as session:
        # Its next line would get a number that is taken.
        session.execute(update(StageRun).where(col(StageRun.id) == stuck).values(last_seq=0))

    until = time.monotonic() + 10
    # A server that has just started lets leases settle first.
    while good.read(lost).status is RunStatus.RUNNING and time.monotonic() < until:
        reconcile()
        time.sleep(0.2)

    assert bad.read(stuck).status is RunStatus.RUNNING
    assert good.read(lost).status is RunStatus.QUEUED


def test_ended_sessions_are_forgotten(house: House) -> None:
    del house
    user = uuid4()
    with transaction(None) as session:
        session.add(User(id=user, email=f"{user.hex}@example.com", name="Product lead"))
        session.flush()
        past = utcnow() - timedelta(seconds=1)
        session.add(
            UserSession(user_id=user, token_hash=user.hex, last_seen_at=past, expires_at=past)
        )

    forget_ended()

    with transaction(None) as session:
        left = select(UserSession).where(col(UserSession.user_id) == user)
        assert session.scalars(left).all() == []
