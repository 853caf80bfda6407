"""Runs that a worker's child left unfinished, kept until the database takes them back."""

from uuid import UUID

from worker.reconcile import release


class Leavings:
    """The runs of one worker that are to be given back to the queue."""

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._runs: dict[UUID, bool] = {}

    def add(self, run_id: UUID, *, crashed: bool) -> None:
        """Give a run back now, or as soon as that is possible."""
        self._runs[run_id] = crashed
        self.give_back()

    def forget(self, run_id: UUID) -> None:
        """Keep a run that this worker is about to have again; its lease sees to the rest."""
        self._runs.pop(run_id, None)

    def give_back(self) -> None:
        """Give back what can be given back now."""
        for run_id, crashed in list(self._runs.items()):
            if release(run_id, self._worker, crashed=crashed):
                del self._runs[run_id]
