"""What a workspace spends and may spend, as programs see it."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.calls import budgets
from pmflow_core.calls.budgets import MAX_CAP, BudgetRead
from pmflow_core.calls.models import Scope
from pmflow_core.db import Session
from pmflow_core.insights import spending
from pmflow_ui.access import member
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.shapes import Shape
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}", tags=["budgets"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Admin = Annotated[Viewer | Program, Depends(Allow(Role.ADMIN))]


class Budget(Shape):
    """A budget in US dollars; `spent_usd` over all time."""

    scope: Scope
    subject_id: UUID
    cap_usd: float
    spent_usd: float
    reserved_usd: float = Field(description="Set aside for calls under way.")


class Budgets(BaseModel):
    """The budgets of the workspace, of its active projects and of its open runs."""

    workspace: Budget
    projects: Sequence[Budget]
    runs: Sequence[Budget]


class Spent(Shape):
    """What calls to one provider came to this month."""

    provider: str
    calls: int
    failed: int
    possibly_billed: int = Field(description="Sent and never answered; counted at their bound.")
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal
    possibly_billed_usd: Decimal
    last_at: datetime


class Spending(BaseModel):
    """This calendar month in UTC, the dearest provider first."""

    since: datetime
    cost_usd: Decimal
    possibly_billed_usd: Decimal
    providers: Sequence[Spent]


class Cap(BaseModel):
    """A new cap."""

    model_config = ConfigDict(extra="forbid")

    cap_usd: Decimal = Field(ge=0, le=MAX_CAP, description="US dollars.")


@router.get("/budgets")
async def list_budgets(slug: str, viewer: Reader) -> Budgets:  # noqa: ARG001
    """Return the budgets, those nearest to their caps first."""

    def read(session: Session, actor: Actor) -> Budgets:
        projects = spending.list_project_budgets(session, actor)
        runs = spending.list_run_budgets(session, actor)
        return Budgets(
            workspace=_shown(budgets.read_workspace(session, actor)),
            projects=[_shown(each.budget) for each in projects],
            runs=[_shown(each.budget) for each in runs],
        )

    return await call(read, member(viewer))


@router.put("/budgets/{scope}/{subject_id}", openapi_extra=described(Cap))
async def set_cap(
    slug: str,  # noqa: ARG001
    scope: Scope,
    subject_id: UUID,
    viewer: Admin,
    sent: Annotated[Sent[Cap], Depends(Body(Cap))],
) -> Budget:
    """Set the cap of the workspace, a project or a run; what waits for it goes on by itself."""
    cap = sent.value.cap_usd
    return _shown(await call(spending.set_cap, member(viewer), scope, subject_id, cap))


@router.get("/spending")
async def read_spending(slug: str, viewer: Reader) -> Spending:  # noqa: ARG001
    """Return what the workspace's calls came to this month."""
    month = await call(spending.read_month, member(viewer))
    return Spending(
        since=month.since,
        cost_usd=month.cost_usd,
        possibly_billed_usd=month.possibly_billed_usd,
        providers=[Spent.model_validate(each) for each in month.providers],
    )


def _shown(budget: BudgetRead) -> Budget:
    return Budget.model_validate(budget)
