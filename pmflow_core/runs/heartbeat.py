"""Keeps a worker's lease on a run alive, from a thread of its own, while a step works."""

import threading
from datetime import timedelta
from types import TracebackType
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from pmflow_core.db.transaction import transaction
from pmflow_core.logs import get_logger
from pmflow_core.runs import repository
from pmflow_core.runs.kinds import LeaseLost
from pmflow_core.runs.repository import Holder

log = get_logger(__name__)


class Heartbeat:
    """Renews a lease every `every` until left; a step's own time-out stops the renewal."""

    def __init__(
        self, workspace_id: UUID, holder: Holder, lease: timedelta, every: timedelta
    ) -> None:
        self._workspace_id = workspace_id
        self._holder = holder
        self._lease = lease
        self._every = every
        self._stop = threading.Event()
        self._lost = threading.Event()
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

    def check(self) -> None:
        """Raise LeaseLost when the run belongs to somebody else or was cancelled."""
        if self._lost.is_set():
            raise LeaseLost("The run is not this worker's any more.")

    def _beat(self) -> None:
        while not self._stop.wait(self._every.total_seconds()):
            try:
                with transaction(self._workspace_id) as session:
                    held = repository.renew(session, self._holder, self._lease)
            except SQLAlchemyError as error:
                # The lease outlives a short absence of the database; the fence settles the rest.
                log.warning("heartbeat.missed", error=str(error).splitlines()[0])
                continue
            if held is None:
                self._lost.set()
                return
