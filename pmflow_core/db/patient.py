"""Short transactions that outlast a database which is away for a moment.

For the long executors: hours of work must not end because a server was restarted. A transaction
whose commit got no answer is looked up by its number before it is done again, so that it is done
once; what it would have nudged is lost, as any nudge may be.
"""

import time
from collections.abc import Callable
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from pmflow_core.db.transaction import transaction
from pmflow_core.errors import PmflowError, Unavailable
from pmflow_core.logs import get_logger

log = get_logger(__name__)
T = TypeVar("T")
PATIENCE_S = 60.0
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 1.0
AWAY = (OperationalError, InterfaceError)
# What a server that stops or starts says, and a connection that broke.
_GONE = ("57P", "08")
# Limits of PostgreSQL come as operational errors too, but no waiting helps against them.
_LIMITS = "54"
_NUMBER = text("select pg_current_xact_id_if_assigned()::text")
_FATE = text("select pg_xact_status(cast(:number as xid8))")


class BeyondLimits(PmflowError):
    """The database is there and cannot take what it was given: too long, too large, too many."""

    code = "beyond_limits"


def away(error: Exception) -> Unavailable | None:
    """Return what tells people that the database did not answer; None when it did, or another did.

    A refusal of the database is no absence, however it is called.
    """
    if not isinstance(error, AWAY):
        return None
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is not None and not state.startswith(_GONE):
        return None
    log.warning("database.away", error=str(error).splitlines()[0])
    return Unavailable(
        "The database does not answer just now. Look whether it was done, then try again."
    )


def patiently(
    workspace_id: UUID | None,
    work: Callable[[Session], T],
    patience_s: float = PATIENCE_S,
) -> T:
    """Return what `work` does in a transaction, tried again while the database is away.

    `work` may be called several times, each time with everything before it rolled back.

    Raises:
        OperationalError: the database was away for longer than `patience_s`.
        BeyondLimits: it cannot take what `work` writes.
    """
    until = time.monotonic() + patience_s
    pause = FIRST_PAUSE_S
    while True:
        attempt = _Attempt(workspace_id, work)
        try:
            return attempt.result()
        except AWAY as error:
            if (getattr(error.orig, "sqlstate", None) or "").startswith(_LIMITS):
                complaint = str(error.orig).splitlines()[0]
                raise BeyondLimits(f"The database cannot take this: {complaint}.") from error
            if attempt.number is not None and _was_committed(attempt.number, until):
                return attempt.done[0]
            if time.monotonic() + pause > until:
                raise
            log.warning("database.away", error=str(error).splitlines()[0])
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)


class _Attempt(Generic[T]):
    """One try: what it came to, and its transaction's number once it only had to commit."""

    def __init__(self, workspace_id: UUID | None, work: Callable[[Session], T]) -> None:
        self._workspace_id = workspace_id
        self._work = work
        self.done: list[T] = []
        self.number: str | None = None

    def result(self) -> T:
        """Carry it out and commit."""
        with transaction(self._workspace_id) as session:
            self.done.append(self._work(session))
            session.flush()
            self.number = session.scalar(_NUMBER)
        return self.done[0]


def _was_committed(number: str, until: float) -> bool:
    """Return how a transaction ended whose commit got no answer, once the database tells."""
    while True:
        try:
            with transaction(None) as session:
                fate = session.scalar(_FATE, {"number": number})
            if fate != "in progress":
                return fate == "committed"
        except AWAY:
            if time.monotonic() > until:
                raise
        time.sleep(FIRST_PAUSE_S)
