"""Keeps a worker's lease on a run alive, from a thread of its own, while a step works."""

import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from pmflow_core.db.transaction import transaction
from pmflow_core.errors import PmflowError
from pmflow_core.logs import get_logger
from pmflow_core.runs import repository
from pmflow_core.runs.kinds import LeaseLost
from pmflow_core.runs.repository import Holder

log = get_logger(__name__)
# How soon a renewal that failed is tried again: a lease must not run out in a short absence.
AGAIN_S = 1.0
SLICE_S = 0.2


class StepTimedOut(PmflowError):
    """A step worked longer than its recipe allows."""

    code = "step_timed_out"


class WorkerStops(PmflowError):
    """The worker was asked to stop and has no time left; the run goes to another one."""

    code = "worker_stops"


def unhurried() -> float:
    """Return the seconds left to a process that nobody asked to stop."""
    return float("inf")


class Heartbeat:
    """Renews a lease every `every` until left, and bounds how long a step may work.

    `time_left` says how many seconds this process has, once it was asked to stop.

    A step past its time-out ends at its next `check`. One that never checks is killed with its
    process a lease later, as if it had crashed, so that it cannot hold a worker for ever.
    """

    def __init__(
        self,
        workspace_id: UUID,
        holder: Holder,
        lease: timedelta,
        every: timedelta,
        time_left: Callable[[], float] = unhurried,
    ) -> None:
        self._workspace_id = workspace_id
        self._holder = holder
        self._lease = lease
        self._every = every.total_seconds()
        self._stop = threading.Event()
        self._lost = threading.Event()
        self._deadline = float("inf")
        self._time_left = time_left
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def stopping(self) -> bool:
        """Return whether this worker was asked to stop, so that no further step begins."""
        return self._time_left() < float("inf")

    def bound(self, seconds: float) -> None:
        """Begin a step that may work for `seconds`."""
        self._deadline = time.monotonic() + seconds

    def check(self) -> None:
        """Raise when a step should not go on.

        Raises:
            LeaseLost: the run belongs to somebody else or was cancelled.
            StepTimedOut: the step has worked longer than its recipe allows.
            WorkerStops: this worker was asked to stop a while ago.
        """
        if self._lost.is_set():
            raise LeaseLost("The run is not this worker's any more.")
        if time.monotonic() > self._deadline:
            raise StepTimedOut("The step took longer than its recipe allows.")
        if self._time_left() <= 0:
            raise WorkerStops("The worker was asked to stop.")

    def pause(self, seconds: float) -> None:
        """Wait in small slices; raises as `check`."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.check()
            time.sleep(min(SLICE_S, left))
        self.check()

    def _beat(self) -> None:
        pause = self._every
        while not self._stop.wait(pause):
            if time.monotonic() > self._deadline + self._lease.total_seconds():
                log.error("step.stuck", run_id=str(self._holder.run_id))
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                with transaction(self._workspace_id) as session:
                    held = repository.renew(session, self._holder, self._lease)
            except SQLAlchemyError as error:
                # The lease outlives a short absence of the database; the fence settles the rest.
                log.warning("heartbeat.missed", error=str(error).splitlines()[0])
                pause = min(self._every, AGAIN_S)
                continue
            pause = self._every
            if held is None:
                self._lost.set()
                return
