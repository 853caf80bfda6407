"""The rows of provider calls: reserved, started, and how each ended."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.calls import budgets
from pmflow_core.calls.budgets import Payer
from pmflow_core.calls.models import NOTHING, CallStatus, ProviderCall
from pmflow_core.providers.base import Completion

OPEN = (CallStatus.RESERVED, CallStatus.STARTED)
# No step may work as long.
FORGOTTEN = timedelta(hours=2)


def open_call(session: Session, call: ProviderCall) -> None:
    """Write a call down and reserve its bound, in one transaction; raises BudgetExceeded."""
    budgets.reserve(session, payer_of(call), call.reserved_usd)
    session.add(call)
    session.flush()


def start(session: Session, call_id: UUID) -> None:
    """Note that the call is being sent now; from here on it may be billed."""
    session.execute(
        update(ProviderCall)
        .where(col(ProviderCall.id) == call_id)
        .values(status=CallStatus.STARTED)
        .execution_options(synchronize_session=False)
    )


def settle(session: Session, call: ProviderCall, completion: Completion) -> None:
    """Keep the answer and settle what it cost; one that is not whole is paid for, but failed."""
    usage = completion.usage
    whole = completion.stop_reason == "complete"
    _end(
        session,
        call,
        {
            "status": CallStatus.SUCCEEDED if whole else CallStatus.FAILED,
            "model": completion.model,
            "response": completion.text,
            "error": None if whole else f"The answer was {completion.stop_reason}.",
            "cost_usd": usage.cost_usd,
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
        },
    )


def fail(session: Session, call: ProviderCall, error: str, *, maybe_billed: bool) -> None:
    """Note why a call failed; one that may have been billed stays charged at its bound."""
    _end(
        session,
        call,
        {
            "status": CallStatus.POSSIBLY_BILLED if maybe_billed else CallStatus.FAILED,
            "error": error,
            "cost_usd": call.reserved_usd if maybe_billed else NOTHING,
        },
    )


def close_abandoned(session: Session, run_id: UUID, fence: int) -> int:
    """End the calls that earlier, dead claims of a run left open; return how many were sent.

    A reservation that was never sent is returned; a call that was sent stays charged. The
    workspace's old ones go too: a run that was cancelled while its worker died is never claimed.
    """
    by_dead_claim = (col(ProviderCall.run_id) == run_id) & (col(ProviderCall.fence) < fence)
    statement = (
        select(ProviderCall)
        .where(
            by_dead_claim | (col(ProviderCall.created_at) < func.now() - FORGOTTEN),
            col(ProviderCall.status).in_(OPEN),
        )
        .order_by(col(ProviderCall.id))
    )
    sent = 0
    for call in session.scalars(statement.with_for_update(key_share=True)).all():
        was_sent = call.status is CallStatus.STARTED
        fail(session, call, "The worker died before the answer.", maybe_billed=was_sent)
        sent += was_sent
    return sent


def find_answer(session: Session, run_id: UUID, request_hash: str) -> ProviderCall | None:
    """Return a call of the run that already answered this very request, or None."""
    statement = (
        select(ProviderCall)
        .where(
            col(ProviderCall.run_id) == run_id,
            col(ProviderCall.request_hash) == request_hash,
            col(ProviderCall.status) == CallStatus.SUCCEEDED,
        )
        .order_by(col(ProviderCall.id).desc())
        .limit(1)
    )
    return session.scalar(statement)


def calls_of(session: Session, run_id: UUID) -> Sequence[ProviderCall]:
    """Return the calls of a run in the order they were made."""
    statement = select(ProviderCall).where(col(ProviderCall.run_id) == run_id)
    return session.scalars(statement.order_by(col(ProviderCall.id))).all()


def payer_of(call: ProviderCall) -> Payer:
    """Return whose budgets a call is paid from."""
    return Payer(call.workspace_id, call.project_id, call.run_id)


def _end(session: Session, call: ProviderCall, values: dict[str, object]) -> None:
    ended = session.execute(
        update(ProviderCall)
        .where(col(ProviderCall.id) == call.id, col(ProviderCall.status).in_(OPEN))
        .values(finished_at=func.now(), **values)
        .returning(col(ProviderCall.cost_usd))
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if ended is not None:
        budgets.settle(session, payer_of(call), call.reserved_usd, ended)
