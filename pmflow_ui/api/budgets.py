"""Budgets for programs: what may be spent on models, by workspace, project and run."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import run_details
from pmflow_core.board import service as board
from pmflow_core.board.places import project_of
from pmflow_core.calls import budgets
from pmflow_core.calls.budgets import BudgetRead, Payer
from pmflow_core.calls.models import Scope
from pmflow_core.db import Session
from pmflow_ui.access import member
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.shapes import Shape
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api", tags=["budgets"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Admin = Annotated[Viewer | Program, Depends(Allow(Role.ADMIN))]


class Budget(Shape):
    """A budget in US dollars: what was spent, and what calls that go on have set aside."""

    scope: Scope
    subject_id: UUID
    cap_usd: float
    spent_usd: float
    reserved_usd: float


class Cap(BaseModel):
    """What may be spent in all."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"cap_usd": 25}})

    cap_usd: Decimal = Field(ge=0, le=1_000_000, decimal_places=6, description="US dollars.")


CapBody = Annotated[Sent[Cap], Depends(Body(Cap))]


@router.get("/workspaces/{slug}/budget")
async def of_workspace(slug: str, viewer: Reader) -> Budget:  # noqa: ARG001 the permission reads it
    """Return what all calls of a workspace are paid from."""
    return _shaped(await call(budgets.read_workspace, member(viewer)))


@router.put("/workspaces/{slug}/budget", openapi_extra=described(Cap))
async def cap_workspace(slug: str, viewer: Admin, sent: CapBody) -> Budget:  # noqa: ARG001
    """Set what a workspace may spend; runs that wait for money go on if it is enough."""

    def act(session: Session, actor: Actor) -> BudgetRead:
        scope, subject = Scope.WORKSPACE, actor.workspace_id
        return board.set_budget(session, actor, scope, subject, sent.value.cap_usd)

    return _shaped(await call(act, member(viewer)))


@router.get("/projects/{project}/budget")
async def of_project(project: str, viewer: Reader) -> Budget:
    """Return what a project may spend and has spent."""

    def read(session: Session, actor: Actor) -> BudgetRead:
        payer = Payer(actor.workspace_id, project_of(session, actor, project))
        return budgets.list_budgets(session, actor, payer)[-1]

    return _shaped(await call(read, member(viewer)))


@router.put("/projects/{project}/budget", openapi_extra=described(Cap))
async def cap_project(project: str, viewer: Admin, sent: CapBody) -> Budget:
    """Set what a project may spend; runs that wait for money go on if it is enough."""

    def act(session: Session, actor: Actor) -> BudgetRead:
        subject = project_of(session, actor, project)
        return board.set_budget(session, actor, Scope.PROJECT, subject, sent.value.cap_usd)

    return _shaped(await call(act, member(viewer)))


@router.get("/runs/{run_id}/budget")
async def of_run(run_id: UUID, viewer: Reader) -> Budget:
    """Return what a run may spend and has spent."""

    def read(session: Session, actor: Actor) -> BudgetRead:
        run = run_details.read_details(session, actor, run_id).run
        payer = Payer(actor.workspace_id, run.project_id, run.id)
        return budgets.list_budgets(session, actor, payer)[-1]

    return _shaped(await call(read, member(viewer)))


@router.put("/runs/{run_id}/budget", openapi_extra=described(Cap))
async def cap_run(run_id: UUID, viewer: Admin, sent: CapBody) -> Budget:
    """Set what a run may spend; if it waits for money it goes on."""

    def act(session: Session, actor: Actor) -> BudgetRead:
        run = run_details.read_details(session, actor, run_id).run
        return board.set_budget(session, actor, Scope.RUN, run.id, sent.value.cap_usd)

    return _shaped(await call(act, member(viewer)))


def _shaped(found: BudgetRead) -> Budget:
    return Budget.model_validate(found)
