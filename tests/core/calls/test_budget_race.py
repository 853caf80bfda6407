"""Two hundred calls at once on a real database: no budget is exceeded by a millionth."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from pmflow_core import jobs, onboarding
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import User
from pmflow_core.board import service as board
from pmflow_core.calls import budgets, costs
from pmflow_core.calls.budgets import BudgetExceeded, Payer
from pmflow_core.calls.gateway import Gateway
from pmflow_core.calls.models import Scope
from pmflow_core.calls.patience import Caps
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.events import bus
from pmflow_core.providers.base import Completion, Usage
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.models import StageRun
from tests.core.calls.callers import ANSWER, REQUEST, caller_of, scripted

CALLS = 200
AT_ONCE = 24
CAP = Decimal("0.731357")
MICRO = Decimal("0.000001")


@pytest.fixture
def workspace_id(database: Engine, extensions: Extensions) -> Iterator[UUID]:
    """A committed workspace; its id is never used again."""
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
            name="Money",
            slug=f"money-{workspace_id.hex[:8]}",
            admin_user_id=user.id,
        )
    yield workspace_id
    with database.begin() as connection:
        connection.execute(
            text("update stage_runs set status = 'cancelled' where workspace_id = :ws"),
            {"ws": workspace_id},
        )


@pytest.fixture
def run(workspace_id: UUID) -> StageRun:
    """A committed run whose budget is a cap with odd millionths."""
    editor = Actor(workspace_id, Role.EDITOR, None, "Product lead")
    with transaction(workspace_id) as session:
        project = board.create_project(session, editor, "Bring search back")
        run = board.start_run(session, editor, project.id)
        budgets.set_cap(session, Actor.system(workspace_id), Scope.RUN, run.id, CAP)
        return run


class Auditor:
    """Looks at the budgets again and again while others spend."""

    def __init__(self, run: StageRun) -> None:
        self._run = run
        self._done = threading.Event()
        self.looked = 0
        self.most = Decimal(0)

    def look(self) -> None:
        """Note the most that is spent and reserved until told to stop."""
        run = self._run
        payer = Payer(run.workspace_id, run.project_id, run.id)
        while not self._done.is_set():
            with transaction(run.workspace_id) as session:
                found = budgets.list_budgets(session, Actor.system(run.workspace_id), payer)[-1]
            taken = Decimal(str(found.spent_usd)) + Decimal(str(found.reserved_usd))
            self.most = max(self.most, taken.quantize(MICRO))
            self.looked += 1

    def stop(self) -> None:
        """Look no more."""
        self._done.set()


def test_two_hundred_calls_at_once_never_exceed_a_budget_by_a_micro_dollar(run: StageRun) -> None:
    chance = random.Random(7)  # noqa: S311 the same prices each time
    prices = [Decimal(chance.randint(1_000, 20_000)) * MICRO for _ in range(CALLS)]

    def one(number: int) -> Decimal:
        bound = prices[number]
        cost = (bound * Decimal(str(chance.random()))).quantize(MICRO)
        answer: Completion = replace(ANSWER, usage=Usage(10, 10, cost))
        caller = replace(caller_of(run), step_key=f"step_{number % 9}")
        provider = scripted(answer, bound=bound)
        gateway = Gateway([provider], caller, lambda _: None, caps=Caps(calls=CALLS))
        try:
            gateway.generate(replace(REQUEST, instructions=str(number)), lambda _: None)
        except BudgetExceeded:
            assert provider.requests == []
            return Decimal(0)
        return cost

    auditor = Auditor(run)
    watcher = threading.Thread(target=auditor.look)
    watcher.start()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        paid = list(pool.map(one, range(CALLS)))
    auditor.stop()
    watcher.join()

    payer = Payer(run.workspace_id, run.project_id, run.id)
    with transaction(run.workspace_id) as session:
        found = budgets.list_budgets(session, Actor.system(run.workspace_id), payer)
        summed = costs.of_run(session, run.id)
    assert {Decimal(str(each.spent_usd)).quantize(MICRO) for each in found} == {sum(paid)}
    assert {each.reserved_usd for each in found} == {0.0}
    assert summed.cost_usd == sum(paid) <= CAP
    assert 0 < auditor.most <= CAP
    assert summed.calls < CALLS, "the cap was never reached, so nothing was tested"
