"""A run that pays for calls, gateways over scripted providers, and readers of the ledger."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import service as board
from pmflow_core.calls import budgets, ledger
from pmflow_core.calls.budgets import Payer
from pmflow_core.calls.gateway import Caller, Gateway
from pmflow_core.calls.models import ProviderCall
from pmflow_core.calls.patience import USUAL_CAPS, Caps
from pmflow_core.db.transaction import transaction
from pmflow_core.providers.base import Completion, Evidence, GenerateRequest, Usage
from pmflow_core.providers.scripted import ScriptedProvider
from pmflow_core.runs.models import StageRun
from tests.core.runs.staging import Desk

DIME = Decimal("0.10")
REQUEST = GenerateRequest(
    task="research",
    title="Research",
    project_name="Search",
    project_description="",
    sections=(),
    evidence=(
        Evidence(1, "Search is gone", None, None, None, None, datetime(2026, 1, 1, tzinfo=UTC)),
    ),
)
ANSWER = Completion("# Research", "scripted-1", Usage(1000, 200, Decimal("0.04")), "complete")
MakeGateway = Callable[..., Gateway]


@pytest.fixture
def run(desk: Desk) -> StageRun:
    """A run that pays for its calls."""
    with transaction(desk.actor.workspace_id) as session:
        return board.start_run(session, desk.actor, desk.id, "discovery")


def caller_of(
    run: StageRun, fence: int = 1, guard: Callable[[Session], None] = lambda _: None
) -> Caller:
    return Caller(Payer(run.workspace_id, run.project_id, run.id), "research", fence, guard)


@pytest.fixture
def make_gateway(run: StageRun) -> MakeGateway:
    """Make a gateway over providers, which does not really sleep."""

    def make(
        *providers: ScriptedProvider, fence: int = 1, caps: Caps = USUAL_CAPS, replay: bool = False
    ) -> Gateway:
        return Gateway(
            providers,
            caller_of(run, fence),
            lambda _: None,
            caps=caps,
            replay=replay,
            sleep=lambda _: None,
        )

    return make


def scripted(*answers: object, name: str = "scripted", bound: Decimal = DIME) -> ScriptedProvider:
    provider = ScriptedProvider(answers)  # pyright: ignore[reportArgumentType]
    provider.bound = bound
    provider.name = name
    return provider


def calls(run: StageRun) -> list[ProviderCall]:
    with transaction(run.workspace_id) as session:
        return list(ledger.calls_of(session, run.id))


def money(run: StageRun) -> dict[str, tuple[float, float]]:
    payer = Payer(run.workspace_id, run.project_id, run.id)
    with transaction(run.workspace_id) as session:
        found = budgets.list_budgets(session, Actor.system(run.workspace_id), payer)
    return {budget.scope.value: (budget.spent_usd, budget.reserved_usd) for budget in found}


def ask(gateway: Gateway, request: GenerateRequest = REQUEST) -> Completion:
    return gateway.generate(request, lambda _: None)
