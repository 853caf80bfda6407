"""Budgets: reserved before a call, settled after it, and closed when in doubt."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.calls.models import NOTHING, Budget, Scope
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict, Invalid
from pmflow_core.ids import uuid7

MAX_CAP = Decimal(1_000_000)
DEFAULT_CAPS = {
    Scope.WORKSPACE: Decimal(50),
    Scope.PROJECT: Decimal(5),
    Scope.RUN: Decimal(1),
}
# Every call takes its budgets in this order, so that two never wait for each other.
ORDER = (Scope.WORKSPACE, Scope.PROJECT, Scope.RUN)


class BudgetExceeded(Conflict):
    """A call could not be paid for; the text names the budget and what is missing."""

    code = "budget_exceeded"

    def __init__(self, text: str, needs_usd: Decimal) -> None:
        super().__init__(text)
        self.needs_usd = needs_usd


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose budgets a call is paid from; one that no run makes is the workspace's alone."""

    workspace_id: UUID
    project_id: UUID | None = None
    run_id: UUID | None = None

    def subjects(self) -> Sequence[tuple[Scope, UUID]]:
        """Return each scope with what it bounds here, in the order they are taken."""
        ids = {
            Scope.WORKSPACE: self.workspace_id,
            Scope.PROJECT: self.project_id,
            Scope.RUN: self.run_id,
        }
        return [(scope, subject) for scope in ORDER if (subject := ids[scope]) is not None]


@dataclass(frozen=True, slots=True)
class BudgetRead:
    """A budget as people see it, in US dollars."""

    scope: Scope
    subject_id: UUID
    cap_usd: float
    spent_usd: float
    reserved_usd: float


def reserve(session: Session, payer: Payer, amount: Decimal) -> None:
    """Set `amount` aside in every budget of the payer, or in none.

    Each is one conditional update, so that parallel calls can never pass a cap together.

    Raises:
        BudgetExceeded: one of them cannot take it.
    """
    if amount <= NOTHING:
        return
    for scope, subject in payer.subjects():
        _ensure(session, payer.workspace_id, scope, subject)
        taken = session.execute(
            update(Budget)
            .where(
                *_is(scope, subject),
                col(Budget.spent_usd) + col(Budget.reserved_usd) + amount <= col(Budget.cap_usd),
            )
            .values(reserved_usd=col(Budget.reserved_usd) + amount)
            .returning(col(Budget.id))
            .execution_options(synchronize_session=False)
        )
        if taken.one_or_none() is None:
            raise BudgetExceeded(_missing(session, scope, subject, amount), amount)


def open_run(session: Session, workspace_id: UUID, run_id: UUID, cap_usd: Decimal) -> None:
    """Give a run that was just queued the cap that its recipe names."""
    _ensure(session, workspace_id, Scope.RUN, run_id, cap_usd)


def settle(session: Session, payer: Payer, reserved: Decimal, cost: Decimal) -> None:
    """Turn a reservation into what the call really cost, which may be nothing."""
    if reserved <= NOTHING and cost <= NOTHING:
        return
    for scope, subject in payer.subjects():
        _ensure(session, payer.workspace_id, scope, subject)
        session.execute(
            update(Budget)
            .where(*_is(scope, subject))
            .values(
                reserved_usd=col(Budget.reserved_usd) - reserved,
                spent_usd=col(Budget.spent_usd) + cost,
            )
            .execution_options(synchronize_session=False)
        )


def set_cap(
    session: Session, actor: Actor, scope: Scope, subject: UUID, cap_usd: Decimal
) -> BudgetRead:
    """Set a budget's cap and return it; what waits for it may go on.

    Raises:
        PermissionDenied: the actor is not an admin.
        Invalid: the cap is negative or above a million dollars.
    """
    actor.require(Role.ADMIN)
    if not NOTHING <= cap_usd <= MAX_CAP:
        raise Invalid("A budget's cap is from $0 to $1,000,000.")
    _ensure(session, actor.workspace_id, scope, subject)
    statement = select(Budget).where(*_is(scope, subject)).with_for_update(key_share=True)
    budget = session.scalars(statement).one()
    before, budget.cap_usd = budget.cap_usd, cap_usd
    session.flush()
    detail = {"from": str(before), "to": str(cap_usd)}
    audit.record(session, actor, "budget.changed", f"{scope.value} {subject}", detail)
    return _read(budget)


