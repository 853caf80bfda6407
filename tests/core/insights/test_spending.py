"""What a workspace spends this month, and its budgets with what they are for."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import service as board
from pmflow_core.calls import budgets
from pmflow_core.calls.budgets import Payer
from pmflow_core.calls.models import CallStatus, ProviderCall, Scope
from pmflow_core.clock import utcnow
from pmflow_core.errors import Invalid, NotFound, PermissionDenied
from pmflow_core.insights import spending
from tests.conftest import make_workspace


def pay(session: Session, workspace_id: UUID, provider: str, status: CallStatus) -> None:
    session.add(
        ProviderCall(
            workspace_id=workspace_id,
            step_key="prd",
            fence=1,
            attempt=1,
            provider=provider,
            request_hash="x",
            status=status,
            cost_usd=Decimal("0.50"),
            input_tokens=100,
            output_tokens=20,
        )
    )
    session.flush()


def test_this_month_is_added_up_by_provider_with_what_may_have_been_billed(
    session: Session, editor: Actor, viewer: Actor
) -> None:
    here = editor.workspace_id
    for status in (CallStatus.SUCCEEDED, CallStatus.POSSIBLY_BILLED, CallStatus.FAILED):
        pay(session, here, "anthropic", status)
    pay(session, here, "openai", CallStatus.SUCCEEDED)
    pay(session, here, "tool:composio", CallStatus.SUCCEEDED)
    month = spending.read_month(session, viewer)
    [dear, other] = month.providers
    assert (dear.provider, dear.calls, dear.failed, dear.possibly_billed) == ("anthropic", 3, 1, 1)
    assert (dear.input_tokens, dear.output_tokens) == (300, 60)
    assert (other.provider, other.cost_usd) == ("openai", Decimal("0.50"))
    assert (month.cost_usd, month.possibly_billed_usd) == (Decimal("2.00"), Decimal("0.50"))


def test_the_month_before_is_not_counted(session: Session, editor: Actor) -> None:
    pay(session, editor.workspace_id, "anthropic", CallStatus.SUCCEEDED)
    begins = utcnow().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    session.execute(update(ProviderCall).values(created_at=begins))
    assert spending.read_month(session, editor).cost_usd == Decimal("0.50")
    session.execute(update(ProviderCall).values(created_at=begins.replace(year=2025)))
    assert spending.read_month(session, editor).providers == []


def test_the_project_nearest_to_its_cap_comes_first_and_one_without_a_row_has_the_default(
    session: Session, editor: Actor, admin: Actor
) -> None:
    first = board.create_project(session, editor, "First")
    second = board.create_project(session, editor, "Second")
    spending.set_cap(session, admin, Scope.PROJECT, first.id, Decimal(2))
    budgets.settle(session, Payer(editor.workspace_id, first.id), Decimal(0), Decimal(1))
    found = spending.list_project_budgets(session, editor)
    assert [(each.project_key, each.budget.cap_usd) for each in found] == [
        (first.key, 2.0),
        (second.key, 5.0),
    ]
    assert found[0].budget.spent_usd == 1.0


def test_open_runs_have_their_caps_and_those_that_wait_for_money_come_first(
    session: Session, editor: Actor, admin: Actor
) -> None:
    project = board.create_project(session, editor, "First")
    run = board.start_run(session, editor, project.id, "inbox")
    [shown] = spending.list_run_budgets(session, editor)
    assert (shown.name, shown.project_key, shown.waits) == ("Run 1", project.key, False)
    assert spending.set_cap(session, admin, Scope.RUN, run.id, Decimal(3)).cap_usd == 3.0


def test_only_admins_set_caps_and_only_of_what_is_here(
    session: Session, editor: Actor, admin: Actor
) -> None:
    here = editor.workspace_id
    with pytest.raises(PermissionDenied):
        spending.set_cap(session, editor, Scope.WORKSPACE, here, Decimal(1))
    for scope in Scope:
        with pytest.raises(NotFound):
            spending.set_cap(session, admin, scope, uuid4(), Decimal(1))
    with pytest.raises(NotFound):
        spending.set_cap(session, admin, Scope.WORKSPACE, make_workspace("Others"), Decimal(1))
    with pytest.raises(Invalid):
        spending.set_cap(session, admin, Scope.WORKSPACE, here, Decimal(-1))
