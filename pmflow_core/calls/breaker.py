"""A circuit breaker that all workers share: after five failures in 30 s nobody calls for 30 s.

Then one worker tries; its success closes the circuit, its failure keeps it open.
"""

from datetime import timedelta

from sqlalchemy import case, func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.calls.models import Breaker
from pmflow_core.providers.base import ProviderUnavailable

FAILURES = 5
WINDOW = timedelta(seconds=30)
REST = timedelta(seconds=30)


class CircuitOpen(ProviderUnavailable):
    """The provider failed too often just now, so it is left alone for a while."""

    code = "circuit_open"


def enter(session: Session, name: str) -> None:
    """Let a call pass; raises CircuitOpen while the circuit is open and somebody else tries."""
    breaker = session.get(Breaker, name)
    if breaker is None or breaker.opened_at is None:
        return
    # Whoever moves the opening time is the one that tries.
    tries = (
        update(Breaker)
        .where(col(Breaker.name) == name, col(Breaker.opened_at) < func.now() - REST)
        .values(opened_at=func.now())
        .returning(col(Breaker.name))
        .execution_options(synchronize_session=False)
    )
    if session.execute(tries).one_or_none() is None:
        raise CircuitOpen(f"{name} failed {FAILURES} times within 30 s; it is left alone for 30 s.")


def note_failure(session: Session, name: str) -> None:
    """Count a failure; the fifth within 30 s opens the circuit."""
    stale = col(Breaker.since) < func.now() - WINDOW
    counted = case((stale, 1), else_=col(Breaker.failures) + 1)
    opens = or_(counted >= FAILURES, col(Breaker.opened_at).is_not(None))
    statement = insert(Breaker).values(name=name, failures=1, since=func.now(), opened_at=None)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[col(Breaker.name)],
            set_={
                "failures": counted,
                "since": case((stale, func.now()), else_=col(Breaker.since)),
                "opened_at": case((opens, func.now()), else_=None),
            },
        )
    )


def note_success(session: Session, name: str) -> None:
    """Close the circuit and forget the failures."""
    session.execute(
        update(Breaker)
        .where(col(Breaker.name) == name, col(Breaker.failures) > 0)
        .values(failures=0, opened_at=None)
        .execution_options(synchronize_session=False)
    )
