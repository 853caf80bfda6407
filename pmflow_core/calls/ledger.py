"""The rows of provider calls: reserved, started, and how each ended."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.calls import budgets, costs
from pmflow_core.calls.budgets import Payer
from pmflow_core.calls.costs import OPEN
from pmflow_core.calls.models import NOTHING, CallStatus, ProviderCall
from pmflow_core.calls.patience import USUAL_CAPS, Caps
from pmflow_core.calls.request_key import told_call
from pmflow_core.errors import PmflowError
from pmflow_core.providers.base import Completion, ProviderRejected

# No step may work as long.
FORGOTTEN = timedelta(hours=2)


class StepCapReached(ProviderRejected):
    """A step has made as many calls, or spent as much, as its recipe allows."""

    code = "step_cap_reached"


class CallTakenBack(PmflowError):
    """A call was closed before it was sent, because its worker was thought dead; it is not sent."""

    code = "call_taken_back"


def open_call(session: Session, call: ProviderCall, caps: Caps = USUAL_CAPS) -> None:
    """Write a call down and reserve its bound, in one transaction.

    Raises:
        BudgetExceeded: a budget cannot take it.
        StepCapReached: the step's own bound is reached.
    """
    budgets.reserve(session, payer_of(call), call.reserved_usd)
    if call.run_id is not None:
        _require_room(session, call, call.run_id, caps)
    session.add(call)
    session.flush()


def _require_room(session: Session, call: ProviderCall, run_id: UUID, caps: Caps) -> None:
    # After the reservation, whose row locks let priced calls of a run pass one by one.
    spent = costs.of_step(session, run_id, call.step_key)
    if spent.calls >= caps.calls:
        raise StepCapReached(f"This step has made {spent.calls} calls; it may make {caps.calls}.")
    committed = spent.cost_usd + spent.reserved_usd
    if caps.usd is not None and committed + call.reserved_usd > caps.usd:
        raise StepCapReached(
            f"This step may cost ${caps.usd:.2f} and has cost ${committed:.2f}; the next call may"
            f" cost up to ${call.reserved_usd:.2f}."
        )


def start(session: Session, call_id: UUID) -> None:
    """Note that the call is being sent now; from here on it may be billed.

    Raises:
        CallTakenBack: it was closed meanwhile, and what it had reserved was returned.
    """
    started = session.execute(
        update(ProviderCall)
        .where(col(ProviderCall.id) == call_id, col(ProviderCall.status) == CallStatus.RESERVED)
        .values(status=CallStatus.STARTED)
        .returning(col(ProviderCall.id))
        .execution_options(synchronize_session=False)
    )
    if started.one_or_none() is None:
        raise CallTakenBack("The call was taken back before it was sent.")


def settle(
    session: Session, call: ProviderCall, completion: Completion, fault: str | None = None
) -> None:
    """Keep the answer and settle what it cost; one with a fault is paid for, but failed."""
    usage = completion.usage
    _end(
        session,
        call,
        {
            "status": CallStatus.FAILED if fault else CallStatus.SUCCEEDED,
            "model": completion.model,
            "response": completion.text,
            "tool_calls": [told_call(one) for one in completion.tool_calls],
            "error": fault,
            "cost_usd": usage.cost_usd,
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
        },
    )


def settle_tool(session: Session, call: ProviderCall, text: str, *, failed: bool) -> None:
    """Keep what a tool gave back, or the words with which it refused."""
    _end(
        session,
        call,
        {
            "status": CallStatus.FAILED if failed else CallStatus.SUCCEEDED,
            "response": text,
            "error": text if failed else None,
            "cost_usd": NOTHING,
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


def find_answer(session: Session, run_id: UUID | None, request_hash: str) -> ProviderCall | None:
    """Return a call of the run, or of nobody's run, that answered this very request, or None."""
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
