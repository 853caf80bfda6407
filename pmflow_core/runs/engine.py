"""Carries a run to its end: claim, work step by step, record each, decide.

No transaction is open while a step works. Every write after the claim is fenced, so a worker that
was thought dead and comes back writes nothing. Every transaction outlasts a short absence of the
database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.calls import ledger
from pmflow_core.calls.budgets import BudgetExceeded
from pmflow_core.calls.patience import USUAL, Patience
from pmflow_core.db.patient import AWAY, patiently
from pmflow_core.db.transaction import enter_workspace
from pmflow_core.errors import PmflowError
from pmflow_core.logs import get_logger
from pmflow_core.runs import progress, questions, repository
from pmflow_core.runs.context import load
from pmflow_core.runs.crashpoints import crash_point
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.heartbeat import Heartbeat, WorkerStops, unhurried
from pmflow_core.runs.kinds import AnswerNeeded, LeaseLost
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.repository import Holder
from pmflow_core.runs.service import wake_waiting
from pmflow_core.runs.status import LogLevel, StepStatus, WaitingFor
from pmflow_core.runs.stepping import Stepper
from pmflow_core.runs.trying import describe

log = get_logger(__name__)
T = TypeVar("T")
DONE = frozenset({StepStatus.COMPLETED, StepStatus.FAILED})
AT_BOUNDARY = "handed over at a step boundary because its worker stops"
IN_STEP = "handed over in the middle of a step because its worker stops"


@dataclass(frozen=True, slots=True)
class Pace:
    """How long leases last and how much runs at once."""

    lease: timedelta = timedelta(seconds=45)
    heartbeat: timedelta = timedelta(seconds=15)
    runs_per_workspace: int = 4


@dataclass(frozen=True)
class Engine:
    """Executes runs with the installed extensions.

    `time_left` says how many seconds this process has, once it was asked to stop.
    """

    extensions: Extensions
    pace: Pace = Pace()
    patience: Patience = USUAL
    time_left: Callable[[], float] = unhurried

    def execute(self, run_id: UUID, worker: str) -> None:
        """Claim the run and carry it to its end; does nothing when it is not to be had.

        Raises:
            OperationalError: the database was away for too long; the run is left as it is.
        """
        run = None if self.time_left() < float("inf") else self._claim(run_id, worker)
        if run is None:
            return
        holder = Holder(run.id, run.fence)
        crash_point("claimed")
        pace = (self.pace.lease, self.pace.heartbeat)
        with Heartbeat(run.workspace_id, holder, *pace, self.time_left) as heart:
            try:
                self._carry_out(run, holder, heart)
            except LeaseLost:
                log.info("run.left", run_id=str(run.id), fence=run.fence)

    def _claim(self, run_id: UUID, worker: str) -> StageRun | None:
        def take(session: Session) -> StageRun | None:
            workspace_id = repository.workspace_of(session, run_id)
            if workspace_id is None:
                return None
            enter_workspace(session, workspace_id)
            run = repository.claim(
                session,
                run_id,
                worker=worker,
                lease=self.pace.lease,
                at_once=self.pace.runs_per_workspace,
            )
            if run is not None:
                ledger.close_abandoned(session, run.id, run.fence)
                line = f"claimed by {worker}, fence {run.fence}"
                holder = Holder(run.id, run.fence)
                progress.write_log(session, holder, run, None, [(LogLevel.DEBUG, line)])
            return run

        return patiently(None, take)

    def _carry_out(self, run: StageRun, holder: Holder, heart: Heartbeat) -> None:
        try:
            self._take_steps(run, holder, heart)
        except (LeaseLost, *AWAY):
            # Without the run or the database there is nothing to write; another worker goes on at
            # this step.
            raise
        except WorkerStops:
            self._write(run, lambda session: progress.hand_over(session, holder, run, IN_STEP))
        except Exception as error:
            # A plugin may raise anything, and a run must never be left running.
            failure = describe(error)
            self._write(run, lambda session: progress.fail(session, holder, run, failure))
            # What it had reserved and did not spend may be enough for another run.
            self._write(run, wake_waiting)
            if not isinstance(error, PmflowError):
                raise

    def _take_steps(self, run: StageRun, holder: Holder, heart: Heartbeat) -> None:
        """Take what is left of the steps and conclude, or let the run wait."""
        context, steps = self._write(run, lambda session: load(session, run))
        stepper = Stepper(self.extensions, self.patience, run, holder, heart)
        try:
            for row in steps:
                if row.status in DONE:
                    continue
                if heart.stopping():
                    self._write(
                        run, lambda session: progress.hand_over(session, holder, run, AT_BOUNDARY)
                    )
                    return
                context = stepper.take(context, row)
            if not run.trial:
                stepper.check_gates(context)
        except BudgetExceeded as error:
            why, needs = str(error), error.needs_usd
            self._write(
                run,
                lambda session: progress.wait(session, holder, run, WaitingFor.BUDGET, why, needs),
            )
        except AnswerNeeded as error:
            asked = error.question
            self._write(run, lambda session: questions.open_question(session, holder, run, asked))
        else:
            crash_point("steps_done")
            self._write(run, lambda session: progress.complete(session, holder, run))
            crash_point("concluded")
            self._write(run, wake_waiting)

    def _write(self, run: StageRun, work: Callable[[Session], T]) -> T:
        return patiently(run.workspace_id, work)