def list_budgets(session: Session, actor: Actor, payer: Payer) -> list[BudgetRead]:
    """Return the budgets a payer's calls are paid from, with the defaults where none is set."""
    actor.require(Role.VIEWER)
    found: list[BudgetRead] = []
    for scope, subject in payer.subjects():
        budget = session.scalar(select(Budget).where(*_is(scope, subject)))
        cap = float(DEFAULT_CAPS[scope])
        found.append(_read(budget) if budget else BudgetRead(scope, subject, cap, 0.0, 0.0))
    return found


def read_workspace(session: Session, actor: Actor) -> BudgetRead:
    """Return the budget that the whole workspace's calls are paid from."""
    actor.require(Role.VIEWER)
    scope, subject = Scope.WORKSPACE, actor.workspace_id
    budget = session.scalar(select(Budget).where(*_is(scope, subject)))
    cap = float(DEFAULT_CAPS[scope])
    return _read(budget) if budget else BudgetRead(scope, subject, cap, 0.0, 0.0)


def snapshot(
    session: Session, workspace_id: UUID, project_id: UUID, run_id: UUID | None
) -> dict[str, dict[str, str]]:
    """Return cap, spent and reserved US dollars of each scope, as a decision keeps them.

    Without a run there is none in it; a scope that has no row yet has its default cap.
    """
    subjects = {Scope.WORKSPACE: workspace_id, Scope.PROJECT: project_id, Scope.RUN: run_id}
    statement = select(Budget).where(col(Budget.subject_id).in_(subjects.values()))
    found = {budget.scope: budget for budget in session.scalars(statement)}
    return {scope.value: _amounts(scope, found.get(scope)) for scope in ORDER if subjects[scope]}


def _amounts(scope: Scope, budget: Budget | None) -> dict[str, str]:
    if budget is None:
        return {"cap": str(DEFAULT_CAPS[scope]), "spent": "0", "reserved": "0"}
    return {
        "cap": str(budget.cap_usd),
        "spent": str(budget.spent_usd),
        "reserved": str(budget.reserved_usd),
    }


def _is(scope: Scope, subject: UUID) -> tuple[ColumnElement[bool], ...]:
    return (col(Budget.scope) == scope, col(Budget.subject_id) == subject)


def _ensure(
    session: Session, workspace_id: UUID, scope: Scope, subject: UUID, cap: Decimal | None = None
) -> None:
    session.execute(
        insert(Budget)
        .values(
            id=uuid7(),
            created_at=utcnow(),
            workspace_id=workspace_id,
            scope=scope,
            subject_id=subject,
            cap_usd=DEFAULT_CAPS[scope] if cap is None else cap,
            spent_usd=NOTHING,
            reserved_usd=NOTHING,
        )
        .on_conflict_do_nothing()
    )


def _missing(session: Session, scope: Scope, subject: UUID, amount: Decimal) -> str:
    budget = session.scalars(select(Budget).where(*_is(scope, subject))).one()
    left = budget.cap_usd - budget.spent_usd - budget.reserved_usd
    return (
        f"The {scope.value}'s budget of ${budget.cap_usd:.2f} has ${max(left, NOTHING):.2f} left; "
        f"the next call may cost up to ${amount:.2f}."
    )


def _read(budget: Budget) -> BudgetRead:
    return BudgetRead(
        budget.scope,
        budget.subject_id,
        float(budget.cap_usd),
        float(budget.spent_usd),
        float(budget.reserved_usd),
    )
