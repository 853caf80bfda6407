"""Runs that a worker's child left unfinished, kept until the database takes them back."""

from dataclasses import dataclass
from uuid import UUID

from worker.reconcile import release


@dataclass(frozen=True, slots=True)
class Left:
    """How a run was left: by which job, and whether its process crashed."""

    job_id: str
    crashed: bool


class Leavings:
    """The runs of one worker that are to be given back to the queue."""

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._runs: dict[UUID, Left] = {}

    def add(self, run_id: UUID, left: Left) -> None:
        """Give a run back now, or as soon as that is possible."""
        self._runs[run_id] = left
        self.give_back()

    def forget(self, run_id: UUID) -> None:
        """Keep a run that this worker is about to have again; its lease sees to the rest."""
        self._runs.pop(run_id, None)

    def give_back(self) -> None:
        """Give back what can be given back now."""
        for run_id, left in list(self._runs.items()):
            if release(run_id, self._worker, left.job_id, crashed=left.crashed):
                del self._runs[run_id]
