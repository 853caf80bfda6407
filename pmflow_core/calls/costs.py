"""What calls used and cost: of a step, a run, a project and the workspace."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, case, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.calls.models import NOTHING, CallStatus, ProviderCall

OPEN = (CallStatus.RESERVED, CallStatus.STARTED)
TOOL = "tool:"


@dataclass(frozen=True, slots=True)
class Cost:
    """The sum of some calls; `possibly_billed_usd` is the part that nobody confirmed."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal = NOTHING
    possibly_billed_usd: Decimal = NOTHING
    reserved_usd: Decimal = NOTHING


def of_run(session: Session, run_id: UUID) -> Cost:
    """Return what a run's calls cost."""
    return _sum(session, col(ProviderCall.run_id) == run_id)


def of_step(session: Session, run_id: UUID | None, step_key: str) -> Cost:
    """Return what one step's calls cost."""
    return _sum(session, col(ProviderCall.run_id) == run_id, col(ProviderCall.step_key) == step_key)


def of_project(session: Session, project_id: UUID) -> Cost:
    """Return what all calls for a project cost."""
    return _sum(session, col(ProviderCall.project_id) == project_id)


def of_workspace(session: Session) -> Cost:
    """Return what all calls of the session's workspace cost."""
    return _sum(session)


def by_step(session: Session, run_id: UUID) -> Mapping[str, Cost]:
    """Return what each step of a run cost, in the order of their first calls."""
    statement = (
        select(col(ProviderCall.step_key), *_COLUMNS)
        .where(col(ProviderCall.run_id) == run_id, _ASKED_A_MODEL)
        .group_by(col(ProviderCall.step_key))
        .order_by(func.min(col(ProviderCall.created_at)))
    )
    return {row[0]: Cost(*row[1:]) for row in session.execute(statement)}


def sums_by_step(run_id: UUID) -> Subquery:
    """Return tokens and cost of each step of a run as a table, for a statement about its steps."""
    return (
        select(
            col(ProviderCall.step_key).label("step_key"),
            func.sum(col(ProviderCall.input_tokens)).label("input_tokens"),
            func.sum(col(ProviderCall.output_tokens)).label("output_tokens"),
            func.sum(col(ProviderCall.cost_usd)).label("cost_usd"),
        )
        .where(col(ProviderCall.run_id) == run_id, _ASKED_A_MODEL)
        .group_by(col(ProviderCall.step_key))
        .subquery()
    )


# What a tool does is not paid by token, so it has a row but no part in these sums.
_ASKED_A_MODEL = col(ProviderCall.provider).not_like(f"{TOOL}%")
_COLUMNS = (
    func.count(),
    func.coalesce(func.sum(col(ProviderCall.input_tokens)), 0),
    func.coalesce(func.sum(col(ProviderCall.output_tokens)), 0),
    func.coalesce(func.sum(col(ProviderCall.cost_usd)), NOTHING),
    func.coalesce(
        func.sum(
            case(
                (
                    col(ProviderCall.status) == CallStatus.POSSIBLY_BILLED,
                    col(ProviderCall.cost_usd),
                ),
                else_=NOTHING,
            )
        ),
        NOTHING,
    ),
    func.coalesce(
        func.sum(
            case(
                (col(ProviderCall.status).in_(OPEN), col(ProviderCall.reserved_usd)), else_=NOTHING
            )
        ),
        NOTHING,
    ),
)


def _sum(session: Session, *where: ColumnElement[bool]) -> Cost:
    row = session.execute(select(*_COLUMNS).where(_ASKED_A_MODEL, *where)).one()
    return Cost(*row)
