"""The ledger of a project's decisions: what was judged, on what, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import User
from pmflow_core.board.schemas import GateRead
from pmflow_core.board.why import read_gates
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Decision, Outcome
from pmflow_core.recipes.models import RecipeVersion
from pmflow_core.runs.models import StageRun

PMFLOW = "pmflow"


@dataclass(frozen=True, slots=True)
class DecisionRead:
    """One evaluation of "may this project advance?", as it was written."""

    id: UUID
    at: datetime
    stage: str
    outcome: Outcome
    reason: str
    next_action: str
    owner: str
    actor: str
    run_id: UUID | None
    run_number: int | None
    recipe_version: int | None
    gates: tuple[GateRead, ...]
    budget: Mapping[str, Mapping[str, str]]


def list_decisions(
    session: Session,
    actor: Actor,
    project_id: UUID,
    *,
    limit: int = 100,
    below: UUID | None = None,
) -> tuple[DecisionRead, ...]:
    """Return a project's decisions, the newest first or those before one; raises NotFound."""
    actor.require(Role.VIEWER)
    project = projects.get_project(session, project_id)
    statement = (
        select(Decision, col(User.name), col(StageRun.number), col(RecipeVersion.number))
        .outerjoin(User, col(User.id) == col(Decision.actor_id))
        .outerjoin(StageRun, col(StageRun.id) == col(Decision.run_id))
        .outerjoin(RecipeVersion, col(RecipeVersion.id) == col(Decision.recipe_version_id))
        .where(col(Decision.project_id) == project.id)
        .order_by(col(Decision.id).desc())
        .limit(limit)
    )
    if below is not None:
        statement = statement.where(col(Decision.id) < below)
    return tuple(_read(*row) for row in session.execute(statement))


def _read(
    decision: Decision, actor: str | None, run: int | None, version: int | None
) -> DecisionRead:
    return DecisionRead(
        id=decision.id,
        at=decision.created_at,
        stage=decision.stage,
        outcome=decision.outcome,
        reason=decision.reason,
        next_action=decision.next_action,
        owner=decision.owner,
        actor=actor or PMFLOW,
        run_id=decision.run_id,
        run_number=run,
        recipe_version=version,
        gates=read_gates(decision.gates),
        budget=decision.budget,
    )
