"""What a workspace spends: this month by provider, and its budgets with what they are for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, false, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.calls import budgets
from pmflow_core.calls.budgets import DEFAULT_CAPS, BudgetRead
from pmflow_core.calls.costs import TOOL
from pmflow_core.calls.models import NOTHING, Budget, CallStatus, ProviderCall, Scope
from pmflow_core.clock import utcnow
from pmflow_core.errors import NotFound
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.projects.models import Project, ProjectStatus
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.status import OPEN

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class ProviderSpending:
    """What calls to one provider came to in a month, US dollars and tokens.

    `possibly_billed` calls were sent and never answered; they are counted at the most they can
    have cost.
    """

    provider: str
    calls: int
    failed: int
    possibly_billed: int
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal
    possibly_billed_usd: Decimal
    last_at: datetime


@dataclass(frozen=True, slots=True)
class MonthRead:
    """The spending of the calendar month in UTC that is under way, the dearest provider first."""

    since: datetime
    providers: Sequence[ProviderSpending]

    @property
    def cost_usd(self) -> Decimal:
        """Return the sum over all providers."""
        return sum((each.cost_usd for each in self.providers), NOTHING)

    @property
    def possibly_billed(self) -> int:
        """Return how many calls nobody knows the bill of."""
        return sum(each.possibly_billed for each in self.providers)

    @property
    def possibly_billed_usd(self) -> Decimal:
        """Return what those may have cost."""
        return sum((each.possibly_billed_usd for each in self.providers), NOTHING)


@dataclass(frozen=True, slots=True)
class SubjectBudget:
    """The budget of a project or a run, with what people call it, in US dollars."""

    budget: BudgetRead
    name: str
    project_key: str
    waits: bool


def read_month(session: Session, actor: Actor) -> MonthRead:
    """Return what the workspace's calls came to this month; raises PermissionDenied."""
    actor.require(Role.VIEWER)
    since = utcnow().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    billed = col(ProviderCall.status) == CallStatus.POSSIBLY_BILLED
    cost = func.sum(col(ProviderCall.cost_usd))
    statement = (
        select(
            col(ProviderCall.provider),
            func.count(),
            _many(col(ProviderCall.status) == CallStatus.FAILED),
            _many(billed),
            func.sum(col(ProviderCall.input_tokens)),
            func.sum(col(ProviderCall.output_tokens)),
            cost,
            func.sum(case((billed, col(ProviderCall.cost_usd)), else_=NOTHING)),
            func.max(col(ProviderCall.created_at)),
        )
        .where(
            col(ProviderCall.created_at) >= since, col(ProviderCall.provider).not_like(f"{TOOL}%")
        )
        .group_by(col(ProviderCall.provider))
        .order_by(cost.desc(), col(ProviderCall.provider))
    )
    return MonthRead(since, [ProviderSpending(*row) for row in session.execute(statement)])


def list_project_budgets(session: Session, actor: Actor) -> list[SubjectBudget]:
    """Return the budgets of active projects, that which is nearest to its cap first."""
    actor.require(Role.VIEWER)
    cap, spent, reserved = amounts = _amounts(Scope.PROJECT)
    statement = (
        select(col(Project.id), *amounts, col(Project.name), col(Project.key), false())
        .outerjoin(Budget, _of(Scope.PROJECT, Project))
        .where(col(Project.deleted_at).is_(None), col(Project.status) == ProjectStatus.ACTIVE)
        .order_by(
            ((spent + reserved) / func.nullif(cap, 0)).desc().nulls_first(),
            col(Project.number).desc(),
        )
        .limit(MOST_SHOWN)
    )
    return [_subject(Scope.PROJECT, *row) for row in session.execute(statement)]


def list_run_budgets(session: Session, actor: Actor) -> list[SubjectBudget]:
    """Return the budgets of runs that have not ended, those that wait for money first."""
    actor.require(Role.VIEWER)
    waits = col(StageRun.waiting_usd).is_not(None)
    name = func.concat("Run ", col(StageRun.number))
    statement = (
        select(col(StageRun.id), *_amounts(Scope.RUN), name, col(Project.key), waits)
        .join(Project, col(Project.id) == col(StageRun.project_id))
        .outerjoin(Budget, _of(Scope.RUN, StageRun))
        .where(col(StageRun.status).in_(OPEN))
        .order_by(waits.desc(), col(StageRun.number).desc())
        .limit(MOST_SHOWN)
    )
    return [_subject(Scope.RUN, *row) for row in session.execute(statement)]


def set_cap(
    session: Session, actor: Actor, scope: Scope, subject_id: UUID, cap_usd: Decimal
) -> BudgetRead:
    """Set the cap of the workspace, of a project or of a run; what waits for it may go on.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: there is no such project or run here.
        Invalid: the cap is negative or above a million dollars.
    """
    actor.require(Role.ADMIN)
    if not _exists(session, actor, scope, subject_id):
        raise NotFound(f"There is no such {scope.value} in this workspace.")
    budget = budgets.set_cap(session, actor, scope, subject_id, cap_usd)
    publish_on_commit(session, topics.board(actor.workspace_id))
    return budget


def _exists(session: Session, actor: Actor, scope: Scope, subject_id: UUID) -> bool:
    if scope is Scope.WORKSPACE:
        return subject_id == actor.workspace_id
    if scope is Scope.RUN:
        found = select(col(StageRun.id)).where(col(StageRun.id) == subject_id)
    else:
        found = select(col(Project.id)).where(
            col(Project.id) == subject_id, col(Project.deleted_at).is_(None)
        )
    return session.scalar(found) is not None


def _many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _of(scope: Scope, subject: type[Project] | type[StageRun]) -> ColumnElement[bool]:
    return (col(Budget.subject_id) == col(subject.id)) & (col(Budget.scope) == scope)


def _amounts(scope: Scope) -> tuple[ColumnElement[Decimal], ...]:
    """Return cap, spent and reserved of a budget that may have no row yet."""
    return (
        func.coalesce(col(Budget.cap_usd), DEFAULT_CAPS[scope]),
        func.coalesce(col(Budget.spent_usd), NOTHING),
        func.coalesce(col(Budget.reserved_usd), NOTHING),
    )


def _subject(scope: Scope, subject_id: UUID, *told: Any) -> SubjectBudget:
    cap, spent, reserved, name, key, waits = told
    budget = BudgetRead(scope, subject_id, float(cap), float(spent), float(reserved))
    return SubjectBudget(budget, name, key, waits)
